"""A recorded connection taken apart: HTTP messages, the upgrade, WebSocket frames, and packets.

    for item in dissect(wire.connections[0]):
        print(item.direction, item.kind, item.size)

Pure: chunks in, items out. It never raises over what the bytes are, and it loses none of them: the
raw bytes of the items of one direction, joined, are the recorded bytes of that direction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from wslab.net.dissect.bodies import read_body
from wslab.net.dissect.credentials import REDACTED, redact, redact_text, secret_spans
from wslab.net.dissect.events import events
from wslab.net.dissect.frames import FrameReader, opcode_name, read_frame
from wslab.net.dissect.http1 import (
    Cannot,
    read_request,
    read_response,
    rest_unparsed,
    span_of_value,
)
from wslab.net.dissect.http2 import PREFACE, http2_items
from wslab.net.dissect.inflate import Inflater, agreed
from wslab.net.dissect.items import (
    BodyItem,
    Direction,
    FrameItem,
    Head,
    HeaderLine,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
    RunItem,
    UnparsedItem,
)
from wslab.net.dissect.packets import PacketReader, SentPacket, speaks_engine
from wslab.net.dissect.sessions import Sessions
from wslab.net.dissect.stream import ChunkLike, Stream

__all__ = [
    "REDACTED",
    "BodyItem",
    "Direction",
    "FrameItem",
    "HTTP2Item",
    "Head",
    "HeaderLine",
    "Item",
    "RequestItem",
    "ResponseItem",
    "RunItem",
    "SentPacket",
    "UnparsedItem",
    "dissect",
    "frames_of",
    "opcode_name",
    "read_frame",
    "redact",
    "redact_text",
    "secret_spans",
    "span_of_value",
]


class ConnectionLike(Protocol):
    """What a recorded connection must have (`wslab.net.capture.CapturedConnection` has it)."""

    @property
    def number(self) -> int: ...
    @property
    def chunks(self) -> Sequence[ChunkLike]: ...


def dissect(connection: ConnectionLike, *, most: int | None = None) -> list[Item]:
    """The items of one recorded connection, in the order in which their last bytes were
    recorded.

    most: of the frames of each direction take so many apart, and the last ones; those between are
    one RunItem. By default all of them are.
    """
    chunks = list(connection.chunks)
    up = Stream(chunks, "up", connection.number)
    down = Stream(chunks, "down", connection.number)
    placed = []
    for item in _read(up, down, most):
        stream = up if item.direction == "up" else down
        placed.append((stream.arrival(item.offset + len(item.raw))[0], item.offset, item))
    placed.sort(key=lambda entry: entry[:2])  # a chunk has one direction: no ties between the two
    return [item for _, _, item in placed]


def frames_of(connection: ConnectionLike, direction: Direction | None = None) -> list[FrameItem]:
    """Only the WebSocket frames; "up" for those from client to server, "down" for the others."""
    items = [item for item in dissect(connection) if isinstance(item, FrameItem)]
    return [item for item in items if direction in (None, item.direction)]


def _read(up: Stream, down: Stream, most: int | None) -> Iterator[Item]:
    """Requests and their responses in pairs, until one pair switches the protocol."""
    sessions = Sessions()
    if up.data.startswith(PREFACE) and not down.data.startswith(b"HTTP/1."):
        yield from http2_items(up)
        yield from http2_items(down)
        return
    while up.left or down.left:
        request: RequestItem | None = None
        if up.left:
            found = read_request(up)
            if isinstance(found, Cannot):
                yield from rest_unparsed(up, found.reason)
            else:
                request = found
                yield request
                yield from sessions.read(read_body(up, request), request, request)
        while down.left:
            answer = read_response(down)
            if isinstance(answer, Cannot):
                yield from rest_unparsed(down, answer.reason)
                break
            yield answer
            if answer.upgrade:
                for reader in frame_readers(up, down, request, answer).values():
                    yield from reader.items(most)
                return
            tunnel = request is not None and request.method == "CONNECT" and answer.status < 300
            if answer.status == 101 or (tunnel and answer.status >= 200):
                other = answer.get("Upgrade") or "a tunnel"
                if other.lower() == "h2c" and up.data.startswith(PREFACE, up.position):
                    yield from http2_items(up)
                    yield from http2_items(down)
                    return
                yield from rest_unparsed(up, f"from here on it is {other}")
                yield from rest_unparsed(down, f"from here on it is {other}")
                return
            body = read_body(down, answer, method=request.method if request else "")
            yield from sessions.read(events(down, body, answer), answer, request)
            if answer.status >= 200:
                break


def frame_readers(
    up: Stream, down: Stream, request: RequestItem | None, answer: ResponseItem
) -> dict[Direction, FrameReader]:
    """Who reads the frames after an upgrade, by direction."""
    windows = agreed(answer.get("Sec-WebSocket-Extensions"))
    engine = request is not None and speaks_engine(request.target)
    readers: dict[Direction, FrameReader] = {}
    for stream in (up, down):
        inflater = Inflater(keeps_window=windows[stream.direction]) if windows else None
        packets = PacketReader(request.target) if request and engine else None
        readers[stream.direction] = FrameReader(stream, inflater, packets)
    return readers
