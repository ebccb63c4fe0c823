"""Other stages, asked once more about a server that one stage has judged: each at most once, and
within the time that there is.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Protocol

FAILING_SECONDS = 1.0  # for stages that fail, beyond the one that is asked when they are over
ALL_SECONDS = 5.0  # for those that pass, too: they are quick, but not on a busy computer


class Asked(Protocol):
    """A stage. stuck: the server that it asked last did not answer in time, or did not end."""

    number: int
    stuck: bool

    def fails(self, server: object) -> bool: ...


class Again:
    """What stages make of one server."""

    def __init__(self, server: object) -> None:
        self._server = server
        self._found: dict[int, bool] = {}
        self._took = {True: 0.0, False: 0.0}
        self._stuck = False

    def fails(self, stage: Asked) -> bool | None:
        """Whether a stage finds something wrong; None when it was not asked.

        A server that is stuck would be stuck at each of them.
        """
        if stage.number not in self._found:
            if self._stuck or self._took[True] > FAILING_SECONDS or self._all > ALL_SECONDS:
                return None
            began = time.monotonic()
            found = self._found[stage.number] = stage.fails(self._server)
            self._took[found] += time.monotonic() - began
            self._stuck = stage.stuck
        return self._found[stage.number]

    def passes_one(self, stages: Iterable[Asked]) -> bool:
        """Whether the server passes one of these, which are asked in turn until it does."""
        return any(self.fails(stage) is False for stage in stages)

    @property
    def _all(self) -> float:
        return sum(self._took.values())
