"""wslab.browser.lesson: waiting for events, and the rows of a trace."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.browser.support import serving
from wslab.browser import Blob, CloseEvent, Event, MessageEvent, NeverComes, WebSocket
from wslab.browser import lesson as lesson_module
from wslab.browser.lesson import Inbox, describe, row
from wslab.browser.scripted import ScriptedServer


def message(text: str) -> MessageEvent:
    return MessageEvent("message", data=text)


async def test_wait_returns_each_message_once_in_order_however_early_it_came() -> None:
    with ScriptedServer([["accept"], ["text", "a"], ["text", "b"], ["close", 4000]]) as server:
        ws = WebSocket(server.url)
        assert (await ws.wait("close")).code == 4000
        assert (await ws.wait("open")).type == "open"
        assert [(await ws.wait("message")).data for _ in range(2)] == ["a", "b"]
        with pytest.raises(NeverComes, match=r"closed: CloseEvent\(code=4000.*No message event"):
            await ws.wait("message")
        # What happens once is told again: a cell that waits for it may run twice.
        assert await ws.wait("close") is await ws.wait("close")
        assert await ws.wait("open") is await ws.wait("open")
        with pytest.raises(NeverComes, match="No error event"):
            await ws.wait("error")


async def test_after_wait_the_connection_is_as_it_was_at_the_event() -> None:
    with ScriptedServer([["accept"], ["text", "a"], ["close", 4000]]) as server:
        for _ in range(5):
            ws = WebSocket(server.url)
            await ws.wait("open")
            assert (ws.readyState, len(ws.trace)) == (1, 1)
            await ws.wait("message")
            assert (ws.readyState, len(ws.trace)) == (1, 2)
            await ws.wait("close")


async def test_who_waits_for_what_can_no_longer_come_is_told_when_it_closes() -> None:
    with ScriptedServer([["respond", 404]]) as server:
        ws = WebSocket(server.url)
        waiting = [asyncio.create_task(ws.wait(name)) for name in ("open", "message")]
        with pytest.raises(NeverComes, match=r"code=1006.*No open event.*: .*answered 404"):
            await waiting[0]
        with pytest.raises(NeverComes, match="No message event"):
            await waiting[1]


async def test_who_waits_for_a_server_that_failed_is_led_to_its_log() -> None:
    with ScriptedServer([["accept"], ["close", 1011]]) as server:
        ws = WebSocket(server.url)
        with pytest.raises(NeverComes, match=r"code=1011.*No message event.*: .*console\.show\(\)"):
            await ws.wait("message")


async def test_two_who_wait_get_one_event_each_in_the_order_they_came() -> None:
    inbox = Inbox()
    tasks = [asyncio.create_task(inbox.take("message", 5, str)) for _ in range(2)]
    await asyncio.sleep(0)
    inbox.put(message("a"))
    inbox.put(message("b"))
    assert [(await task).data for task in tasks] == ["a", "b"]  # type: ignore[attr-defined]


async def test_a_timeout_says_what_did_not_come_and_takes_no_event() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        with pytest.raises(TimeoutError, match=r"0.01 s for 'message'.* readyState is OPEN"):
            await ws.wait("message", timeout=0.01)
        ws.send("x")
        assert (await ws.wait("message")).data == "x"
        with pytest.raises(ValueError, match="no 'mesage' event; it has open, message"):
            await ws.wait("mesage")


async def test_who_is_cancelled_leaves_the_event_to_the_next() -> None:
    inbox = Inbox()
    task = asyncio.create_task(inbox.take("message", 5, str))
    await asyncio.sleep(0)
    inbox.put(message("a"))
    task.cancel()  # after it was given the event, before it could go on
    with pytest.raises(asyncio.CancelledError):
        await task
    given_up = asyncio.create_task(inbox.take("error", 5, str))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    error = Event("error")
    inbox.put(error)
    assert (await inbox.take("message", 5, str)).data == "a"  # type: ignore[attr-defined]
    assert await inbox.take("error", 5, str) is error


def test_a_script_without_a_loop_can_wait_with_asyncio_run() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        threads: list[str] = []
        ws.onmessage = lambda: threads.append(threading.current_thread().name)
        asyncio.run(ws.wait("open"))
        ws.send("x")
        assert asyncio.run(ws.wait("message")).data == "x"
        assert threads == ["wslab background loop"]
        ws.close()
        assert asyncio.run(ws.wait("close")).wasClean
        with pytest.raises(NeverComes):
            asyncio.run(ws.wait("message"))


async def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson_module, "MAX_EVENTS", 3)
    monkeypatch.setattr(lesson_module, "MAX_BYTES", 10)
    inbox = Inbox()
    for text in "abcde":
        inbox.put(message(text))
    assert (await inbox.take("message", 1, str)).data == "c"  # type: ignore[attr-defined]
    inbox.put(message("x" * 9))
    inbox.put(message("y" * 50))
    assert (await inbox.take("message", 1, str)).data == "y" * 50  # type: ignore[attr-defined]
    with pytest.raises(TimeoutError):
        await inbox.take("message", 0.01, str)


def test_rows() -> None:
    assert row(Event("open"), 1, 0) == {"event": "open", "readyState": 1, "bufferedAmount": 0}
    close = CloseEvent("close", code=1006, reason="", wasClean=False)
    assert row(close, 3, 7) == {
        "event": "close", "readyState": 3, "code": 1006, "reason": "", "wasClean": False,
        "bufferedAmount": 7,
    }  # fmt: skip
    assert row(message("hi"), 1, 0)["data"] == "hi"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("short", "short"),
        ("x" * 61, "x" * 60 + "… (61 characters)"),
        (b"", "ArrayBuffer(0)"),
        (b"\x01\xff", "ArrayBuffer(2) 01 ff"),
        (bytes(17), "ArrayBuffer(17) " + "00 " * 16 + "…"),
        (Blob([b"abc"]), "Blob(3)"),
        (None, "None"),
    ],
)
def test_data_in_a_few_words(data: object, words: str) -> None:
    assert describe(data) == words
