"""The page: rooms, history, who types, reloading, the person's language, a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.chat.pages import Visit, browser_test, log_in, say, texts, users
from tests.chat.support import chatting
from tests.waiting import wait_for
from wslab.chat import LinkOptions, Rate, SQLiteHistory
from wslab.chat.history import Draft

pytestmark = browser_test
DAY = 86_400
PHONE = {"width": 360, "height": 640}


def rooms(page: Page) -> Any:
    return page.get_by_role("navigation", name="Rooms").get_by_role("button")


def open_room(page: Page, name: str) -> None:
    page.get_by_label("New room").fill(name)
    page.get_by_label("New room").press("Enter")


def current(page: Page) -> Any:
    return page.locator("#room-list [aria-current=true] bdi")


def test_rooms_are_opened_found_and_left(visit: Visit) -> None:
    with chatting() as room:
        ada, bob = visit(room.http_url), visit(room.http_url)
        for page, name in ((ada, "Ada"), (bob, "Bob")):
            log_in(page, name)
            expect(current(page)).to_have_text("Lobby")
        say(ada, "in the lobby")
        open_room(ada, "Tea & <i>cake</i>")
        expect(current(ada)).to_have_text("Tea & <i>cake</i>")
        expect(ada.get_by_label("Message", exact=True)).to_be_focused()
        expect(texts(ada)).to_have_count(0)
        expect(ada.get_by_text("No messages yet")).to_be_visible()
        expect(users(ada)).to_have_text(["Ada"])
        expect(users(bob)).to_have_text(["Bob"])
        expect(bob.get_by_text("“Ada” left")).to_be_visible()
        say(ada, "in the other room")

        expect(rooms(bob)).to_have_count(3)  # two rooms and the button that opens one
        bob.get_by_role("button", name="Tea &").focus()
        bob.keyboard.press("Enter")
        expect(texts(bob)).to_have_text(["in the other room"])
        expect(bob.get_by_role("button", name="Tea &")).to_be_focused()
        expect(users(ada)).to_have_text(["Ada", "Bob"])
        bob.get_by_role("button", name="Lobby").click()
        expect(texts(bob)).to_have_text(["in the lobby"])

        open_room(bob, "\u202etea")
        expect(bob.locator("#closed")).to_contain_text("A room name must not contain")
        expect(current(bob)).to_have_text("Lobby")
        open_room(bob, "tea & <I>cake</i>")  # another spelling of it
        expect(bob.locator("#closed")).to_be_empty()
        expect(texts(bob)).to_have_text(["in the other room"])


def test_the_address_names_the_room(visit: Visit) -> None:
    with chatting() as room:
        ada = visit(f"{room.http_url}#Tea%20time")
        log_in(ada, "Ada")
        expect(current(ada)).to_have_text("Tea time")
        ada.get_by_role("button", name="Lobby").click()
        expect(current(ada)).to_have_text("Lobby")
        assert ada.url == room.http_url
        ada.evaluate("location.hash = '#Coffee'")
        expect(current(ada)).to_have_text("Coffee")
        bob = visit(f"{room.http_url}#%E2%80%AEx")  # no name for a room
        bob.get_by_label("Your name").fill("Bob")
        bob.get_by_role("button", name="Join").click()
        expect(bob.locator("#refusal")).to_contain_text("A room name must not")
        bob.get_by_role("button", name="Join").click()
        expect(current(bob)).to_have_text("Lobby")


def test_what_was_said_before(visit: Visit) -> None:
    history = SQLiteHistory()
    history.add([Draft("lobby", "Ada", f"message {n}", 10 * DAY + n) for n in range(250)])
    with chatting(history=history) as room:
        page = visit(room.http_url, timezone_id="UTC", locale="en-GB")
        log_in(page, "Bob")
        expect(texts(page)).to_have_count(100)
        expect(texts(page).last).to_be_in_viewport()
        expect(page.locator(".message time").first).to_have_text(re.compile("11 Jan"))
        for count in (200, 250):
            page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
            page.get_by_role("button", name="Earlier messages").click()
            expect(texts(page)).to_have_count(count)
        expect(page.get_by_role("button", name="Earlier messages")).to_have_count(0)
        assert texts(page).all_text_contents() == [f"message {n}" for n in range(250)]
        expect(page.get_by_text("message 50", exact=True)).to_be_in_viewport()


def test_long_talk_is_shortened_and_can_be_read_again(visit: Visit) -> None:
    history = SQLiteHistory()
    with chatting(history=history, options=LinkOptions(rate=None)) as room:
        page = visit(room.http_url)
        log_in(page, "Bob")
        page.evaluate(
            """async () => {
                 for (let n = 0; n < 520; n++) await socket.emit("send message", `m ${n}`);
               }"""
        )
        expect(texts(page)).to_have_count(500)
        expect(texts(page).last).to_have_text("m 519")
        page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
        page.get_by_role("button", name="Earlier messages").click()
        expect(texts(page)).to_have_count(520)
        assert texts(page).all_text_contents() == [f"m {n}" for n in range(520)]


def test_who_types(visit: Visit) -> None:
    with chatting() as room:
        ada, bob = visit(room.http_url), visit(room.http_url)
        log_in(ada, "Ada")
        log_in(bob, "Bob")
        box = bob.get_by_label("Message", exact=True)
        typing = ada.locator("#typing")
        box.press_sequentially("Hel")
        expect(typing).to_have_text("“Bob” is typing…")
        box.fill("")
        expect(typing).to_be_empty()
        box.press_sequentially("Hello")
        expect(typing).not_to_be_empty()
        box.press("Enter")
        expect(texts(ada)).to_have_text(["Hello"])
        expect(typing).to_be_empty()
        box.press_sequentially("more")
        expect(typing).not_to_be_empty()
        bob.get_by_role("button", name="Leave").click()
        expect(typing).to_be_empty()


def test_a_reload_keeps_the_name_the_room_and_the_talk(visit: Visit) -> None:
    with chatting() as room:
        ada, bob = visit(room.http_url), visit(room.http_url)
        log_in(ada, "Ada")
        log_in(bob, "Bob")
        open_room(ada, "Tea")
        say(ada, "hello")
        ada.reload()
        expect(texts(ada)).to_have_text(["hello"])
        expect(current(ada)).to_have_text("Tea")
        expect(ada.locator(".message.own")).to_have_count(1)
        ada.get_by_role("button", name="Leave").click()
        ada.reload()
        expect(ada.get_by_label("Your name")).to_be_visible()
        expect(ada.get_by_role("status")).to_have_text("Connected")
        wait_for(lambda: room.users == ["Bob"], "Ada to be gone")


def test_the_same_person_in_another_window(visit: Visit) -> None:
    with chatting() as room:
        old = visit(room.http_url)
        log_in(old, "Ada")
        stored = old.evaluate("sessionStorage.getItem('wslab chat')")
        new = visit(room.http_url)
        new.evaluate("stored => sessionStorage.setItem('wslab chat', stored)", stored)
        new.reload()  # as Chromium does it for a duplicated tab
        expect(users(new)).to_have_text(["Ada"])
        expect(old.locator("#refusal")).to_have_text("You came in from another window.")
        expect(old.get_by_role("status")).to_have_text("Not connected")
        say(new, "still here")
        assert room.users == ["Ada"]


def test_in_chinese(visit: Visit) -> None:
    limits = LinkOptions(rate=Rate(per_second=0.01, burst=12))
    with chatting(options=limits) as room:
        visitor = visit(room.http_url)
        log_in(visitor, "Ada")
        page = visit(room.http_url, locale="zh-CN")
        expect(page.get_by_role("status")).to_have_text("已连接")
        assert page.evaluate("document.documentElement.lang") == "zh"
        page.get_by_label("你的名字").fill("ADA")
        page.get_by_role("button", name="进入").click()
        expect(page.locator("#refusal")).to_have_text(
            "ADA 与已经在这里的 Ada 太像了，请换一个名字。"
        )
        page.get_by_label("你的名字").fill("小明")
        page.get_by_role("button", name="进入").click()
        expect(page.get_by_role("heading", name="2 人在线")).to_be_visible()
        expect(current(page)).to_have_text("大厅")
        box = page.get_by_label("消息", exact=True).and_(page.locator("textarea"))
        box.fill("x" * 2_001)
        box.press("Enter")
        expect(page.locator("#unsent")).to_have_text(
            "没有发出。这条消息有 2001 个字符，最多 2000 个。"
        )
        visitor.locator("#text").press_sequentially("hi")
        expect(page.locator("#typing")).to_contain_text("正在输入…")
        visitor.get_by_role("button", name="Leave").click()
        expect(page.get_by_text("“Ada”走了")).to_be_visible()
        for _ in range(12):
            box.fill("快")
            box.press("Enter")
        expect(page.locator("#unsent")).to_contain_text("发得太快了")
        english = re.compile("[A-Za-z]{3,}")
        words = page.evaluate(
            "Object.entries(WORDS.zh).map(([name, text]) => [name, String(text)])"
        )
        for name, text in words:
            plain = re.sub(r"\$\{[^}]*\}|\([^)]*\) =>|[a-z]+\.length|list\(names\)", "", text)
            assert name == "refusals" or not english.search(plain) or "seconds" in text, (
                name,
                text,
            )


def test_all_words_are_there_in_both_languages(visit: Visit) -> None:
    with chatting() as room:
        page = visit(room.http_url)
        english, chinese = page.evaluate("[WORDS.en, WORDS.zh].map((words) => Object.keys(words))")
        assert sorted(chinese) == sorted([*english, "refusals"])
        named = page.evaluate(
            """[...document.querySelectorAll("[data-text], [data-placeholder], [data-label]")]
                 .flatMap(({ dataset }) => [dataset.text, dataset.placeholder, dataset.label])
                 .filter(Boolean)"""
        )
        assert set(named) <= set(english)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone(visit: Visit, scheme: str) -> None:
    with chatting() as room:
        page = visit(room.http_url, viewport=PHONE, color_scheme=scheme)
        log_in(page, "A rather long name of a person")
        for number in range(6):
            open_room(page, f"room number {number}")
            expect(current(page)).to_have_text(f"room number {number}")
        say(page, "hello " * 40)
        expect(current(page)).to_be_in_viewport()
        for element in ("#leave", "#new-room", "#text", "#compose .strong[type=submit]"):
            expect(page.locator(element)).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.evaluate("document.documentElement.scrollHeight") <= PHONE["height"]


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_a_lost_connection_moves_nothing_on_a_phone(visit: Visit, locale: str) -> None:
    with chatting() as room:
        page = visit(room.http_url, viewport=PHONE, locale=locale)
        page.locator("#name").fill("Ada")
        page.locator("#name").press("Enter")
        expect(users(page)).to_have_text(["Ada"])
        page.evaluate("socket.handlers['typing']({ name: 'Bob', typing: true })")
        expect(page.locator("#typing")).not_to_be_empty()
        height = page.locator("header").bounding_box()
        page.evaluate("socket.lost({ code: 1006, reason: '' })")
        page.evaluate("clearTimeout(socket.timer); socket.fire('state', 'closed', words.retry(15))")
        assert page.locator("header").bounding_box() == height
        expect(page.locator("#typing")).to_be_empty()  # nobody knows any more
        expect(page.locator("h1")).to_have_accessible_name(
            "Chat room" if locale[0] == "e" else "聊天室"
        )
