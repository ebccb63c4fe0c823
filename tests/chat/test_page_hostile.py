"""Fifty texts that mean harm, as name, message and room: they stay texts, and axe-core still finds
the page in order.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.chat.pages import Visit, browser_test, log_in, say, texts
from tests.chat.support import chatting
from tests.peers.process import HERE
from wslab.chat import ChatClient, LinkOptions
from wslab.chat.names import check_name, keys
from wslab.chat.refused import Refused

pytestmark = browser_test
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"

PAYLOADS = [
    # markup
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<b>bold</b><h1>big</h1>",
    "</textarea><b>bold</b>",
    "</script><script>alert(1)</script>",
    "<iframe src=javascript:alert(1)>",
    "<style>*{display:none}</style>",
    "<!-- --><base href=//evil>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//evil><input>",
    "<details open ontoggle=alert(1)>",
    "<math><a xlink:href=javascript:x>",
    "<template><img src=x></template>",
    "<x contenteditable autofocus>",
    "<a href=//evil target=_top>x</a>",
    # attributes
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "' style='position:fixed",
    '" hidden id="messages',
    "` onclick=`alert(1)",
    # entities and escapes
    "&lt;b&gt; &amp; &#x41;",
    "&#60;script&#62;alert(1)",
    "\\u003cscript\\u003e",
    "%3Cscript%3Ealert(1)",
    # addresses and scripts
    "javascript:alert(1)",
    "data:text/html,<b>x",
    "//evil.example/x.js",
    "${alert(1)}{{alert(1)}}",
    "#{7*7}<%= 7*7 %>",
    '"];alert(1);//',
    '42["logged out",{}]',
    # names of things
    "__proto__",
    "constructor",
    "toString",
    "lobby ",
    "null",
    "NaN",
    # SQL and shells
    "'; DROP TABLE messages; --",
    "$(reboot)",
    # direction, invisibles, size
    "\u202eadA",
    "\u2066Ada\u2069",
    "A\u200bda",
    "Аdа",  # Cyrillic
    "AdΑ",  # Greek
    "Ada\u0301\u0301\u0301\u0301\u0301",
    "\ufdfd\ufdfd\ufdfd\ufdfd",  # the widest character
    "مرحبا Ada",
    "W" * 32,
    "x\ty\u00a0z\u3000!",
]
KNOWN = {
    "ARTICLE", "ASIDE", "BDI", "BODY", "BUTTON", "DIV", "FORM", "H1", "H2", "HEAD", "HEADER",
    "HTML", "INPUT", "KBD", "LABEL", "LI", "LINK", "MAIN", "META", "NAV", "NOSCRIPT", "P", "PATH",
    "SCRIPT", "SECTION", "SMALL", "SPAN", "STYLE", "SVG", "TEXTAREA", "TIME", "TITLE", "UL",
}  # fmt: skip
DOUBLE, SINGLE = '"', "'"
BAD = {"onclick", "onerror", "onfocus", "onload", "onmouseover", "ontoggle", "srcdoc"}


async def misbehave(url: str) -> tuple[list[str], list[str]]:
    """Come in under each name, say it, and open a room of that name; the names and rooms that the
    server took.
    """
    names, rooms = [], []
    for payload in PAYLOADS:
        async with ChatClient(url) as mallory:
            answer = await mallory.emit("new user", payload)
            if answer["ok"]:
                names.append(answer["name"])
            else:
                await mallory.emit("new user", f"Mallory {len(names)}")
            assert (await mallory.emit("send message", payload))["ok"]
            answer = await mallory.emit("join room", payload)
            if answer["ok"]:
                rooms.append(answer["room"])
            if answer["ok"] and answer["room"] != "lobby":
                await mallory.emit("send message", payload)
    return names, rooms


def audit(page: Page) -> list[str]:
    """What axe-core calls serious or critical, for WCAG 2.2 AA and its best practices."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")
    assert len(found["passes"]) > 15
    return [
        f"{violation['id']}: {violation['nodes'][0]['html']}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def test_there_are_fifty_of_them() -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 50


def test_who_imitates_another_is_refused() -> None:
    ada = set(keys("Ada"))
    for payload in ("\u202eadA", "\u2066Ada\u2069", "A\u200bda", "Аdа", "AdΑ"):
        with suppress(Refused):
            assert ada & set(keys(check_name(payload))), payload


@pytest.mark.peers
def test_nothing_runs_and_nothing_breaks(visit: Visit) -> None:
    with chatting(options=LinkOptions(rate=None)) as room:
        ada = visit(room.http_url, viewport={"width": 900, "height": 640})
        phone = visit(room.http_url, viewport={"width": 360, "height": 640}, color_scheme="dark")
        log_in(ada, "Ada")
        log_in(phone, "Phone")
        before = ada.evaluate("[...document.querySelectorAll('script, style, link, meta')].length")
        with ThreadPoolExecutor() as thread:  # Playwright has a loop in this one
            names, rooms = thread.submit(asyncio.run, misbehave(room.url)).result()
        assert len(names) >= 35
        assert "Аdа" not in names
        say(ada, "still fine")
        for page in (ada, phone):
            expect(texts(page)).to_have_count(len(PAYLOADS) + 1)
            shown = texts(page).all_text_contents()
            assert shown == [*PAYLOADS, "still fine"]
            expect(page.locator("#room-list button")).to_have_count(len(set(rooms)), timeout=10_000)
            assert set(page.locator("#room-list bdi").all_text_contents()) == {
                "Lobby" if name == "lobby" else name for name in rooms
            }
            tags, attributes = page.evaluate(
                """() => {
                     const all = [...document.querySelectorAll("*")];
                     const names = all.slice(1).flatMap((element) => element.getAttributeNames());
                     return [all.map((element) => element.tagName.toUpperCase()), names];
                   }"""
            )
            assert set(tags) <= KNOWN
            assert not set(attributes) & BAD
            wide, view = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
            )
            assert wide <= view
            box = page.get_by_label("Message", exact=True)
            expect(box).to_be_in_viewport(ratio=1)
            inside = page.evaluate(
                """() => {
                     const log = document.querySelector("#messages").getBoundingClientRect();
                     return [...document.querySelectorAll("#messages *")]
                       .map((element) => element.getBoundingClientRect())
                       .filter(({ width }) => width)
                       .every(({ left, right }) => left >= log.left - 1 && right <= log.right + 1);
                   }"""
            )
            assert inside
            assert audit(page) == []
        after = ada.evaluate("[...document.querySelectorAll('script, style, link, meta')].length")
        assert after == before
        notes = " · ".join(ada.locator(".note").all_text_contents())
        quoted = [f"“{name.replace(DOUBLE, SINGLE)}” joined" for name in names]
        assert [note for note in quoted if note not in notes] == []


@pytest.mark.peers
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_axe_finds_nothing_serious(visit: Visit, scheme: str, locale: str) -> None:
    with chatting() as room:
        page = visit(room.http_url, color_scheme=scheme, locale=locale, reduced_motion="reduce")
        page.wait_for_selector("#state[data-state=open]")
        assert audit(page) == []
        page.locator("#name").fill("")
        page.locator("#login button").click()
        expect(page.locator("#refusal")).not_to_be_empty()
        assert audit(page) == []
        page.locator("#name").fill("Ada")
        page.locator("#login button").click()
        expect(users_of(page)).to_have_count(1)
        assert audit(page) == []
        for text in ("hello", "world\n" * 30):
            page.locator("#text").fill(text)
            page.locator("#text").press("Enter")
            expect(page.locator("#text")).to_have_value("")
        page.locator("#text").fill("x" * 2_001)
        page.locator("#text").press("Enter")
        page.locator("#new-room").fill("x" * 33)
        page.locator("#new-room").press("Enter")
        expect(page.locator("#closed")).not_to_be_empty()
        assert audit(page) == []


def users_of(page: Page) -> Any:
    return page.locator("#users bdi")
