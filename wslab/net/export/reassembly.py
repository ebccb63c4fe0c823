"""TCP segments put together again: connections with their bytes, as a relay would have seen them.

Segments that came too early wait, those that came twice count once (RFC 9293 section 3.10.7.4).
Where one is missing, its direction ends there, and a note says so: bytes behind a hole would be
taken for something that they are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.export.loaded import BOTH, LEFT_OUT, counted
from wslab.net.export.packets import Endpoint, Packet
from wslab.net.export.pcapng import REFUSED
from wslab.net.export.segments import ACK, FIN, MODULO, PSH, RST, SYN
from wslab.net.relay import Direction

_LEFT_OUT = re.compile(rf"([\d,]+) bytes? {re.escape(LEFT_OUT)}")


@dataclass(slots=True)
class Talk:
    """The packets of one TCP connection."""

    client: Endpoint
    server: Endpoint
    first: int | None  # the client's SYN
    packets: list[Packet] = field(default_factory=list)


def talks(packets: Iterable[Packet]) -> list[Talk]:
    """The packets by connection. A SYN with another number on the same ports begins a new one."""
    found: list[Talk] = []
    current: dict[frozenset[Endpoint], Talk] = {}
    for packet in packets:
        ends = frozenset((packet.source, packet.target))
        talk = current.get(ends)
        opens = packet.flags & (SYN | ACK) == SYN
        if talk is None or (opens and talk.first != packet.seq):
            talk = current[ends] = _talk(packet, opens)
            found.append(talk)
        talk.packets.append(packet)
    return found


def _talk(packet: Packet, opens: bool) -> Talk:
    """A connection that begins with this packet. Without a SYN, the lower port is the server's."""
    answers = packet.flags & SYN and not opens
    by_client = opens or (not answers and packet.source[1] >= packet.target[1])
    client, server = (packet.source, packet.target)[:: 1 if by_client else -1]
    return Talk(client, server, packet.seq if opens else None)


@dataclass(slots=True)
class _Side:
    """One direction: `base` is the sequence number of its first byte, `have` how many are there."""

    base: int
    have: int = 0
    waiting: list[tuple[int, bytes]] = field(default_factory=list)  # a heap
    end: int | None = None  # where its FIN stands
    acknowledged: int = 0

    def offset(self, number: int) -> int:
        """The offset of a sequence number, which is near the bytes that are there."""
        distance = (number - self.base - self.have) % MODULO
        return self.have + (distance if distance < MODULO // 2 else distance - MODULO)

    def take(self, offset: int, data: bytes) -> bytes:
        """The bytes that are next in line, with this segment."""
        heappush(self.waiting, (offset, data))
        new = bytearray()
        while self.waiting and self.waiting[0][0] <= self.have:
            start, part = heappop(self.waiting)
            part = part[self.have - start :]
            self.have += len(part)
            new += part
        return bytes(new)

    def missing(self) -> int:
        """Bytes that were sent and are not there, up to the next that are."""
        if self.waiting:
            return self.waiting[0][0] - self.have
        if self.end is not None:
            return max(0, self.end - self.have)
        unseen = self.acknowledged - self.have
        return unseen if unseen > 1 else 0  # one may be a FIN that is not in the file

    def behind(self) -> int:
        """Bytes that wait behind a hole, each counted once."""
        count, reached = 0, self.have
        for start, data in sorted(self.waiting):
            count += max(0, start + len(data) - max(start, reached))
            reached = max(reached, start + len(data))
        return count


def connection_of(talk: Talk, number: int, began: int, notes: list[str]) -> CapturedConnection:
    """One connection; what is missing is added to the notes."""
    found = CapturedConnection(number, _seconds(talk.packets[0], began))
    sides = _sides(talk)
    goes_on = False
    for packet in talk.packets:
        way: Direction = "up" if packet.source == talk.client else "down"
        side, t = sides[way], _seconds(packet, began)
        if lost := _LEFT_OUT.search(packet.comment):
            found.left_out += int(lost[1].replace(",", ""))
        if packet.flags & ACK:
            other = sides["down" if way == "up" else "up"]
            other.acknowledged = max(other.acknowledged, other.offset(packet.ack))
        offset = side.offset(packet.seq + bool(packet.flags & SYN))
        data = side.take(offset, packet.data) if packet.data else b""
        if data:
            last = found.chunks[-1] if found.chunks else None
            if goes_on and last and (last.direction, last.t) == (way, t):
                found.chunks[-1] = Chunk(t, way, last.data + data)
            else:
                found.chunks.append(Chunk(t, way, data))
            goes_on = not packet.flags & PSH
        if packet.flags & FIN:
            side.end = offset + len(packet.data) + packet.cut
        _note_end(found, packet, way, sides, t)
    if _refused(found, talk):
        found.ended_by, found.reset_by = "refused", None
    _note_holes(found, sides, talk, notes)
    return found


def _refused(found: CapturedConnection, talk: Talk) -> bool:
    """Whether the answer to the client's SYN was a reset, or a comment of ours says so."""
    if found.reset_by != "server":
        return False
    if REFUSED in talk.packets[0].comment:
        return True
    answers = [packet.flags & SYN for packet in talk.packets if packet.source == talk.server]
    return talk.first is not None and not any(answers)


def _sides(talk: Talk) -> dict[Direction, _Side]:
    """Where each direction begins: after its SYN, else with the lowest number that is there."""
    sides: dict[Direction, _Side] = {}
    for way, end in zip(BOTH, (talk.client, talk.server), strict=True):
        mine = [packet for packet in talk.packets if packet.source == end]
        syn = next((packet.seq for packet in mine if packet.flags & SYN), None)
        if syn is not None:
            sides[way] = _Side((syn + 1) % MODULO)
        else:
            base = mine[0].seq if mine else 0
            near = [(packet.seq - base + MODULO // 2) % MODULO for packet in mine]
            lowest = min(near, default=MODULO // 2) - MODULO // 2
            sides[way] = _Side((base + lowest) % MODULO)
            if not mine:  # then an acknowledgement says where it would have gone on
                acks = [packet.ack for packet in talk.packets if packet.flags & ACK]
                sides[way].base = acks[0] if acks else 0
    return sides


def _note_end(
    found: CapturedConnection, packet: Packet, way: Direction, sides: dict[Direction, _Side],
    t: float,
) -> None:  # fmt: skip
    if packet.flags & FIN:
        found.ended_by = found.ended_by or ("client" if way == "up" else "server")
        if found.closed is None and all(side.end is not None for side in sides.values()):
            found.closed = t
    elif packet.flags & RST:
        if found.ended_by is None:
            found.ended_by, found.reset_by = "reset", "client" if way == "up" else "server"
        if found.closed is None:
            found.closed = t


def _note_holes(
    found: CapturedConnection, sides: dict[Direction, _Side], talk: Talk, notes: list[str]
) -> None:
    name = f"connection {found.number}"
    if talk.first is None:
        notes.append(f"{name} had begun before the file does")
    for way, side in sides.items():
        if gap := side.missing():
            behind = side.behind()
            note = f"{name}, {way}: {counted(gap, 'byte')} missing at offset {side.have:,}"
            if behind:
                note += f", {counted(behind, 'byte')} after the gap are left out"
            notes.append(note)


def _seconds(packet: Packet, began: int) -> float:
    return (packet.t - began) / 1e9
