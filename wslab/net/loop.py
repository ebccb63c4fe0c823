"""The background loop: one thread, one asyncio event loop, for every server and socket of wslab.

A notebook's kernel has an event loop of its own, but that loop stands still while a cell runs. A
server there does not answer, and a client that waits in the same cell waits for ever. So
everything that talks to a socket lives on this second loop, in its own thread, and answers
whatever the cell is doing.

uvloop drives it wherever uvloop installs; the kernel's own loop is left alone.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import math
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from wslab.net.console import console

T = TypeVar("T")

THREAD_NAME = "wslab background loop"
WAIT_SECONDS = 0.2  # an interrupt can't end a wait on Windows, so none is longer


def _new_event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # Windows, or an interpreter that uvloop has no build for yet
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def keep_freed_memory() -> bool:
    """Ask the C library to keep up to 64 MiB of freed memory; whether it does, which glibc can.

    Else the memory of each large message goes back to the system, and the next one takes it again
    page by page: for a message of 1 MiB that costs ten times as much as unmasking it.
    """
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None:
        return False
    trim_threshold, mmap_threshold = -1, -3  # malloc.h
    return bool(set_option(mmap_threshold, 32 << 20) and set_option(trim_threshold, 64 << 20))


class BackgroundLoop:
    """A running event loop in a daemon thread. Ask `background()` for the one that everything
    shares.
    """

    def __init__(self) -> None:
        keep_freed_memory()
        self.loop = _new_event_loop()
        self.thread_id = 0
        started = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name=THREAD_NAME, daemon=True
        )
        self._thread.start()
        started.wait()

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self.loop)
        self.thread_id = threading.get_ident()
        self.loop.call_soon(started.set)
        try:
            self._run_until_stopped()
        finally:
            self._finish_tasks()
            self.loop.close()

    def _run_until_stopped(self) -> None:
        while True:
            try:
                self.loop.run_forever()
                return
            except SystemExit as error:  # exit() in a handler's task ends that task, not us all
                console.error(error)

    def _finish_tasks(self) -> None:
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def inside(self) -> bool:
        """True when the caller runs on the background thread itself."""
        return threading.get_ident() == self.thread_id

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Run a function on the loop: at once when already there, else soon and in order."""
        if threading.get_ident() == self.thread_id:
            function(*args)
        else:
            self.loop.call_soon_threadsafe(function, *args)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine on the loop; the future can be waited for from any other thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def run(self, coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run a coroutine on the loop and block until its result is there.

        `timeout` is in seconds. Raises RuntimeError on the background thread, which would wait for
        itself.
        """
        if self.inside():
            coroutine.close()
            raise RuntimeError("run() would block the background loop: await the coroutine instead")
        future = self.submit(coroutine)
        ends = math.inf if timeout is None else time.monotonic() + timeout
        try:
            while (left := ends - time.monotonic()) > 0 and not future.done():
                concurrent.futures.wait([future], min(left, WAIT_SECONDS))
            return future.result(0)
        except BaseException:  # the Stop button too: nothing half-started may go on
            future.cancel()
            raise

    async def join(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await, from any loop, a coroutine that runs on the background loop."""
        if self.inside():
            return await coroutine
        return await asyncio.wrap_future(self.submit(coroutine))

    def stop(self) -> None:
        """End the loop and its thread. Tasks that still run are cancelled."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            if not self.inside():
                self._thread.join(timeout=5)


_lock = threading.Lock()
_current: BackgroundLoop | None = None


def background() -> BackgroundLoop:
    """The one background loop, started at its first use and again after `stop_background`.

    What a coroutine opens here, it closes here, in a `finally`: a StreamWriter that is forgotten
    closes its socket in whichever thread finds that out, and uvloop crashes when that is not its
    own (https://docs.python.org/3/library/asyncio-dev.html#concurrency-and-multithreading).
    """
    global _current
    current = _current
    if current is None or not current.running:
        with _lock:
            if _current is None or not _current.running:
                _current = BackgroundLoop()
            current = _current
    return current


def background_is_running() -> bool:
    """True while the background thread exists."""
    return _current is not None and _current.running


def stop_background() -> None:
    """Stop the background loop, if there is one. The next use starts a new one."""
    global _current
    with _lock:
        current, _current = _current, None
    if current is not None:
        current.stop()


# A kernel that ends, or a script, leaves no thread in the middle of a write.
atexit.register(stop_background)
