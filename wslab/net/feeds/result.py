"""What a technique cost, counted in its capture, and how fresh it was, timed at the client."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from wslab.net.capture import Capture, Chunk
from wslab.net.feeds.heads import heads
from wslab.net.feeds.price import Update

MINUTE = 60.0
MANY = 10_000  # updates, for which the processor time is given


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that told a client something new: which update, and when it was there."""

    number: int
    at: float  # time.monotonic()


@dataclass(frozen=True, slots=True)
class Spans:
    """From when to when the price changed, and from when to when it kept still; in the time of
    the capture. cpu: the seconds that the server computed in each.
    """

    busy: tuple[float, float]
    idle: tuple[float, float]
    busy_cpu: float = 0.0
    idle_cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """One technique's count, for all of its clients. Bytes are those that TCP carried, from the
    first to the last; times are in seconds.

    published: the updates of the schedule. heard: for each client what it heard of; an update that
    was overtaken by the next before the client asked is missing. head_bytes: the heads of requests
    and responses. busy_…: while the price changed. cpu: what the server's thread computed then.
    idle_…: in the silence, scaled to a minute of it. rate: updates in a second, as planned.
    round_trip: how long the way was made.
    """

    technique: str
    connections: int
    requests: int
    bytes_up: int
    bytes_down: int
    head_bytes: int
    published: tuple[Update, ...] = field(repr=False)
    heard: tuple[tuple[Seen, ...], ...] = field(repr=False)
    busy_seconds: float
    busy_bytes: int
    cpu: float
    idle_requests: float
    idle_bytes: float
    idle_cpu: float
    rate: float
    round_trip: float
    capture: Capture = field(repr=False, compare=False)

    @property
    def clients(self) -> int:
        """How many clients followed the price."""
        return len(self.heard)

    @property
    def seen(self) -> tuple[Seen, ...]:
        """What the first client heard of."""
        return self.heard[0]

    @property
    def updates(self) -> int:
        """How many updates were published."""
        return len(self.published)

    @property
    def delivered(self) -> int:
        """How many there were to deliver: each update to each client."""
        return self.updates * self.clients

    @property
    def received(self) -> float:
        """How many updates a client heard of, on average."""
        numbers = {update.number for update in self.published}
        return sum(len(numbers & {s.number for s in seen}) for seen in self.heard) / self.clients

    @property
    def bytes(self) -> int:
        """All bytes, both ways."""
        return self.bytes_up + self.bytes_down

    @property
    def head_share(self) -> float:
        """What part of the bytes were heads, 0 to 1."""
        return self.head_bytes / self.bytes

    @property
    def payload(self) -> int:
        """The bytes that had to travel: the text of each update that a client heard of, once."""
        sizes = {update.number: len(update.text) for update in self.published}
        return sum(sizes.get(seen.number, 0) for heard in self.heard for seen in heard)

    @property
    def bytes_per_update(self) -> float:
        """All bytes, for each update and client."""
        return self.bytes / self.delivered

    @property
    def payload_per_update(self) -> float:
        return self.payload / self.delivered

    @property
    def overhead_per_update(self) -> float:
        """What is not payload: heads, framing, answers without news, heartbeats, handshakes.
        Below 0 when compression saves more than all of that.
        """
        return self.bytes_per_update - self.payload_per_update

    @property
    def running_bytes_per_update(self) -> float:
        """Bytes for each update and client while the price changed: without what it took to
        begin.
        """
        return self.busy_bytes / self.delivered

    @property
    def cpu_per_10_000(self) -> float:
        """Seconds that the server would compute to deliver 10,000 updates."""
        return self.cpu / self.delivered * MANY

    @property
    def staleness(self) -> list[float]:
        """For each client and update, how long it took until the client knew it, or a newer one."""
        return [seconds for heard in self.heard for seconds in self._staleness(heard)]

    def _staleness(self, heard: Sequence[Seen]) -> Iterator[float]:
        seen = iter(heard)
        latest = next(seen, None)
        for update in self.published:
            while latest is not None and latest.number < update.number:
                latest = next(seen, None)
            yield math.inf if latest is None else max(latest.at - update.at, 0.0)

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
            "clients": self.clients,
            "connections": self.connections,
            "requests": self.requests,
            "bytes up": self.bytes_up,
            "bytes down": self.bytes_down,
            "heads": f"{self.head_share:.0%}",
            "updates received": round(self.received, 1),
            "bytes per update": round(self.bytes_per_update, 1),
            "median ms": round(self.median * 1000, 1),
            "95th percentile ms": round(self.p95 * 1000, 1),
            "server s per 10,000 updates": round(self.cpu_per_10_000, 2),
            "idle minute: requests": round(self.idle_requests),
            "idle minute: bytes": round(self.idle_bytes),
            "idle minute: server s": round(self.idle_cpu, 3),
        }


def count(
    technique: str,
    capture: Capture,
    published: Sequence[Update],
    heard: Sequence[Sequence[Seen]],
    spans: Spans,
    rate: float,
) -> Result:
    """Count what a capture holds. `rate` is in updates a second."""
    begin, end = spans.idle
    scale = MINUTE / (end - begin)
    found = [head for connection in capture.connections for head in heads(connection)]
    chunks = [chunk for connection in capture.connections for chunk in connection.chunks]
    up = sum(len(chunk.data) for chunk in chunks if chunk.direction == "up")
    return Result(
        technique=technique,
        connections=len(capture.connections),
        requests=sum(head.asks for head in found),
        bytes_up=up,
        bytes_down=sum(len(chunk.data) for chunk in chunks) - up,
        head_bytes=sum(head.size for head in found),
        published=tuple(published),
        heard=tuple(tuple(seen) for seen in heard),
        busy_seconds=spans.busy[1] - spans.busy[0],
        busy_bytes=_bytes_within(chunks, spans.busy),
        cpu=spans.busy_cpu,
        idle_requests=sum(head.asks and begin <= head.t < end for head in found) * scale,
        idle_bytes=_bytes_within(chunks, spans.idle) * scale,
        idle_cpu=spans.idle_cpu * scale,
        rate=rate,
        round_trip=capture.round_trip,
        capture=capture,
    )


def _bytes_within(chunks: Sequence[Chunk], span: tuple[float, float]) -> int:
    return sum(len(chunk.data) for chunk in chunks if span[0] <= chunk.t < span[1])
