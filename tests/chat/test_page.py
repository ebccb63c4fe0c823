"""The page: its headers, and what two people do with it in a real Chromium."""

from __future__ import annotations

import base64
import hashlib
import re
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.chat.pages import Visit, browser_test, log_in, say, texts, users
from tests.chat.picture import take
from tests.chat.support import chatting, fetch, prefixed
from tests.contrast import contrast, luminance
from tests.waiting import wait_for
from wslab.chat import serve_chat
from wslab.chat.page import load_page, make_page

# What is sent


def test_the_policy_allows_the_own_script_and_style_and_nothing_else() -> None:
    script, style = "let x = '<b>';\n", "p { color: red }"
    page = make_page(f"<style>{style}</style><p>é</p><script>{script}</script>")
    policy = page.headers["Content-Security-Policy"]
    for tag, content in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag} 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.body.decode().count("é") == 1
    assert "script-src 'none'" in make_page("<p>").headers["Content-Security-Policy"]


def test_the_page_names_no_other_host_and_makes_no_markup() -> None:
    text = load_page().body.decode()
    assert re.findall(r"https?://[^\s'\"]+", text) == ["http://www.w3.org/2000/svg"]
    for dangerous in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert dangerous not in text
    assert not re.search(r"\son\w+\s*=\s*[\"']", text), "an attribute with a handler"
    assert not re.search(r"\sstyle\s*=", text), "the policy forbids style attributes"


def test_the_page_is_served_with_its_headers() -> None:
    with chatting() as room:
        for path in ("", "index.html", "?x=1"):
            status, headers, body = fetch(room.http_url + path)
            assert status == 200
            assert body == load_page().body
            assert headers["Content-Type"] == "text/html; charset=utf-8"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Content-Security-Policy"].startswith(
                "default-src 'none'; script-src 'sha"
            )
        status, headers, body = fetch(room.http_url, "HEAD")
        assert (status, body) == (200, b"")
        assert headers["Content-Length"] == str(len(load_page().body))


def test_other_requests_are_told_what_is_right() -> None:
    with chatting() as room:
        status, headers, body = fetch(f"{room.http_url}%3Cscript%3E")
        assert status == 404
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        assert b"the page is at /" in body
        status, headers, body = fetch(room.http_url, "POST")
        assert (status, headers["Allow"]) == (405, "GET, HEAD")
        assert fetch(f"{room.http_url}../../etc/passwd")[0] == 404


# What people see


