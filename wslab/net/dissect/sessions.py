"""The packets of long polling: a session's requests bring some, and their responses bring others.

A POST carries packets to the server, and is answered "ok"; a GET waits for those that the server
has (chapter "HTTP long-polling" of the Engine.IO protocol, revision 4).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from wslab.net.dissect.items import BodyItem, Direction, Head, Item, RequestItem, ResponseItem
from wslab.net.dissect.packets import PacketReader, SentPacket, session_of, speaks_engine
from wslab.protocol.socketio import PacketType

MOST = 1 << 24  # bytes of an inflated body


class Sessions:
    """Finds the packets in the bodies of one connection."""

    def __init__(self) -> None:
        self._readers: dict[tuple[str, Direction], PacketReader] = {}

    def read(
        self, body: Iterable[Item], head: Head, request: RequestItem | None
    ) -> Iterator[Item]:
        """The items of a body, packets noted on the one with the last of its content.

        `head` is the one that the body belongs to, `request` the one that it answers or is.
        """
        if request is None or not _has_packets(head, request):
            yield from body
            return
        items = list(body)
        parts = [item for item in items if isinstance(item, BodyItem) and item.data]
        if not parts:
            yield from items
            return
        last = parts[-1]
        whole = any(item.last for item in items if isinstance(item, BodyItem)) and not last.problems
        noted = self._noted(parts, head, request, whole=whole)
        in_pieces = len(parts) > 1 and (not whole or any(map(_connects, noted.packets)))
        for item in items:
            if isinstance(item, BodyItem) and item.data:
                shown = noted if item is last else item
                # A secret may be cut in two: then no piece is shown.
                hidden = in_pieces and item.direction == "up"
                yield replace(shown, hidden_from=0) if hidden else shown
            else:
                yield item

    def _noted(
        self, parts: list[BodyItem], head: Head, request: RequestItem, *, whole: bool
    ) -> BodyItem:
        last = parts[-1]
        if not whole:
            return replace(last, note="the packets of a body that is not whole are not read")
        data = b"".join(part.data for part in parts)
        if encoding := head.get("Content-Encoding").strip().lower():
            inflated = _inflated(data) if encoding in ("gzip", "x-gzip", "deflate") else None
            if inflated is None:
                return replace(last, note=f"its packets are compressed with {encoding}: not read")
            data = inflated
        key = session_of(request.target), last.direction
        reader = self._readers.setdefault(key, PacketReader(request.target))
        packets = reader.payload(data)
        problems = tuple(packet.problem for packet in packets if packet.problem)
        return replace(last, packets=packets, problems=last.problems + problems)


def _connects(sent: SentPacket) -> bool:
    return sent.packet is not None and sent.packet.type is PacketType.CONNECT


def _has_packets(head: Head, request: RequestItem) -> bool:
    if not speaks_engine(request.target):
        return False
    if isinstance(head, ResponseItem):
        return request.method == "GET" and head.status == 200
    return request.method == "POST"


def _inflated(data: bytes) -> bytes | None:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as the data says
    try:
        made = inflate.decompress(data, MOST)
    except zlib.error:
        return None
    return made if inflate.eof else None
