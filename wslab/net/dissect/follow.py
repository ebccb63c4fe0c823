"""A connection that is taken apart while it is recorded: each look costs what has come since.

    follower = Follower(connection)
    while …:
        for item in follower.news(): …

What is whole is told and let go. What is not waits, and is read again with what comes: a head, a
frame, a chunk of a body. A body of known length is not looked at before all of it is there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from wslab.net.dissect import ConnectionLike, frame_readers
from wslab.net.dissect.bodies import read_body
from wslab.net.dissect.events import UNFINISHED, events
from wslab.net.dissect.frames import FrameReader
from wslab.net.dissect.http1 import Cannot, read_request, read_response, rest_unparsed
from wslab.net.dissect.http2 import PREFACE, HeaderBlocks, http2_items
from wslab.net.dissect.items import (
    BodyItem,
    Direction,
    Head,
    Item,
    RequestItem,
    ResponseItem,
    UnparsedItem,
)
from wslab.net.dissect.packets import speaks_engine
from wslab.net.dissect.sessions import Sessions
from wslab.net.dissect.stream import Stream

BOTH: tuple[Direction, Direction] = ("up", "down")
MOST_HEAD = 1 << 16  # bytes; a server refuses a head long before that
Reader = Callable[[Stream], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Recorded bytes that are not told yet."""

    t: float
    direction: Direction
    data: bytes


@dataclass(slots=True)
class _Side:
    """One direction: what waits, and how far its HTTP/1.1 has come."""

    pieces: list[_Piece] = field(default_factory=list)
    reader: Reader | None = None  # of what it speaks instead of HTTP/1.1
    begun: bool = False  # something of it is told
    head: Head | None = None  # whose body comes
    told: int = 0  # of the chunk that waits first, the bytes whose events are told
    enough: int = 0  # with fewer bytes than this waiting, there is nothing to see

    def keep(self, stream: Stream) -> None:
        """Let go of what the stream's position has passed."""
        done = stream.position
        left: list[_Piece] = []
        for piece in self.pieces:
            if data := piece.data[done:]:
                left.append(replace(piece, data=data))
            done = max(0, done - len(piece.data))
        self.pieces = left

    def give_up(self, stream: Stream, why: Cannot) -> Iterator[Item]:
        """What waits, if it is more than a head can be: it will not become one."""
        if stream.left > MOST_HEAD:
            self.reader = partial(rest_unparsed, reason=why.reason)
            yield from self.reader(stream)


def _grows(item: BodyItem) -> bool:
    """Whether more of it may come: it is not known where a body ends, or its end is not there."""
    if item.last:
        return UNFINISHED in item.problems
    if item.framing != "chunked" or item.problems:
        return True
    return not item.raw[item.spans[-1][1] :].endswith(b"\n")  # RFC 9112 section 7.1


def _whole(items: list[Item]) -> list[BodyItem]:
    """Those of a body's items that no byte to come will change."""
    bodies = [item for item in items if isinstance(item, BodyItem)]
    if bodies and len(bodies) == len(items) and _grows(bodies[-1]):
        bodies.pop()
    while bodies and UNFINISHED in bodies[-1].problems:
        bodies.pop()
    return bodies


def _without(part: BodyItem, told: int) -> BodyItem:
    """What is left of a chunk, its first `told` bytes being told."""
    data = part.data[told - part.spans[0][0] :]
    spans = ((0, len(data)),)
    return replace(part, offset=part.offset + told, raw=part.raw[told:], data=data, spans=spans)


def _ready(stream: Stream, items: Iterable[Item]) -> Iterator[Item]:
    """The items up to the first that can't be read yet, where the stream's position is left."""
    for item in items:
        if isinstance(item, UnparsedItem):
            stream.position = item.offset
            return
        yield item