@browser_test
def test_two_people_meet_talk_and_part(visit: Visit) -> None:
    with chatting() as room:
        ada, bob = visit(room.http_url), visit(room.http_url)
        expect(ada.get_by_role("status")).to_have_text("Connected")
        expect(ada.get_by_label("Your name")).to_be_focused()
        log_in(ada, "Ada")
        expect(ada.get_by_role("heading", name="1 online")).to_be_visible()
        expect(ada.get_by_text("No messages yet")).to_be_visible()

        bob.get_by_label("Your name").fill("ADA")
        bob.get_by_label("Your name").press("Enter")
        expect(bob.locator("#refusal")).to_have_text(
            "ADA is too much like Ada, who is here already. Please choose another name."
        )
        expect(bob.get_by_label("Your name")).to_be_focused()
        expect(bob.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
        log_in(bob, "Bob")
        for page in (ada, bob):
            expect(users(page)).to_have_text(["Ada", "Bob"])
        expect(ada.get_by_text("“Bob” joined")).to_be_visible()

        say(ada, "Hello Bob")
        say(ada, "are you there?")
        say(bob, "Yes")
        for page in (ada, bob):
            expect(texts(page)).to_have_text(["Hello Bob", "are you there?", "Yes"])
        expect(bob.locator(".message").first.locator(".by bdi")).to_have_text("Ada")
        expect(bob.locator(".message.own")).to_have_count(1)
        expect(ada.locator(".message.own")).to_have_count(2)

        bob.get_by_role("button", name="Leave").click()
        expect(bob.get_by_label("Your name")).to_be_focused()
        expect(bob.get_by_role("status")).to_have_text("Not connected")
        expect(users(ada)).to_have_text(["Ada"])
        expect(ada.get_by_text("“Bob” left")).to_be_visible()
        log_in(visit(room.http_url), "Bob")
        expect(users(ada)).to_have_text(["Ada", "Bob"])
        log_in(bob, "Grace")
        expect(users(ada)).to_have_text(["Ada", "Bob", "Grace"])
        expect(texts(bob)).to_have_text(["Hello Bob", "are you there?", "Yes"])
        expect(bob.locator(".message.own")).to_have_count(0)


@browser_test
def test_a_closed_tab_frees_its_name(visit: Visit) -> None:
    with chatting() as room:
        page = visit(room.http_url)
        log_in(page, "Ada")
        page.close()
        wait_for(lambda: room.users == [], "the name to be free")
        log_in(visit(room.http_url), "Ada")


@browser_test
def test_direction_and_length_disturb_nobody_else(visit: Visit) -> None:
    with chatting() as room:
        ada = visit(room.http_url, viewport={"width": 360, "height": 640})
        mallory = visit(room.http_url)
        log_in(ada, "Ada")
        mallory.get_by_label("Your name").fill("\u202eadA")
        mallory.get_by_role("button", name="Join").click()
        expect(mallory.locator("#refusal")).to_contain_text("can't be seen")
        log_in(mallory, "W" * 32)
        nasty = [
            "\u202eright to left\u2066",
            "x" * 2_000,
            "a" + "\u0301" * 500,
            "\n" * 40 + "below",
        ]
        for text in nasty:
            say(mallory, text)
        say(ada, "still fine")
        expect(texts(ada)).to_have_count(5)
        assert texts(ada).all_text_contents() == [*nasty, "still fine"]
        isolated = texts(ada).first.evaluate("element => getComputedStyle(element).unicodeBidi")
        assert "isolate" in isolated or isolated == "plaintext"
        wide, room_for = ada.evaluate("[document.body.scrollWidth, document.body.clientWidth]")
        assert wide <= room_for
        bubble, view = texts(ada).last.bounding_box(), ada.get_by_role("log").bounding_box()
        assert bubble is not None
        assert view is not None
        assert view["x"] <= bubble["x"]
        assert bubble["y"] + bubble["height"] <= view["y"] + view["height"]


@browser_test
def test_enter_sends_and_shift_enter_breaks_the_line(visit: Visit) -> None:
    with chatting() as room:
        page = visit(room.http_url)
        log_in(page, "Ada")
        box = page.get_by_label("Message", exact=True)
        box.press("Enter")
        box.press_sequentially("one")
        box.press("Shift+Enter")
        box.press_sequentially("two")
        # An input method's Enter picks a character and sends nothing.
        box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        expect(box).to_have_value("one\ntwo")
        box.press("Enter")
        expect(texts(page)).to_have_count(1)
        assert texts(page).all_text_contents() == ["one\ntwo"]
        box.fill("x" * 2_001)
        page.get_by_role("button", name="Send").click()
        expect(page.locator("#unsent")).to_contain_text("2001 characters; 2000 is the most")
        expect(box).to_have_value("x" * 2_001)


@browser_test
def test_the_server_goes_and_comes_back(visit: Visit) -> None:
    room = serve_chat()
    port = room.port
    with closing(room):
        ada, bob = visit(room.http_url), visit(room.http_url)
        log_in(ada, "Ada")
        log_in(bob, "Bob")
        say(ada, "before")
    expect(ada.get_by_role("status")).to_contain_text("Trying again")
    ada.get_by_label("Message", exact=True).fill("kept")
    ada.get_by_label("Message", exact=True).press("Enter")
    expect(ada.locator("#unsent")).to_contain_text("Not sent.")
    expect(ada.get_by_label("Message", exact=True)).to_have_value("kept")
    with closing(serve_chat(port=port)) as again:
        for page in (ada, bob):
            expect(page.get_by_role("status")).to_have_text("Connected", timeout=30_000)
        wait_for(lambda: set(again.users) == {"Ada", "Bob"}, "both to be back")
        ada.get_by_role("button", name="Send").click()
        expect(texts(bob)).to_have_text(["before", "kept"])
        expect(ada.locator("#unsent")).to_be_empty()


@browser_test
def test_one_who_is_sent_away_is_told_and_may_come_back(visit: Visit) -> None:
    with chatting() as room:
        page = visit(room.http_url)
        log_in(page, "Ada")
        room.io.sockets.disconnect_sockets(close=True)
        expect(page.locator("#refusal")).to_contain_text("The server ended the connection")
        expect(page.get_by_role("status")).to_have_text("Not connected")
        page.get_by_role("button", name="Join").click()
        expect(users(page)).to_have_text(["Ada"])


@browser_test
def test_below_a_path_prefix(visit: Visit) -> None:
    with chatting() as room, prefixed(room.port, "/user/ada/proxy/5000") as url:
        for address in (url, url.rstrip("/")):
            page = visit(address)
            log_in(page, f"Ada {len(address)}")
            say(page, "hello")
            expect(texts(page).last).to_have_text("hello")
        assert room.online == 2


@browser_test
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_schemes(visit: Visit, scheme: str) -> None:
    with chatting() as room:
        page = visit(room.http_url, color_scheme=scheme)
        log_in(page, "Ada")
        say(page, "hello")
        colours = page.evaluate(
            """() => ["#online", ".message .text", "#state", ".hint"].map((selector) => {
                 let element = document.querySelector(selector);
                 const text = getComputedStyle(element).color;
                 const ground = () => getComputedStyle(element).backgroundColor;
                 while (ground().endsWith(", 0)")) element = element.parentElement;
                 return [selector, text, ground()];
               })"""
        )
        for selector, text, ground in colours:
            assert contrast(text, ground) >= 4.5, (selector, text, ground)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (luminance(ground) < 0.5) == (scheme == "dark")


@browser_test
def test_newer_messages_do_not_move_one_who_reads(visit: Visit) -> None:
    with chatting() as room:
        ada, bob = visit(room.http_url), visit(room.http_url)
        log_in(ada, "Ada")
        log_in(bob, "Bob")
        say(bob, "line\n" * 60)
        expect(texts(ada)).to_have_count(1)
        ada.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
        expect(ada.get_by_role("button", name="New messages")).to_be_hidden()
        say(bob, "news")
        ada.get_by_role("button", name="New messages").click()
        expect(ada.get_by_text("news", exact=True)).to_be_in_viewport()
        expect(ada.get_by_role("button", name="New messages")).to_be_hidden()


@browser_test
def test_the_picture_in_the_lesson_can_be_taken_again(browser: Browser, tmp_path: Path) -> None:
    take(browser, tmp_path / "chat.png")
    assert (tmp_path / "chat.png").read_bytes().startswith(b"\x89PNG")
