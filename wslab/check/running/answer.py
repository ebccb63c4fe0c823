"""A learner's function, called so that nothing it does harms the kernel.

    answer = Answer(accept)
    answer("dGhlIHNhbXBsZSBub25jZQ==")

It runs in a thread of its own, inside an event loop of its own, as each cell does: what it makes of
`WebSocket` has its handlers called there, and not on the background loop, which all of wslab needs.
When its time is over the thread is told to end, with an exception that no `except Exception`
catches. A thread that is stuck inside C, in `time.sleep` for one, is left behind, and
`wslab.net.leftovers` tells of it. C code that keeps the interpreter's lock, such as
`sum(itertools.count())` or a regular expression that tries too much, stops every thread, the
judge's too, for as long as it takes: no signal gets through, and only the end of the process ends
it.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import ctypes
import inspect
import reprlib
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wslab.check.outcome import Wrong

SECONDS = 1.5  # for all the calls that one judgement makes
END_SECONDS = 0.3  # in which a thread should heed that its time is over
AGAIN_SECONDS = 0.05  # a loop that ends in good order takes a moment

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


class TimeIsOver(BaseException):
    """Raised inside the learner's thread, to end it."""


class Answer:
    """The function and the time it has left. `seconds` counts for all calls together.

    awaited: whether the exercise calls it with `await`; None for a handler, which may be either.
    A plain function gets copies. changed: it wrote into one of them.
    """

    def __init__(
        self, function: object, seconds: float = SECONDS, awaited: bool | None = None
    ) -> None:
        self.function = function
        self.seconds = seconds
        self.awaited = awaited
        self.changed = False
        self._left = seconds
        self.name = str(getattr(function, "__name__", "your answer"))

    def __call__(self, *arguments: object) -> Any:
        """What the function returns, awaited where it is a coroutine.

        Raises Wrong when it is no function, takes other arguments, raises, is out of time, or is
        `async` where it should not be, or the other way round.
        """
        function = self.function
        if not callable(function):
            raise Wrong(f"{shown(function)} is not a function.")
        self._accepts(function, arguments)
        plainly = self.awaited is False
        given = copy.deepcopy(arguments) if plainly else arguments
        call = _Call(function, given, self._left, arguments if plainly else None)
        began = time.monotonic()
        call.run()
        self._left -= time.monotonic() - began
        plain = f" {_ASYNC}" if self.awaited and not call.awaitable else ""
        if call.late or self._left <= 0:
            raise self.late(call.place, plain)
        if call.error is not None:
            raise Wrong(f"{self.name}() raised {described(call.error, function)}")
        if plain:
            raise Wrong(f"{self.name}() returned {shown(call.value)}, at once.{plain}")
        if plainly and call.awaitable:
            raise Wrong(f"{self.name}() returned a coroutine. {_PLAIN}")
        self.changed = self.changed or call.changed
        return call.value

    def late(self, place: str = "", hint: str = "") -> Wrong:
        """What to raise of a function whose time is over. place: where it was then."""
        where = f"It was in {place.rstrip('.')}." if place else _LOOK
        return Wrong(f"{self.name}() did not return within {self.seconds:g} s. {where}{hint}")

    def _accepts(self, function: Callable[..., object], arguments: tuple[object, ...]) -> None:
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError:
            count = f"{len(arguments)} argument{'s' if len(arguments) != 1 else ''}"
            raise Wrong(f"{self.name}() is called with {count}, and does not take that.") from None
        except ValueError:  # a function of C that does not say what it takes
            pass


_LOOK = (
    "Is there a loop that never ends, a call that waits, such as time.sleep(), or a regular"
    " expression with too many ways to match?"
)
_ASYNC = "It is called with await: begin it with `async def`."
_PLAIN = "It is called without await: begin it with `def` alone."


