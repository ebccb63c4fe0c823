"""A bar of progress as a line of text that only grows, so that what is stored of it is always the
same.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

MARKS = 20
TICK = 0.1  # seconds


class Bar:
    """`seconds` is how long everything is likely to take. Steps are begun one after another, each
    with the seconds that it is expected to need.
    """

    def __init__(self, shown: bool, seconds: float) -> None:
        self.shown = shown
        self.seconds = seconds
        self._done = 0.0  # seconds' worth of finished steps
        self._step = 0.0
        self._began = time.monotonic()
        self._marks = 0

    def begin(self, what: str) -> None:
        """Say what happens and how long it is likely to take."""
        if self.shown:
            print(f"{what}, about {self.seconds:.0f} s", flush=True)

    def step(self, seconds: float) -> None:
        """Begin the next step; the one before is over, however long it took."""
        self._done += self._step
        self._step = seconds
        self._began = time.monotonic()
        self.advance()

    def advance(self) -> None:
        """Draw as many marks as time has passed, one less than all at most."""
        passed = self._done + min(time.monotonic() - self._began, self._step)
        self._draw(min(int(passed / self.seconds * MARKS), MARKS - 1))

    def finish(self) -> None:
        """Draw the rest."""
        self._draw(MARKS)
        if self.shown:
            print(" done", flush=True)

    def _draw(self, marks: int) -> None:
        if self.shown and marks > self._marks:
            print("■" * (marks - self._marks), end="", flush=True)
        self._marks = max(self._marks, marks)

    async def during(self, work: Coroutine[Any, Any, T]) -> T:
        """Await work, and draw meanwhile."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait([task], timeout=TICK)
                self.advance()
            return task.result()
        finally:
            task.cancel()
