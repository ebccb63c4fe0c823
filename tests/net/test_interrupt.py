"""wslab.net.interrupt: SIGINT ends an await at once. Asked of a real process with a real signal."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from wslab.net.interrupt import wake_up_on_interrupt

SCRIPT = """
import asyncio, signal, sys
from wslab.net.interrupt import wake_up_on_interrupt

# As in a kernel: SIGINT raises KeyboardInterrupt, and asyncio.run's own handler is not there.
loop = asyncio.new_event_loop()

async def cell():
    print("woken" if wake_up_on_interrupt() else "not woken", flush=True)
    await asyncio.sleep(60)

try:
    loop.run_until_complete(cell())
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal handlers on a loop")
def test_an_interrupt_ends_an_await() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "woken\n"
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)  # a third of what the sleep would take
    assert output == "stopped\n"


def test_without_a_running_loop_it_changes_nothing() -> None:
    assert wake_up_on_interrupt() is False


async def test_in_another_thread_it_changes_nothing() -> None:
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(wake_up_on_interrupt()))
    thread.start()
    thread.join()
    assert results == [False]
