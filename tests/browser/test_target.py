"""wslab.browser.target: who is called, in which order, and what happens when one raises."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from wslab.browser import Event, EventTarget, InvalidStateError, WebSocket
from wslab.browser.scripted import ScriptedServer
from wslab.browser.target import EventHandler
from wslab.net.console import console


class Bell(EventTarget):
    onring = EventHandler("ring")


@pytest.fixture
def called() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def empty_console() -> Iterator[None]:
    console.clear()
    yield
    console.clear()


def test_the_handler_keeps_its_place_and_loses_it_with_none(called: list[str]) -> None:
    bell = Bell()
    bell.onring = lambda: called.append("first handler")
    bell.addEventListener("ring", lambda: called.append("listener"))
    bell.onring = lambda: called.append("handler")
    bell.dispatchEvent(Event("ring"))
    assert called == ["handler", "listener"]
    bell.onring = None
    assert bell.onring is None
    bell.onring = lambda: called.append("late handler")
    called.clear()
    bell.dispatchEvent(Event("ring"))
    assert called == ["listener", "late handler"]


def test_what_cant_be_called_is_no_handler() -> None:
    bell = Bell()
    bell.onring = 5
    assert bell.onring is None
    bell.onring = print
    bell.onring = "print"
    assert bell.onring is None


def test_the_same_listener_is_added_once_and_as_a_handler_again(called: list[str]) -> None:
    def listener() -> None:
        called.append("called")

    bell = Bell()
    bell.addEventListener("ring", listener)
    bell.addEventListener("ring", listener)
    bell.onring = listener
    bell.addEventListener("ring", listener, True)  # capture makes it another one
    bell.dispatchEvent(Event("ring"))
    assert called == ["called"] * 3
    bell.removeEventListener("ring", listener)
    bell.removeEventListener("ring", listener, {"capture": True})
    bell.removeEventListener("ring", listener)
    bell.dispatchEvent(Event("ring"))
    assert called == ["called"] * 4


@pytest.mark.parametrize("options", [{"once": True}, None])
def test_once_is_once(options: dict[str, bool] | None, called: list[str]) -> None:
    bell = Bell()

    def listener() -> None:
        called.append("called")
        bell.dispatchEvent(Event("ring"))  # already removed when it is called

    if options:
        bell.addEventListener("ring", listener, options)
    else:
        bell.addEventListener("ring", listener, once=True)
    bell.dispatchEvent(Event("ring"))
    assert called == ["called"]


def test_a_listener_removed_or_added_during_the_dispatch_is_not_called(called: list[str]) -> None:
    bell = Bell()

    def first() -> None:
        called.append("first")
        bell.removeEventListener("ring", second)
        bell.addEventListener("ring", third)

    def second() -> None:
        called.append("second")

    def third() -> None:
        called.append("third")

    bell.addEventListener("ring", first)
    bell.addEventListener("ring", second)
    bell.dispatchEvent(Event("ring"))
    assert called == ["first"]


def test_capturing_listeners_come_first_and_can_keep_the_event(called: list[str]) -> None:
    bell = Bell()
    bell.addEventListener("ring", lambda: called.append("plain"))
    bell.addEventListener("ring", lambda: called.append("capturing"), True)
    bell.dispatchEvent(Event("ring"))
    assert called == ["capturing", "plain"]
    bell.addEventListener("ring", lambda event: event.stopPropagation(), {"capture": True})
    bell.addEventListener("ring", lambda: called.append("capturing too"), {"capture": True})
    called.clear()
    bell.dispatchEvent(Event("ring"))
    assert called == ["capturing", "capturing too"]


def test_stopping_at_once_stops_before_the_next(called: list[str]) -> None:
    bell = Bell()
    bell.addEventListener("ring", lambda event: event.stopImmediatePropagation())
    bell.addEventListener("ring", lambda: called.append("called"))
    event = Event("ring")
    bell.dispatchEvent(event)
    bell.dispatchEvent(event)  # the mark is taken off after each dispatch
    assert called == []
    assert not event.cancelBubble


def test_preventing_is_what_dispatching_returns() -> None:
    bell = Bell()
    assert bell.dispatchEvent(Event("ring", cancelable=True)) is True
    bell.addEventListener("ring", lambda event: event.preventDefault(), {"passive": True})
    assert bell.dispatchEvent(Event("ring", cancelable=True)) is True
    bell.onring = lambda event: event.preventDefault()
    assert bell.dispatchEvent(Event("ring", cancelable=True)) is False
    assert bell.dispatchEvent(Event("ring")) is True


def test_fields_while_and_after_a_page_dispatches_its_own_event() -> None:
    bell = Bell()
    seen: list[Any] = []

    def listener(event: Event) -> None:
        seen.extend([event.target, event.currentTarget, event.eventPhase, event.isTrusted])
        seen.append(event.composedPath())
        with pytest.raises(InvalidStateError):
            bell.dispatchEvent(event)

    bell.onring = listener
    event = Event("ring")
    bell.dispatchEvent(event)
    assert seen == [bell, bell, Event.AT_TARGET, False, [bell]]
    assert (event.target, event.currentTarget, event.eventPhase) == (bell, None, Event.NONE)


def test_a_listener_that_raises_is_reported_with_its_line_and_the_others_run(
    called: list[str],
) -> None:
    bell = Bell()

    def breaks() -> None:
        raise ValueError("no good")

    bell.addEventListener("ring", breaks)
    bell.addEventListener("ring", lambda: called.append("called"))
    bell.dispatchEvent(Event("ring"))
    assert called == ["called"]
    (line,) = console.lines
    assert line.text.startswith("error: ValueError: no good\n  in breaks, line ")
    assert line.text.endswith('test_target.py: raise ValueError("no good")')


def test_an_object_with_handle_event_is_a_listener(called: list[str]) -> None:
    class Handler:
        def handleEvent(self, event: Event) -> None:
            called.append(event.type)

    bell = Bell()
    bell.addEventListener("ring", Handler())
    bell.addEventListener("ring", None)
    bell.dispatchEvent(Event("ring"))
    assert called == ["ring"]
    with pytest.raises(TypeError, match="a listener is a function, not list: write its name"):
        bell.addEventListener("ring", [])
    with pytest.raises(TypeError, match="takes an Event, not str"):
        bell.dispatchEvent("ring")  # type: ignore[arg-type]


def test_a_listener_gets_the_event_if_it_has_room_for_it(called: list[str]) -> None:
    bell = Bell()
    bell.addEventListener("ring", lambda: called.append("none"))
    bell.addEventListener("ring", lambda event: called.append(event.type))
    bell.addEventListener("ring", lambda *events: called.append(str(len(events))))
    bell.addEventListener("ring", lambda event=None: called.append(event.type))
    bell.addEventListener("ring", called.append)  # a C function: it gets the event itself
    bell.dispatchEvent(Event("ring"))
    assert [str(x) for x in called] == ["none", "ring", "1", "ring", "Event('ring')"]


async def test_an_async_listener_runs_in_the_loop_and_its_error_is_reported() -> None:
    done = asyncio.Event()

    async def listener(event: Event) -> None:
        await asyncio.sleep(0)
        done.set()
        raise ValueError(event.type)

    bell = Bell()
    bell.onring = listener
    bell.dispatchEvent(Event("ring"))
    assert not done.is_set()
    await asyncio.wait_for(done.wait(), 5)
    while not console.lines:
        await asyncio.sleep(0)
    assert console.lines[0].text.startswith("error: ValueError: ring\n  in listener")


async def test_the_same_on_a_websocket() -> None:
    with ScriptedServer([["accept"], ["close", 1000]]) as server:
        ws = WebSocket(server.url)

        def breaks() -> None:
            raise KeyError("first")

        opened: list[Event] = []
        ws.onopen = breaks
        ws.addEventListener("open", opened.append)
        await ws.wait("close")
        assert [event.type for event in opened] == ["open"]
        assert "KeyError: 'first'" in console.lines[0].text
