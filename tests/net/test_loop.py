"""wslab.net.loop: one background thread, from any other thread or loop."""

from __future__ import annotations

import _thread
import asyncio
import concurrent.futures
import platform
import subprocess
import sys
import threading
from collections.abc import Coroutine
from typing import Any

import pytest

from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.loop import (
    THREAD_NAME,
    background,
    background_is_running,
    keep_freed_memory,
    stop_background,
)


async def _where() -> str:
    return threading.current_thread().name


class Forever:
    """A coroutine that never ends by itself, and says when it began and when it was cancelled."""

    def __init__(self) -> None:
        self.started, self.cancelled = threading.Event(), threading.Event()

    async def run(self) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


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
    forever = Forever()
    with pytest.raises(TimeoutError):
        background().run(forever.run(), timeout=0.05)
    assert forever.cancelled.wait(5)


def test_an_interrupt_ends_the_wait_and_cancels() -> None:
    forever = Forever()
    main = threading.get_ident()

    def interrupt() -> None:
        forever.started.wait(5)
        while sys._current_frames()[main].f_code.co_name != "wait":
            pass
        _thread.interrupt_main()  # as Windows does it: no system call returns early

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        background().run(forever.run())
    assert forever.cancelled.wait(5)


def test_stop_ends_thread_and_tasks_and_the_next_use_starts_anew() -> None:
    forever = Forever()
    background().submit(forever.run())
    assert forever.started.wait(5)
    stop_background()
    assert forever.cancelled.is_set()
    assert not background_is_running()
    assert not [thread for thread in threading.enumerate() if thread.name == THREAD_NAME]
    assert background().run(_where()) == THREAD_NAME


def test_exit_in_a_task_ends_that_task_and_not_the_loop() -> None:
    async def leave() -> None:
        raise SystemExit(3)

    async def begin() -> None:
        tasks.append(asyncio.get_running_loop().create_task(leave()))

    tasks: list[asyncio.Task[None]] = []
    console.clear()
    background().run(begin())
    assert background().run(_where()) == THREAD_NAME
    assert tasks[0].done()
    assert "SystemExit: 3" in console.take()[0].text
    assert isinstance(tasks[0].exception(), SystemExit)


def test_it_may_be_stopped_from_within() -> None:
    async def stop() -> None:
        stop_background()

    with pytest.raises(concurrent.futures.CancelledError):
        background().run(stop_and_wait(stop()))
    assert not background_is_running()
    asyncio.run(
        until(lambda: THREAD_NAME not in [t.name for t in threading.enumerate()], "the end")
    )


async def stop_and_wait(stop: Coroutine[Any, Any, None]) -> None:
    await stop
    await asyncio.Event().wait()


def test_without_uvloop_the_same_conversation() -> None:
    code = """
import sys
sys.modules["uvloop"] = None  # as where it can't be installed
import asyncio, threading
from wslab.net import close_everything, leftovers
from wslab.net.client import open_websocket
from wslab.net.loop import background
from tests.net.test_peer import Ends, echo
from wslab.net.peer import PeerOptions

async def talk(url):
    got, ended = [], asyncio.Event()
    peer = (opened := await open_websocket(url)).peer
    peer.on_event = got.append
    peer.on_closed = lambda *how: (got.append(how), ended.set())
    opened.start()
    peer.send_text("hello")
    peer.send_bytes(bytes(1_000_000))
    peer.close(1000, "bye")
    await ended.wait()
    return got

ends = Ends(PeerOptions(), echo)
ends.server.listen()
url = ends.server.url.replace("127.0.0.1", "localhost")  # looked up in a pool of threads
first, second, _, last = background().run(talk(url))
print(type(background().loop).__module__.partition(".")[0], first.data, len(second.data), *last)
asyncio.run(close_everything())
print(leftovers(), [thread.name for thread in threading.enumerate()])
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    expected = "asyncio hello 1000000 1000 bye True\n[] ['MainThread']\n"
    assert result.stdout == expected, result.stderr


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


def test_glibc_keeps_freed_memory_and_others_are_left_alone() -> None:
    assert keep_freed_memory() is (platform.libc_ver()[0] == "glibc")
