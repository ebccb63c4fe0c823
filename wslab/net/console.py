"""`console.log` for handlers: it records, and a cell shows.

A handler runs on the background thread, at a moment of its own. Text that it prints there lands in
whatever cell happens to run, or nowhere. So `console.log` only records the line, with the
connection it belongs to. The cell that wants to see the log says so: `console.show()`, or `await
console.until(lines=3)`.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from wslab.net.conditions import until
from wslab.net.explain import describe_error

MAX_LINES = 10_000
MAX_LINE = 10_000  # characters

# Whose handler runs. Tasks and timers that a handler begins inherit it; a cell has a context of its
# own.
speaker: ContextVar[str] = ContextVar("speaker", default="")


@contextmanager
def speaking_for(connection: str) -> Iterator[None]:
    """Lines recorded in this block, and by what begins in it, belong to this connection."""
    before = speaker.set(connection)
    try:
        yield
    finally:
        speaker.reset(before)


@dataclass(frozen=True, slots=True)
class Line:
    """One recorded line: its text, and the connection whose handler wrote it ("" for the server's
    own).
    """

    source: str
    text: str


def _as_text(value: object) -> str:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<Buffer {bytes(value).hex(' ')}>"  # as Node prints it
    return str(value)


class Console:
    """The recorder. There is one, `console`; tests make their own."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque()
        self._left_out = 0
        self._lock = threading.Lock()

    def log(self, *values: object) -> None:
        """Record one line. Safe from any thread. Lines past 10,000 push out the oldest."""
        self._record(" ".join(_as_text(value) for value in values))

    def error(self, *values: object) -> None:
        """Record one line, marked as an error; an exception is shown with the line that raised
        it.
        """
        parts = [describe_error(v) if isinstance(v, BaseException) else _as_text(v) for v in values]
        self._record("error: " + " ".join(parts))

    def _record(self, text: str) -> None:
        if len(text) > MAX_LINE:
            text = f"{text[:MAX_LINE]} … ({len(text) - MAX_LINE} more characters)"
        line = Line(speaker.get(), text)
        with self._lock:
            if len(self._lines) >= MAX_LINES:
                self._lines.popleft()
                self._left_out += 1
            self._lines.append(line)

    @property
    def lines(self) -> list[Line]:
        """The lines recorded since the last `show` or `clear`."""
        with self._lock:
            return list(self._lines)

    def take(self) -> list[Line]:
        """The recorded lines, which are then forgotten."""
        return self._take()[0]

    def _take(self) -> tuple[list[Line], int]:
        with self._lock:
            taken = list(self._lines), self._left_out
            self._lines.clear()
            self._left_out = 0
        return taken

    def clear(self) -> None:
        """Forget what was recorded."""
        self.take()

    def show(self) -> None:
        """Print what was recorded, grouped by connection, and forget it.

        Two connections may interleave differently on each run; the lines of one are always in
        order.
        """
        lines, left_out = self._take()
        if left_out:
            print(f"({left_out} older lines were left out)")
        if not lines:
            print("(the log is empty)")
        groups: dict[str, list[str]] = {}
        for line in lines:
            groups.setdefault(line.source, []).append(line.text)
        for source in sorted(groups, key=_source_order):
            if source:
                print(f"[{source}]")
            for text in groups[source]:
                print(
                    text.replace("\n", "\n  ") if not source else "  " + text.replace("\n", "\n  ")
                )

    async def until(
        self, condition: Callable[[], object] | None = None, *, lines: int = 0, timeout: float = 5.0
    ) -> None:
        """Wait for a condition, or for a number of lines, then show the log.

        `timeout` is in seconds. When it passes, what is there is shown, and the reason with it.
        """
        what = f"{lines} lines in the log" if lines else "the condition"
        try:
            await until(
                lambda: len(self._lines) >= lines and (condition is None or condition()),
                what,
                timeout,
            )
        except TimeoutError as error:
            self.show()
            print(f"(stopped waiting: {error})")
        except asyncio.CancelledError:
            self.show()
            raise
        else:
            self.show()


def _source_order(source: str) -> tuple[int, str]:
    digits = "".join(character for character in source if character.isdigit())
    return (int(digits) if digits else 0, source)


console = Console()
