"""The heads in a recorded connection: when each came, how long it was, and whether it asked.

In HTTP/1.1 a head is text up to an empty line (RFC 9112 section 2.1). In HTTP/2 it is a HEADERS
frame and the CONTINUATION frames after it (RFC 9113 sections 6.2 and 6.10); the fields in them are
compressed, and only the size counts here. A WebSocket has those of its handshake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from wslab.net.capture import CapturedConnection
from wslab.net.dissect import RequestItem, ResponseItem, dissect
from wslab.net.relay import Direction

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # what an HTTP/2 client begins with, section 3.4
FRAME_HEAD = 9  # bytes before each frame's payload, section 4.1
HEADERS, CONTINUATION = 0x1, 0x9


@dataclass(frozen=True, slots=True)
class HeadSize:
    """A head: `t` as in its capture, `size` in bytes; `asks` for that of a request."""

    t: float
    size: int
    asks: bool


def heads(connection: CapturedConnection) -> list[HeadSize]:
    """All heads of a connection, HTTP/1.1's or HTTP/2's."""
    if connection.data("up").startswith(PREFACE):
        return [*_http2(connection, "up"), *_http2(connection, "down")]
    return [
        HeadSize(item.t, item.size, isinstance(item, RequestItem))
        for item in dissect(connection)
        if isinstance(item, RequestItem | ResponseItem)
    ]


def _http2(connection: CapturedConnection, direction: Direction) -> Iterator[HeadSize]:
    data = connection.data(direction)
    place = len(PREFACE) if direction == "up" else 0
    while place + FRAME_HEAD <= len(data):
        size = FRAME_HEAD + int.from_bytes(data[place : place + 3])
        kind = data[place + 3]
        if kind in (HEADERS, CONTINUATION):
            asks = kind == HEADERS and direction == "up"
            yield HeadSize(_time_at(connection, direction, place), size, asks)
        place += size


def _time_at(connection: CapturedConnection, direction: Direction, offset: int) -> float:
    """When the byte at this place of a direction was recorded."""
    for chunk in connection.chunks:
        if chunk.direction == direction:
            if offset < len(chunk.data):
                return chunk.t
            offset -= len(chunk.data)
    raise IndexError("the direction has fewer bytes")
