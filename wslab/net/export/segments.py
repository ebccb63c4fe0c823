"""TCP segments made up around recorded bytes: a relay sees what TCP carried, not its packets.

The handshake, data with the right numbers, and the end, as RFC 9293 sections 3.5 and 3.6 have it.
Both sides begin to count at 0, so that the first byte of each direction has the number 1 and a
sequence number is the byte's offset plus one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.relay import Direction

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MAX_DATA = 65_495  # what an IPv4 packet on loopback holds: 65,535 without two headers of 20
MODULO = 1 << 32


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment. `t` is in seconds since the capture began."""

    t: float
    direction: Direction
    seq: int
    ack: int
    flags: int
    data: bytes = b""


def segments(connection: CapturedConnection, chunks: Iterable[Chunk]) -> Iterator[Segment]:
    """The segments of one connection, in their order; `chunks` are the bytes to put into them.

    The last segment of each chunk has the flag PSH, so that reading them again finds its end.
    """
    sent: dict[Direction, int] = {"up": 0, "down": 0}
    last = connection.opened

    def segment(t: float, way: Direction, flags: int, data: bytes = b"") -> Segment:
        other: Direction = "down" if way == "up" else "up"
        seq, ack = sent[way], sent[other] if flags & ACK else 0
        sent[way] += len(data) + bool(flags & (SYN | FIN))  # both take a number of their own
        return Segment(t, way, seq % MODULO, ack % MODULO, flags, data)

    yield segment(last, "up", SYN)
    ended_by, closed = connection.ended_by, connection.closed
    if ended_by == "refused" and not connection.chunks:
        yield segment(last if closed is None else max(last, closed), "down", RST | ACK)
        return
    yield segment(last, "down", SYN | ACK)
    yield segment(last, "up", ACK)
    for chunk in chunks:
        last = max(last, chunk.t)
        for start in range(0, len(chunk.data), MAX_DATA):
            part = chunk.data[start : start + MAX_DATA]
            whole = start + MAX_DATA >= len(chunk.data)
            yield segment(last, chunk.direction, ACK | PSH if whole else ACK, part)
    if closed is not None:
        last = max(last, closed)
    if ended_by in ("reset", "refused"):
        if closed is not None:
            by_server = ended_by == "refused" or connection.reset_by == "server"
            yield segment(last, "down" if by_server else "up", RST | ACK)
        return
    first: Direction = "down" if ended_by == "server" else "up"
    second: Direction = "up" if first == "down" else "down"
    if ended_by or closed is not None:
        yield segment(last, first, FIN | ACK)
    if closed is not None:
        yield segment(last, second, FIN | ACK)
        yield segment(last, first, ACK)
