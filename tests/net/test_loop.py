"""wslab.net.loop: one background thread, from any other thread or loop."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest

from wslab.net.loop import THREAD_NAME, background, background_is_running, stop_background


async def _where() -> str:
    return threading.current_thread().name


def test_run_blocks_until_the_result_is_there() -> None:
    assert background().run(_where()) == THREAD_NAME


def test_there_is_one_loop_and_one_thread() -> None:
    assert background() is background()
    assert sum(thread.name == THREAD_NAME for thread in threading.enumerate()) == 1


def test_it_answers_while_the_caller_blocks() -> None:
    answered = threading.Event()
    background().loop.call_soon_threadsafe(answered.set)
    assert answered.wait(5)  # this thread did nothing but wait


async def test_join_from_another_loop() -> None:
    assert await background().join(_where()) == THREAD_NAME


def test_join_on_the_loop_itself() -> None:
    async def nested() -> str:
        return await background().join(_where())

    assert background().run(nested()) == THREAD_NAME


def test_run_on_the_loop_itself_is_an_error_not_a_deadlock() -> None:
    async def nested() -> None:
        background().run(_where())

    with pytest.raises(RuntimeError, match="would block the background loop"):
        background().run(nested())


def test_call_runs_at_once_on_the_loop_and_in_order_from_elsewhere() -> None:
    seen: list[int] = []
    done = threading.Event()
    for number in range(5):
        background().call(seen.append, number)
    background().call(done.set)
    assert done.wait(5)
    assert seen == [0, 1, 2, 3, 4]

    async def inside() -> list[int]:
        background().call(seen.append, 5)
        return list(seen)

    assert background().run(inside())[-1] == 5


def test_a_timeout_cancels_what_was_started() -> None:
    cancelled = threading.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError):
        background().run(forever(), timeout=0.05)
    assert cancelled.wait(5)


def test_stop_ends_thread_and_tasks_and_the_next_use_starts_anew() -> None:
    cancelled = threading.Event()
    started = threading.Event()

    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    background().submit(forever())
    assert started.wait(5)
    stop_background()
    assert cancelled.is_set()
    assert not background_is_running()
    assert not [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]
    assert background().run(_where()) == THREAD_NAME


def test_a_script_that_uses_it_ends_by_itself() -> None:
    code = (
        "from wslab.net.loop import background\n"
        "async def f(): return 7\n"
        "print(background().run(f()))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert (result.stdout, result.stderr, result.returncode) == ("7\n", "", 0)
