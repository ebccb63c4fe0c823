"""A direction of a relay that takes time: what goes in comes out later, whole and in order.

    line = Line(0.025)
    line.put(transport.write, data, size=len(data))     # written 25 ms from now

A line without delay does at once what it is given. A line with one holds `MAX_HELD` bytes and the
last read: then it stops reading from its source, as a real link's sender has to wait. So it never
carries more than `MAX_HELD` bytes for each `seconds`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

MAX_HELD = 262_144

# Who may keep a line from reading: it is full, its reader is slow, or there is no reader yet.
Reason = Literal["full", "slow", "early"]


class Line:
    """One direction. `seconds` is how long everything is under way, 0 for no time at all."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.source: asyncio.Transport | None = None  # what is read from
        self.held = 0  # bytes under way
        self._not_before = 0.0
        self._under_way: deque[tuple[float, int, Callable[..., object], tuple[object, ...]]] = (
            deque()
        )
        self._timer: asyncio.TimerHandle | None = None
        self._reasons: set[Reason] = set()

    def wait_until(self, moment: float) -> None:
        """Let nothing enter before a moment of the loop's clock; what comes earlier waits."""
        self._not_before = moment

    def put(self, action: Callable[..., object], *args: object, size: int = 0) -> None:
        """Do this when its time has come; `size` bytes are under way until then."""
        if not self.seconds:
            action(*args)
            return
        loop = asyncio.get_running_loop()
        due = max(loop.time(), self._not_before) + self.seconds
        self._under_way.append((due, size, action, args))
        self.held += size
        if self.held > MAX_HELD:
            self.block("full")
        if self._timer is None:
            self._timer = loop.call_at(due, self._arrive)

    def _arrive(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        while self._under_way and self._under_way[0][0] <= loop.time():
            _, size, action, args = self._under_way.popleft()
            self.held -= size
            action(*args)
        if self._under_way and self._timer is None:
            self._timer = loop.call_at(self._under_way[0][0], self._arrive)
        if self.held <= MAX_HELD:
            self.unblock("full")

    def clear(self) -> None:
        """Forget what is under way: there is nobody left to get it."""
        self._under_way.clear()
        self.held = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def block(self, reason: Reason) -> None:
        """Stop reading from the source."""
        self._reasons.add(reason)
        if self.source is not None and not self.source.is_closing():
            self.source.pause_reading()

    def unblock(self, reason: Reason) -> None:
        """Read on, unless another reason is left."""
        blocked = bool(self._reasons)
        self._reasons.discard(reason)
        if not blocked or self._reasons or self.source is None or self.source.is_closing():
            return
        self.source.resume_reading()
