"""The page when the server takes something not: the person is told why, keeps text and name, and
nothing is tried over and over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import wslab.chat
from tests.chat.pages import Visit, browser_test, log_in, say, texts, users
from tests.chat.support import chatting
from wslab.chat import ChatRoom, SQLiteHistory
from wslab.chat.history import Draft, HistoryError, Message
from wslab.chat.room import MAX_TEXT

pytestmark = browser_test


@pytest.fixture
def room() -> Iterator[ChatRoom]:
    with chatting() as room:
        yield room


def box(page: Page) -> Locator:
    return page.locator("#text")


def send(page: Page, text: str) -> None:
    box(page).fill(text)
    box(page).press("Enter")


def open_room(page: Page, name: str) -> None:
    page.locator("#new-room").fill(name)
    page.locator("#new-room").press("Enter")
    expect(page.locator("#room-list [aria-current=true] bdi")).to_have_text(name)


def test_who_is_not_let_in_is_told_why_and_may_try_again(visit: Visit, room: ChatRoom) -> None:
    closed = [True]

    @room.io.use
    def check(socket: Any, next: Any) -> None:
        next(ValueError("we open at nine") if closed[0] else None)

    page = visit(room.http_url)
    page.locator("#name").fill("Ada")
    page.locator("#name").press("Enter")
    refusal = "The server ended the connection: we open at nine"
    expect(page.locator("#refusal")).to_have_text(refusal)
    closed[0] = False
    page.locator("#name").press("Enter")
    expect(users(page)).to_have_text(["Ada"])


# Too long


def test_a_long_paste_is_refused_with_its_length_and_costs_nothing(
    visit: Visit, room: ChatRoom
) -> None:
    ada, bob = visit(room.http_url), visit(room.http_url)
    log_in(ada, "Ada")
    log_in(bob, "Bob")
    expect(ada.locator(".note")).to_have_text("“Bob” joined")
    for _ in range(2):
        send(bob, "x" * 70_000)
        expect(bob.locator("#unsent")).to_have_text(
            "Not sent. This message has 70000 characters; 2000 is the most."
        )
    expect(box(bob)).to_be_editable()
    assert len(box(bob).input_value()) == 70_000
    expect(bob.get_by_role("status")).to_have_text("Connected")
    say(bob, "shorter")
    expect(bob.locator("#unsent")).to_be_empty()
    expect(texts(ada)).to_have_text(["shorter"])
    expect(ada.locator(".note")).to_have_text("“Bob” joined")  # and nothing more
    assert room.users == ["Ada", "Bob"]


def test_the_page_counts_as_the_server_does(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    assert page.evaluate("MAX_TEXT") == MAX_TEXT
    say(page, "😀" * MAX_TEXT)
    send(page, "😀" * (MAX_TEXT + 1))
    expect(page.locator("#unsent")).to_contain_text(f"has {MAX_TEXT + 1} characters")


def test_who_broke_a_rule_is_told_which(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    page.evaluate("socket.tell('typing', 'x'.repeat(70_000))")
    expect(page.locator("#unsent")).to_contain_text(
        re.compile(r"The server ended the connection: parse error: the packet has 70\d+ characters")
    )
    expect(page.get_by_role("status")).to_have_text("Connected", timeout=15_000)
    send(page, "mine")
    expect(texts(page)).to_have_text(["mine"])
    expect(page.locator("#unsent")).to_be_empty()


def test_an_address_that_no_server_takes_is_tried_once(visit: Visit, room: ChatRoom) -> None:
    page = visit(f"{room.http_url}#{'x' * 70_000}")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#refusal")).to_contain_text("The server ended the connection: parse error")
    expect(page.get_by_role("status")).to_have_text("Connected", timeout=15_000)
    page.get_by_role("button", name="Join").click()
    expect(users(page)).to_have_text(["Ada"])


# Not sent, although it looks like it


class Full(SQLiteHistory):
    """Stores nothing while the disk is full."""

    full = False

    def add(self, drafts: Sequence[Draft]) -> list[tuple[Message, bool]]:
        if self.full:
            raise HistoryError("the disk is full")
        return super().add(drafts)


def test_the_same_word_in_another_room_is_not_the_one_that_was_refused(visit: Visit) -> None:
    history = Full()
    with chatting(history=history) as room:
        page = visit(room.http_url)
        log_in(page, "Eve")
        say(page, "ok")
        open_room(page, "Tea")
        history.full = True
        send(page, "ok")
        expect(page.locator("#unsent")).to_contain_text("could not be stored")
        page.get_by_role("button", name="Lobby").click()
        expect(texts(page)).to_have_text(["ok"])
        expect(box(page)).to_have_value("ok")
        expect(page.locator("#unsent")).to_contain_text("could not be stored")
        history.full = False
        box(page).press("Enter")
        expect(texts(page)).to_have_text(["ok", "ok"])
        expect(box(page)).to_have_value("")
        expect(page.locator("#unsent")).to_be_empty()


def test_what_was_said_before_is_not_the_one_that_was_lost(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    say(page, "ok")
    # The next one never reaches the server.
    page.evaluate(
        """const ws = socket.ws, send = ws.send.bind(ws);
           ws.send = (data) => data.includes("send message") || send(data);
           null"""
    )
    send(page, "ok")
    expect(box(page)).not_to_be_editable()
    open_room(page, "Tea")
    page.get_by_role("button", name="Lobby").click()
    expect(texts(page)).to_have_text(["ok"])
    expect(box(page)).to_have_value("ok")
    page.evaluate("socket.ws.close()")
    expect(page.locator("#unsent")).to_contain_text("Not sent.")
    expect(page.get_by_role("status")).to_have_text("Connected", timeout=15_000)
    expect(users(page)).to_have_text(["Ada"])
    box(page).press("Enter")
    expect(texts(page)).to_have_text(["ok", "ok"])
    expect(box(page)).to_have_value("")


# In the person's language


def test_each_code_has_chinese_words(visit: Visit, room: ChatRoom) -> None:
    files = Path(wslab.chat.__file__).parent.rglob("*.py")
    source = "\n".join(file.read_text("utf-8") for file in files)
    codes = {"bad key", "bad uid", "too fast", *re.findall(r'Refused\(\s*"([^"]+)"', source)}
    assert len(codes) > 15
    page = visit(room.http_url, locale="zh-CN")
    expect(page.get_by_role("status")).to_have_text("已连接")
    assert codes - set(page.evaluate("Object.keys(words.refusals)")) == set()
    for code in codes:
        shown = page.evaluate("(code) => why({ code, reason: 'English', retry_after: 1 })", code)
        assert "English" not in shown


class Unreadable(SQLiteHistory):
    """Reads what was said last, and nothing before it while it is out of order."""

    out_of_order = True

    def before(self, room: str, id: int | None, limit: int) -> list[Message]:
        if id is not None and self.out_of_order:
            raise HistoryError("the disk is on fire")
        return super().before(room, id, limit)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", "What was said before can't be read now. Please try again later."),
        ("zh-CN", "现在读不到以前的消息，请稍后再试。"),
    ],
)
def test_what_was_said_before_can_not_be_read(visit: Visit, locale: str, words: str) -> None:
    history = Unreadable()
    history.add([Draft("lobby", "Bob", f"message {n}", 0.0) for n in range(150)])
    with chatting(history=history) as room:
        page = visit(room.http_url, locale=locale)
        page.locator("#name").fill("Ada")
        page.locator("#name").press("Enter")
        expect(texts(page)).to_have_count(100)
        for _ in range(2):
            page.locator("#earlier").click()
            expect(page.locator("#messages .error")).to_have_text(words)
        history.out_of_order = False
        page.locator("#earlier").click()
        expect(texts(page)).to_have_count(150)
        expect(page.locator("#messages .error")).to_have_count(0)


def test_a_reason_for_the_end_has_a_chinese_heading(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url, locale="zh-CN")
    page.locator("#name").fill("小明")
    page.locator("#name").press("Enter")
    expect(users(page)).to_have_text(["小明"])
    page.evaluate("socket.tell('typing', 'x'.repeat(70_000))")
    expect(page.locator("#unsent")).to_contain_text("服务器结束了连接：parse error")
