"""The heartbeat of a feed: after so much silence, a sign of life.

Without one nobody can tell a quiet feed from a broken connection, and what stands between client
and server closes connections that are silent for long (WHATWG HTML section 9.2.7 advises one each
15 seconds or so).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Heart:
    """Calls `beat` after each `seconds` of silence, None for never. On the loop of its server."""

    def __init__(self, seconds: float | None, beat: Callable[[], None]) -> None:
        self.seconds = seconds
        self._beat = beat
        self._timer: asyncio.TimerHandle | None = None

    def start(self, *, only_first: bool = False) -> None:
        """Begin to count the silence; `only_first` leaves a count that goes on already alone."""
        if self.seconds is None or (only_first and self._timer is not None):
            return
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(self.seconds, self._due)

    def stop(self) -> None:
        """Count no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._beat()
        self.start()
