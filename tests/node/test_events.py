"""wslab.node.events: EventEmitter as Node has it, and what it does when a listener raises."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.waiting import wait_for
from wslab.net import console
from wslab.node import EventEmitter


def test_listeners_are_called_in_order_with_the_arguments() -> None:
    emitter, seen = EventEmitter(), []
    assert emitter.on("x", lambda *args: seen.append(("first", *args))) is emitter
    emitter.addListener("x", lambda *args: seen.append(("second", *args)))
    emitter.prependListener("x", lambda *args: seen.append(("zeroth", *args)))
    assert emitter.emit("x", 1, 2) is True
    assert seen == [("zeroth", 1, 2), ("first", 1, 2), ("second", 1, 2)]
    assert emitter.emit("y") is False


def test_without_a_listener_on_is_a_decorator() -> None:
    emitter, seen = EventEmitter(), []

    @emitter.on("x")
    def listener(value: int) -> None:
        seen.append(value)

    @emitter.once("x")
    def only_once(value: int) -> None:
        seen.append(value * 10)

    emitter.emit("x", 1)
    emitter.emit("x", 2)
    assert seen == [1, 10, 2]
    assert emitter.listeners("x") == [listener]


def test_off_removes_the_last_one_added_and_finds_a_once() -> None:
    emitter, seen = EventEmitter(), []

    def listener() -> None:
        seen.append("x")

    emitter.on("x", listener).on("x", listener).once("x", listener)
    assert emitter.listenerCount("x") == 3
    emitter.off("x", listener)
    emitter.removeListener("x", listener)
    emitter.off("x", print)
    assert emitter.listeners("x") == [listener]
    emitter.emit("x")
    assert seen == ["x"]
    emitter.off("x", listener)
    assert emitter.eventNames() == []


def test_remove_all_listeners_of_one_event_or_of_all() -> None:
    emitter = EventEmitter().on("a", print).on("b", print).on("c", print)
    emitter.removeAllListeners("a")
    assert emitter.eventNames() == ["b", "c"]
    emitter.removeAllListeners()
    assert emitter.eventNames() == []


def test_a_listener_may_add_and_remove_listeners_while_it_runs() -> None:
    emitter, seen = EventEmitter(), []

    def first() -> None:
        seen.append("first")
        emitter.off("x", second)
        emitter.on("x", lambda: seen.append("third"))

    def second() -> None:
        seen.append("second")

    emitter.on("x", first).on("x", second)
    emitter.emit("x")
    assert seen == ["first", "second"]
    emitter.emit("x")
    assert seen == ["first", "second", "first", "third"]


def test_an_error_in_one_listener_does_not_skip_the_others() -> None:
    emitter, seen = EventEmitter(), []
    emitter.on("x", lambda: 1 / 0)
    emitter.on("x", lambda: seen.append("ran"))
    emitter.on("x", lambda: {}["missing"])
    with pytest.raises(ZeroDivisionError):
        emitter.emit("x")
    assert seen == ["ran"]
    assert [line.text.splitlines()[0] for line in console.lines] == ["error: KeyError: 'missing'"]


def test_error_without_a_listener_is_recorded() -> None:
    emitter = EventEmitter()
    assert emitter.emit("error", ValueError("no good")) is False
    assert [line.text for line in console.lines] == ["error: ValueError: no good"]
    seen: list[Any] = []
    emitter.on("error", seen.append)
    emitter.emit("error", 1)
    assert seen == [1] and len(console.lines) == 1


def test_an_async_listener_becomes_a_task() -> None:
    emitter, seen = EventEmitter(), []

    @emitter.on("x")
    async def listener(value: int) -> None:
        await asyncio.sleep(0)
        seen.append(value)

    emitter.on("x", lambda value: seen.append(-value))
    emitter.emit("x", 1)
    wait_for(lambda: len(seen) == 2, "both listeners")
    assert sorted(seen) == [-1, 1]


def test_what_an_async_listener_raises_is_recorded_with_its_line() -> None:
    emitter = EventEmitter()

    @emitter.on("x")
    async def listener() -> None:
        raise ValueError("in async")

    emitter.emit("x")
    wait_for(lambda: console.lines, "the error")
    assert "ValueError: in async" in console.lines[0].text
    assert 'raise ValueError("in async")' in console.lines[0].text


def test_wrong_arguments_are_named() -> None:
    with pytest.raises(TypeError, match="listener for 'x' must be a function, not 'y'"):
        EventEmitter().on("x", "y")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="event's name is a str, not int"):
        EventEmitter().once(1, print)  # type: ignore[call-overload]
