"""The task queue: when a page's code runs.

HTML section 8.1.7 "event loops", WebSockets section 4 "queue a task". Bytes arrive on the
background thread. What a page sees of them, an event and the change of readyState that belongs to
it, waits here as a task, until the page's own loop has time for it. In a notebook that is when the
cell awaits or ends. One task runs, then whatever waited for its event goes on, then the next: so
`await ws.wait("open")` sees the connection open, even if it was closed a moment later.

A WebSocket made where no loop runs, in a plain script's thread, has its tasks run on the
background thread.
"""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections import deque
from collections.abc import Callable

from wslab.net.loop import background


class TaskQueue:
    """The tasks of one event loop. Ask `current_queue()` for the one to use."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._tasks: deque[tuple[Callable[..., None], tuple[object, ...]]] = deque()
        self._scheduled = False
        self._lock = threading.Lock()

    @property
    def closed(self) -> bool:
        """Whether the loop has ended, and the page with it."""
        loop = self._loop()
        return loop is None or loop.is_closed()

    def post(self, function: Callable[..., None], *args: object) -> bool:
        """Queue a task, from any thread. False when the loop is closed: the page is gone."""
        loop = self._loop()
        if loop is None or self.closed:
            return False
        with self._lock:
            self._tasks.append((function, args))
            if self._scheduled:
                return True
            self._scheduled = True
        try:
            loop.call_soon_threadsafe(self._run_one)
        except RuntimeError:  # closed since we looked
            return False
        return True

    def after_task(self, function: Callable[..., None], *args: object) -> bool:
        """Call a function when the page's code that runs now is done. False outside its loop."""
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            return False
        if here is not self._loop():
            return False
        here.call_soon(function, *args)
        return True

    def _run_one(self) -> None:
        with self._lock:
            function, args = self._tasks.popleft()
        try:
            function(*args)
        finally:
            with self._lock:
                self._scheduled = more = bool(self._tasks)
            loop = self._loop()
            if more and loop is not None:
                # Not in a row: what the task woke up, a coroutine that waits, comes first.
                loop.call_soon(self._run_one)


_queues: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, TaskQueue]
_queues = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def current_queue() -> TaskQueue:
    """The queue of the loop that runs in this thread, or of the background loop when none does."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = background().loop
    with _lock:
        if loop not in _queues:
            _queues[loop] = TaskQueue(loop)
        return _queues[loop]