class _Call:
    """One call in one thread. late: it was not over in time. place: the line where it was then.

    awaitable: the function returned something to await. before: the arguments of a plain function,
    which is not awaited; changed: they are others than those that it was called with, afterwards.
    """

    def __init__(
        self,
        function: Callable[..., object],
        arguments: tuple[object, ...],
        seconds: float,
        before: tuple[object, ...] | None,
    ) -> None:
        self.value: object = None
        self.error: BaseException | None = None
        self.awaitable = self.late = self.changed = False
        self.place = ""
        self._function, self._arguments, self._before = function, arguments, before
        self._seconds = max(seconds, 0.01)
        name = "wslab: an answer to an exercise"
        self._thread = threading.Thread(target=self._last, name=name, daemon=True)

    def run(self) -> None:
        try:
            self._thread.start()
            self._thread.join(self._seconds)
        finally:  # the Stop button too
            if self.late:  # its loop's clock was first, and it is about to end
                self._thread.join(AGAIN_SECONDS)
            if self._thread.is_alive():
                self.late = True
                frame = sys._current_frames().get(self._thread.ident or 0)
                stack = traceback.extract_stack(frame) if frame else traceback.StackSummary()
                self.place = self.place or place_in(stack, self._function)
            end_thread(self._thread)

    def _last(self) -> None:
        with contextlib.suppress(TimeIsOver):  # raised again, while the first one was handled
            self._work()

    def _work(self) -> None:
        try:
            with asyncio.Runner() as runner:
                self.value = runner.run(self._called())
        except TimeIsOver:
            self.late = True
        except BaseException as error:  # exit() in an answer is a wrong answer, no more
            self.error = error

    async def _called(self) -> object:
        asyncio.get_running_loop().set_exception_handler(log)
        value = self._function(*self._arguments)
        self.awaitable = inspect.isawaitable(value)
        if self._before is not None:
            self.changed = self._arguments != self._before  # here: it may be the learner's `==`
            if inspect.iscoroutine(value):
                value.close()  # else Python complains that nobody awaits it
            return value
        if not inspect.isawaitable(value):
            return value
        try:
            async with asyncio.timeout(self._seconds * 0.95) as limit:
                return await value
        except TimeoutError as error:
            if limit.expired():
                self.late = True
                cut = error.__cause__  # the CancelledError: it came through the learner's lines
                stack = traceback.extract_tb(cut.__traceback__ if cut else None)
                self.place = self.place or place_in(stack, self._function)  # a handler's was first
                return None
            raise


def log(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what a loop has to tell, but not that its time is over."""
    if not isinstance(context.get("exception"), TimeIsOver):
        loop.default_exception_handler(context)


def end_thread(thread: threading.Thread) -> bool:
    """Raise TimeIsOver in a thread until it ends, for a moment; True if it has ended."""
    ends = time.monotonic() + END_SECONDS
    while thread.is_alive() and time.monotonic() < ends:
        assert thread.ident is not None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(TimeIsOver)
        )
        thread.join(AGAIN_SECONDS)
    return not thread.is_alive()


def shown(value: object) -> str:
    """A value in a message: short, and never an error."""
    try:
        text = _short.repr(value)
    except Exception:
        text = f"an object of {type(value).__name__} that can't be shown"
    return text if len(text) <= 120 else f"{text[:117]}..."


def described(error: BaseException, function: object = None) -> str:
    """An exception in one line, with the learner's line that it came from, where that is known.

    Cells are files of one folder: a function that another cell defines is the learner's, too.
    """
    text = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    place = place_in(traceback.extract_tb(error.__traceback__), function)
    return f"{text}, in {place}" if place else f"{text}."


def place_in(stack: traceback.StackSummary, function: object) -> str:
    """The innermost line of a stack that is in a cell of the learner, "" where that is unknown."""
    function = getattr(function, "__wrapped__", function)
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    if file is None:
        return ""
    near = str(Path(file).parent)
    lines = [
        frame
        for frame in stack
        if frame.filename == file or str(Path(frame.filename).parent) == near != "."
    ]
    if not lines:
        return ""
    line = lines[-1]
    cell = "its cell" if line.filename == file else f"the cell of {line.name}()"
    return f"line {line.lineno} of {cell}{f': `{line.line}`' if line.line else '.'}"