class Follower:
    """HTTP/1.1, in which the client's side waits where the answer may change what it speaks; then
    WebSocket or HTTP/2, each side for itself.
    """

    def __init__(self, connection: ConnectionLike) -> None:
        self._connection = connection
        self._seen = 0  # chunks
        self._sides = {direction: _Side() for direction in BOTH}
        self._open: deque[RequestItem] = deque()  # requests without an answer
        self._answered: RequestItem | None = None  # the one whose answer comes
        self._ahead = 0  # answers without a request
        self._asked = False  # the last request asked for another protocol
        self._sessions = Sessions()

    def news(self) -> list[Item]:
        """The items that have become whole since the last call, in the order of their times. A body
        without a length is never known to be whole while it grows.
        """
        chunks = list(self._connection.chunks[self._seen :])
        self._seen += len(chunks)
        for chunk in chunks:
            piece = _Piece(chunk.t, chunk.direction, chunk.data)
            self._sides[chunk.direction].pieces.append(piece)
        found: list[Item] = []
        more = bool(chunks)
        while more:  # an answer may let the client's side go on
            more = False
            for direction in BOTH:
                fresh = self._look(direction)
                found += fresh
                more = more or bool(fresh)
        return sorted(found, key=lambda item: item.t)

    def _look(self, direction: Direction) -> list[Item]:
        side = self._sides[direction]
        if not side.pieces or sum(len(piece.data) for piece in side.pieces) < side.enough:
            return []
        side.enough = 0
        stream = Stream(side.pieces, direction, self._connection.number)
        if not side.begun and direction == "up" and stream.data.startswith(PREFACE):
            self._to_http2()
        elif not side.begun and direction == "down" and stream.data.startswith(b"HTTP/1."):
            side.reader = None  # whatever the client begins with
        read = side.reader or (self._client if direction == "up" else self._server)
        found = list(read(stream))
        side.begun = side.begun or bool(found)
        side.keep(stream)
        return found

    def _client(self, stream: Stream) -> Iterator[Item]:
        side = self._sides["up"]
        while stream.left:
            if isinstance(side.head, RequestItem):
                yield from self._body(side, stream, side.head, side.head)
                if side.head:
                    return
            elif self._asked:
                return
            elif isinstance(found := read_request(stream), Cannot):
                yield from side.give_up(stream, found)
                return
            else:
                yield found
                side.head = found
                if self._ahead:
                    self._ahead -= 1
                else:
                    self._open.append(found)
                    self._asked = bool(found.get("Upgrade")) or found.method == "CONNECT"

    def _server(self, stream: Stream) -> Iterator[Item]:
        side = self._sides["down"]
        told = False
        while stream.left:
            if side.head:
                yield from self._body(side, stream, side.head, self._answered)
                if side.head:
                    return
            elif told and not self._open:
                return  # first the client's side, which may go on now
            elif isinstance(found := read_response(stream), Cannot):
                yield from side.give_up(stream, found)
                return
            else:
                yield found
                told = True
                request = self._open[0] if self._open else None
                if found.status == 101 or (
                    request and request.method == "CONNECT" and 200 <= found.status < 300
                ):
                    self._switch(request, found)
                    return
                if found.status >= 200:
                    self._answer(found)

    def _answer(self, answer: ResponseItem) -> None:
        """Note the answer to the oldest request, which keeps HTTP/1.1."""
        self._sides["down"].head = answer
        self._answered = self._open.popleft() if self._open else None
        if self._answered is None:
            self._ahead += 1
        self._asked = self._asked and bool(self._open)

    def _body(
        self, side: _Side, stream: Stream, head: Head, request: RequestItem | None
    ) -> Iterator[Item]:
        """What is whole of the rest of a body; when all of it is, the side has no head any more."""
        start = stream.position
        method = request.method if request else ""
        parts = list(read_body(stream, head, method=method))
        end = stream.position
        last = parts[-1] if parts else None
        if last is None or (isinstance(last, BodyItem) and last.last and last.framing != "close"):
            side.head = None
        places = [start, *(part.offset for part in parts[1:]), end]
        if side.told and isinstance(parts[0], BodyItem):
            parts[0] = _without(parts[0], side.told)
        items = list(events(stream, parts, head)) if isinstance(head, ResponseItem) else parts
        if side.head is None:
            side.told = 0
            yield from self._sessions.read(items, head, request)
            return
        stream.position = start
        if isinstance(last, BodyItem) and last.framing == "length":
            side.enough = int(head.get("Content-Length").partition(",")[0])
        elif (ready := _whole(items)) and not (request and speaks_engine(request.target)):
            yield from ready
            end = ready[-1].offset + ready[-1].size
            stream.position = max(place for place in places if place <= end)
            side.told = end - stream.position

    def _switch(self, request: RequestItem | None, answer: ResponseItem) -> None:
        other = answer.get("Upgrade") or "a tunnel"
        self._sides["up"].head = None
        if answer.upgrade:
            up, down = (Stream([], direction, self._connection.number) for direction in BOTH)
            for direction, reader in frame_readers(up, down, request, answer).items():
                self._sides[direction].reader = partial(_frames, reader)
        elif other.lower() == "h2c":
            self._to_http2()
        else:
            for side in self._sides.values():
                side.reader = partial(rest_unparsed, reason=f"from here on it is {other}")

    def _to_http2(self) -> None:
        for side in self._sides.values():
            side.reader = partial(_http2, HeaderBlocks())


def _frames(reader: FrameReader, stream: Stream) -> Iterator[Item]:
    return _ready(stream, reader.go_on(stream))


def _http2(blocks: HeaderBlocks, stream: Stream) -> Iterator[Item]:
    return _ready(stream, http2_items(stream, blocks))
