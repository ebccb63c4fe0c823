"""What a technique cost, counted in its capture, and how fresh it was, timed at the client."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from wslab.net.capture import Capture
from wslab.net.dissect import RequestItem, dissect
from wslab.net.feeds.price import Update

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that told a client something new: which update, and when it was there."""

    number: int
    at: float  # time.monotonic()


@dataclass(frozen=True, slots=True)
class Result:
    """One technique's count. Bytes are those that TCP carried, from the first to the last; times
    are in seconds.

    published: the updates of the schedule. seen: those that the client heard of; one that was
    overtaken by the next before the client asked is missing. idle_…: in the silence, scaled to a
    minute of it.
    """

    technique: str
    connections: int
    requests: int
    bytes_up: int
    bytes_down: int
    published: tuple[Update, ...] = field(repr=False)
    seen: tuple[Seen, ...] = field(repr=False)
    idle_requests: float
    idle_bytes: float
    capture: Capture = field(repr=False, compare=False)

    @property
    def updates(self) -> int:
        """How many updates were published."""
        return len(self.published)

    @property
    def received(self) -> int:
        """How many of them the client heard of."""
        numbers = {update.number for update in self.published}
        return len(numbers & {seen.number for seen in self.seen})

    @property
    def bytes(self) -> int:
        """All bytes, both ways."""
        return self.bytes_up + self.bytes_down

    @property
    def payload(self) -> int:
        """The bytes that had to travel: the text of each update that the client heard of, once."""
        known = {seen.number for seen in self.seen}
        return sum(len(update.text) for update in self.published if update.number in known)

    @property
    def bytes_per_update(self) -> float:
        """All bytes, for each update that was published."""
        return self.bytes / self.updates

    @property
    def payload_per_update(self) -> float:
        return self.payload / self.updates

    @property
    def overhead_per_update(self) -> float:
        """What is not payload: heads, framing, answers without news, heartbeats, handshakes."""
        return self.bytes_per_update - self.payload_per_update

    @property
    def staleness(self) -> list[float]:
        """For each update, how long it took until the client knew it, or a newer one."""
        found = []
        seen = iter(self.seen)
        latest = next(seen, None)
        for update in self.published:
            while latest is not None and latest.number < update.number:
                latest = next(seen, None)
            found.append(math.inf if latest is None else max(latest.at - update.at, 0.0))
        return found

    @property
    def median(self) -> float:
        """Half of the updates were known within this time."""
        return statistics.median(self.staleness)

    @property
    def p95(self) -> float:
        """95 of 100 updates were known within this time (nearest rank)."""
        ordered = sorted(self.staleness)
        return ordered[math.ceil(0.95 * len(ordered)) - 1]

    @property
    def row(self) -> dict[str, Any]:
        """The figures for a table. They differ from run to run."""
        return {
            "technique": self.technique,
            "connections": self.connections,
            "requests": self.requests,
            "bytes up": self.bytes_up,
            "bytes down": self.bytes_down,
            "updates received": self.received,
            "payload per update": round(self.payload_per_update, 1),
            "overhead per update": round(self.overhead_per_update, 1),
            "median ms": round(self.median * 1000, 1),
            "95th percentile ms": round(self.p95 * 1000, 1),
            "requests in an idle minute": round(self.idle_requests),
            "bytes in an idle minute": round(self.idle_bytes),
        }


def count(
    technique: str,
    capture: Capture,
    published: Sequence[Update],
    seen: Sequence[Seen],
    idle: tuple[float, float],
) -> Result:
    """Count what a capture holds. `idle` is from when to when nothing changed, in the capture's
    time.
    """
    begin, end = idle
    scale = MINUTE / (end - begin)
    asked = [
        item.t
        for connection in capture.connections
        for item in dissect(connection)
        if isinstance(item, RequestItem)
    ]
    chunks = [chunk for connection in capture.connections for chunk in connection.chunks]
    return Result(
        technique=technique,
        connections=len(capture.connections),
        requests=len(asked),
        bytes_up=sum(connection.bytes_up for connection in capture.connections),
        bytes_down=sum(connection.bytes_down for connection in capture.connections),
        published=tuple(published),
        seen=tuple(seen),
        idle_requests=sum(begin <= t < end for t in asked) * scale,
        idle_bytes=sum(len(chunk.data) for chunk in chunks if begin <= chunk.t < end) * scale,
        capture=capture,
    )
