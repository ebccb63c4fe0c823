"""Whatever a learner's function does, the call comes back in time and says what happened."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from wslab.browser import WebSocket
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, described, shown
from wslab.net.loop import THREAD_NAME, background

SHORT = 0.3


def endless(value: object) -> None:
    while True:
        pass


def stubborn(value: object) -> None:
    while True:
        try:
            while True:
                pass
        except Exception:
            pass


def sleeps(value: object) -> None:
    time.sleep(3)


async def waits(value: object) -> None:
    await asyncio.sleep(60)


async def blocks_its_loop(value: object) -> None:
    time.sleep(3)


async def endless_too(value: object) -> None:
    while True:
        pass


@pytest.mark.parametrize(
    "function", [endless, stubborn, sleeps, waits, blocks_its_loop, endless_too]
)
def test_what_never_returns_is_ended(function: Callable[[object], object]) -> None:
    began = time.monotonic()
    with pytest.raises(Wrong, match=r"did not return within 0\.3 s"):
        Answer(function, SHORT)(1)
    assert time.monotonic() - began < 2
    ended = function not in (sleeps, blocks_its_loop)  # stuck in C: left behind
    names = [thread.name for thread in threading.enumerate()]
    assert ("wslab: an answer to an exercise" in names) <= (not ended)
    for thread in threading.enumerate():
        if thread.name.startswith("wslab: an answer"):
            thread.join()


def test_the_time_counts_for_all_calls_together() -> None:
    def slow() -> int:
        time.sleep(0.1)
        return 1

    answer = Answer(slow, SHORT)
    with pytest.raises(Wrong, match="did not return"):
        for _ in range(20):
            answer()


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (lambda value: [][7], r"raised IndexError: list index out of range, in line \d+"),
        (lambda: 1, "is called with 1 argument, and does not take that"),
        (lambda value: exit(3), "raised SystemExit: 3"),
        (lambda value: stack(value), "raised RecursionError"),
        (3, "3 is not a function"),
    ],
)
def test_what_fails_is_described(function: Any, what: str) -> None:
    with pytest.raises(Wrong, match=what):
        Answer(function, SHORT)(1)


def stack(value: object) -> object:
    return stack(value)


async def test_a_coroutine_is_awaited_even_beside_a_running_loop() -> None:
    async def answer(value: int) -> int:
        await asyncio.sleep(0)
        return value + 1

    assert Answer(answer)(1) == 2
    assert Answer(lambda value: answer(value))(2) == 3


async def coroutine(value: int) -> int:
    return value


def plain(value: int) -> int:
    return value


def test_whether_await_belongs_there_is_asked_where_an_exercise_says_so() -> None:
    for function in (coroutine, plain):
        assert Answer(function)(1) == 1
    assert Answer(coroutine, awaited=True)(1) == Answer(plain, awaited=False)(1) == 1
    with pytest.raises(Wrong, match=r"plain\(\) returned 1, at once.*with await.*`async def`"):
        Answer(plain, awaited=True)(1)
    with pytest.raises(Wrong, match=r"coroutine\(\) returned a coroutine.*without await.*`def`"):
        Answer(coroutine, awaited=False)(1)
    with pytest.raises(Wrong, match=r"did not return.*begin it with `async def`"):
        Answer(endless, SHORT, awaited=True)(1)


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (endless, "while True:|pass"),
        (sleeps, r"time\.sleep\(3\)"),
        (waits, r"await asyncio\.sleep"),
    ],
)
def test_the_line_that_takes_so_long_is_named(function: Any, line: str) -> None:
    with pytest.raises(Wrong, match=rf"It was in line \d+ of its cell: `({line})"):
        Answer(function, SHORT)(1)


def test_the_line_of_a_handler_comes_before_that_which_waits_for_it() -> None:
    async def visit(url: str) -> None:
        ws, over = WebSocket(url), asyncio.Event()

        def closed(event: Any) -> None:
            while True:
                over.is_set()

        ws.onclose = closed
        await over.wait()

    with pytest.raises(Wrong, match=r"of its cell: `(while True:|over.is_set\(\))`"):
        Answer(visit, SHORT)("ws://127.0.0.1:9/")


def test_handlers_of_a_websocket_are_kept_from_the_background_loop() -> None:
    """A handler without an end stood there for ever, and with it every server of the kernel."""
    places: list[str] = []

    def visit(url: str) -> None:
        ws = WebSocket(url)

        def closed(event: Any) -> None:
            places.append(threading.current_thread().name)
            while True:
                pass

        ws.onclose = closed
        while True:
            pass

    with pytest.raises(Wrong, match="did not return"):
        Answer(visit, SHORT)("ws://127.0.0.1:9/")
    assert THREAD_NAME not in places
    assert background().run(asyncio.sleep(0, "alive"), timeout=1) == "alive"


def test_a_timeout_of_the_answer_s_own_is_not_ours() -> None:
    async def answer() -> None:
        raise TimeoutError("mine")

    with pytest.raises(Wrong, match="raised TimeoutError: mine"):
        Answer(answer)()


def test_what_is_shown_is_short_and_never_fails() -> None:
    class Evil:
        def __repr__(self) -> str:
            raise ValueError

    assert len(shown("x" * 10_000)) < 130
    assert len(shown([["x" * 1000] * 1000] * 1000)) < 130
    assert "Evil" in shown(Evil())
    assert described(KeyError("x")) == "KeyError: 'x'."
