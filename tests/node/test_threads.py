"""wslab.node.threads: from a cell's thread to the background loop and back."""

from __future__ import annotations

import threading

import pytest

from tests.waiting import wait_for
from wslab.net import console
from wslab.net.loop import THREAD_NAME, background
from wslab.node.threads import on_loop, soon, wait_on_loop


def where() -> str:
    return threading.current_thread().name


def test_work_from_a_cell_runs_on_the_loop_in_order() -> None:
    seen: list[object] = []
    for number in range(5):
        on_loop(lambda number=number: seen.append((number, where())))
    wait_for(lambda: len(seen) == 5, "five calls")
    assert seen == [(number, THREAD_NAME) for number in range(5)]


def test_wait_on_loop_brings_back_the_result_or_the_error() -> None:
    assert wait_on_loop(where) == THREAD_NAME
    with pytest.raises(ZeroDivisionError):
        wait_on_loop(lambda: 1 / 0)


def test_on_the_loop_both_call_at_once() -> None:
    async def inside() -> list[str]:
        seen: list[str] = []
        on_loop(lambda: seen.append("on_loop"))
        seen.append("after")
        seen.append(wait_on_loop(lambda: "waited"))
        return seen

    assert background().run(inside()) == ["on_loop", "after", "waited"]


def test_soon_runs_after_the_handler() -> None:
    seen: list[str] = []

    async def inside() -> None:
        soon(seen.append, "soon")
        seen.append("handler")

    background().run(inside())
    soon(seen.append, "from a cell")
    wait_for(lambda: len(seen) == 3, "three entries")
    assert seen == ["handler", "soon", "from a cell"]


def test_an_error_that_nobody_waits_for_goes_to_the_log() -> None:
    on_loop(lambda: 1 / 0)
    wait_for(lambda: console.lines, "a line")
    assert "ZeroDivisionError" in console.lines[0].text
