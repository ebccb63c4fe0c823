"""The page where things happen at the wrong moment: double clicks, slow answers, losses."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.chat.pages import Visit, browser_test, log_in, say, texts, users
from tests.chat.support import chatting
from wslab.chat import ChatRoom, LinkOptions, SQLiteHistory
from wslab.chat.history import Draft, Message

pytestmark = browser_test
FREE = LinkOptions(rate=None)


class Slow(SQLiteHistory):
    """Answers the next question late."""

    seconds = 0.0

    def before(self, room: str, id: int | None, limit: int) -> list[Message]:
        wait, self.seconds = self.seconds, 0.0
        time.sleep(wait)
        return super().before(room, id, limit)


@pytest.fixture
def history() -> Slow:
    history = Slow()
    history.add([Draft("Tea", "Bob", f"tea {n}", 0.0) for n in range(130)])
    history.add([Draft("lobby", "Bob", f"lobby {n}", 0.0) for n in range(130)])
    return history


@pytest.fixture
def room(history: Slow) -> Iterator[ChatRoom]:
    with chatting(history=history, options=FREE) as room:
        yield room


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def test_a_double_click_and_another_spelling_show_nothing_twice(
    visit: Visit, room: ChatRoom
) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    page.get_by_role("button", name="Tea").dblclick()
    expect(texts(page).last).to_have_text("tea 129")
    page.get_by_label("New room").fill("TEA")
    page.get_by_label("New room").press("Enter")
    expect(page.get_by_label("New room")).to_have_value("")
    say(page, "once")
    expect(texts(page)).to_have_count(101)


def test_earlier_messages_of_a_room_that_was_left(
    visit: Visit, room: ChatRoom, history: Slow
) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
    history.seconds = 0.5
    page.evaluate("enter('Tea'); earlier()")
    expect(texts(page).last).to_have_text("tea 129")
    say(page, "now")
    shown = texts(page).all_text_contents()
    assert shown == [f"tea {n}" for n in range(30, 130)] + ["now"]


def test_a_login_that_takes_too_long_is_made_again(
    visit: Visit, room: ChatRoom, history: Slow
) -> None:
    page = visit(room.http_url)
    history.seconds = 9.0  # the page waits for 8
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Message", exact=True)).to_be_focused(timeout=30_000)
    say(page, "here")
    expect(page.locator(".message.own")).to_have_count(1)
    expect(users(page)).to_have_text(["Ada"])


def test_an_empty_name_without_a_connection(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    expect(page.get_by_role("status")).to_have_text("Connected")
    page.evaluate("socket.ws.close()")
    expect(page.get_by_role("status")).to_contain_text("Trying again")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#refusal")).to_have_text("Please choose a name.", timeout=15_000)
    log_in(page, "Ada")


def test_leaving_and_joining_at_once(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    page.evaluate(
        """document.getElementById("leave").click();
           document.getElementById("name").value = "Grace";
           document.getElementById("login").requestSubmit();"""
    )
    expect(users(page)).to_have_text(["Grace"], timeout=15_000)
    expect(page.locator("#refusal")).to_be_empty()


def test_the_keyboard_keeps_its_place(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    page.get_by_role("button", name="Earlier messages").focus()
    page.keyboard.press("Enter")
    expect(texts(page)).to_have_count(130)
    assert focused(page) == "messages"
    page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
    with_news = page.get_by_role("button", name="New messages")
    bob = visit(room.http_url)
    log_in(bob, "Bob")
    say(bob, "news")
    with_news.focus()
    page.keyboard.press("Enter")
    expect(with_news).to_be_hidden()
    assert focused(page) == "text"


def test_the_list_of_rooms_stays_where_it_is(visit: Visit, room: ChatRoom) -> None:
    for number in range(60):
        room.rooms.spoke(f"room {number}")
    page = visit(room.http_url)
    log_in(page, "Ada")
    list_of_rooms = page.locator("#room-list")
    expect(list_of_rooms.locator("button")).to_have_count(62)
    list_of_rooms.evaluate("list => { list.scrollTop = 500; }")
    log_in(visit(room.http_url), "Bob")
    expect(list_of_rooms.locator("small").first).to_have_text("2")
    assert list_of_rooms.evaluate("list => list.scrollTop") == 500


def test_many_who_come_and_go_push_no_message_out(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    page.evaluate(
        """for (let n = 0; n < 400; n++) {
             socket.handlers["user joined"]({ name: `guest ${n}` });
             socket.handlers["user left"]({ name: `guest ${n}` });
           }"""
    )
    expect(texts(page)).to_have_count(100)
    assert page.locator(".note").count() <= 100
    expect(page.locator(".note").last).to_contain_text("“guest 399” left")


def test_one_who_reads_above_keeps_a_bounded_page(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    # Not wait_for_function: it asks again with eval, which the page's policy forbids.
    page.get_by_role("log").evaluate(
        """log => new Promise((scrolled) => {
             log.addEventListener("scroll", scrolled, { once: true });
             log.scrollTop = 0;
           })"""
    )
    assert page.evaluate("!atEnd")
    page.evaluate(
        """for (let n = 1; n <= 2500; n++) {
             const message = { id: newest + 1, name: "Bob", text: `m ${n}` };
             socket.handlers["new message"]({ ...message, time: "2026-01-01T00:00:00Z" });
           }"""
    )
    assert texts(page).count() == 2000
    expect(texts(page).last).to_have_text("m 2500")


def test_what_was_stored_without_an_answer_is_not_said_again(visit: Visit, room: ChatRoom) -> None:
    page = visit(room.http_url)
    log_in(page, "Ada")
    # The answer is lost with the connection, and the message is not.
    page.evaluate(
        """const hear = socket.hear;
           socket.hear = (data) => data.startsWith("43") || hear.call(socket, data);
           null"""
    )
    page.get_by_label("Message", exact=True).fill("only once")
    page.get_by_label("Message", exact=True).press("Enter")
    expect(texts(page).last).to_have_text("only once")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")
    page.evaluate("delete socket.hear; socket.ws.close()")
    expect(page.get_by_role("status")).to_have_text(re.compile("Connected"), timeout=15_000)
    expect(page.locator("#unsent")).to_have_text(re.compile("^$|Not sent"))
    expect(texts(page).filter(has_text="only once")).to_have_count(1)
