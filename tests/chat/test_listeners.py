"""Handlers take as many arguments as they have parameters, whatever a client sends."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from tests.waiting import wait_for
from wslab.chat.listeners import FlexibleHandler, Listeners
from wslab.net import console


def none() -> tuple[Any, ...]:
    return ()


def two(a: Any, b: Any) -> tuple[Any, ...]:
    return (a, b)


def default(a: Any, b: Any = "b") -> tuple[Any, ...]:
    return (a, b)


def rest(a: Any, *more: Any) -> tuple[Any, ...]:
    return (a, *more)


@pytest.mark.parametrize(
    ("handler", "args", "result"),
    [
        (none, (1, 2), ()),
        (two, (), (None, None)),
        (two, (1,), (1, None)),
        (two, (1, 2, 3), (1, 2)),
        (default, (), (None, "b")),
        (default, (1, 2, 3), (1, 2)),
        (rest, (), (None,)),
        (rest, (1, 2, 3), (1, 2, 3)),
        (partial(two, 0), (1, 2), (0, 1)),
        (max, (1, 3, 2), 3),
    ],
)
def test_arguments_fit(handler: Any, args: tuple[Any, ...], result: Any) -> None:
    assert FlexibleHandler(handler)(*args) == result


def test_only_functions_listen() -> None:
    with pytest.raises(TypeError, match="a handler must be a function, not 5"):
        Listeners().listen("news", 5)  # type: ignore[arg-type]


def test_listen_is_a_decorator_and_off_finds_the_function() -> None:
    heard: list[str] = []
    listeners = Listeners()

    @listeners.listen("news", None)
    def hear(text: str) -> None:
        heard.append(text)

    listeners.emit("news", "one", "ignored")
    listeners.off("news", hear)
    listeners.emit("news", "two")
    assert heard == ["one"]


def test_an_async_handler_runs_and_its_error_is_reported() -> None:
    failures: list[Exception] = []

    async def fail(text: str) -> None:
        raise ValueError(text)

    listeners = Listeners(failures.append)
    listeners.listen("news", fail)
    listeners.emit("news", "async")
    wait_for(lambda: failures, "the error")
    assert str(failures[0]) == "async"

    alone = Listeners()
    alone.listen("news", fail)
    alone.emit("news", "logged")
    wait_for(lambda: console.lines, "the error in the log")
    assert "ValueError: logged" in console.lines[0].text
