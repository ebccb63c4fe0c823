"""A connection that is taken apart while it is recorded: each look costs what has come since.

    follower = Follower(connection)
    while …:
        for item in follower.news(): …
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from wslab.net.dissect import ConnectionLike, dissect, frame_readers
from wslab.net.dissect.events import UNFINISHED
from wslab.net.dissect.frames import FrameReader
from wslab.net.dissect.items import (
    BodyItem,
    Direction,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
    UnparsedItem,
)
from wslab.net.dissect.stream import Stream

BOTH: tuple[Direction, Direction] = ("up", "down")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Recorded bytes that are not a whole frame yet."""

    t: float
    direction: Direction
    data: bytes


def _grows(item: Item) -> bool:
    """Whether more of it may come: it is not known where a body ends, or its end is not there."""
    if isinstance(item, HTTP2Item):
        return item.block is not None and bool(item.problems)
    if not isinstance(item, BodyItem):
        return False
    if item.last:
        return UNFINISHED in item.problems
    if item.framing != "chunked" or item.problems:
        return True
    return not item.raw[item.spans[-1][1] :].endswith(b"\n")  # RFC 9112 section 7.1


def _may_change(item: Item) -> bool:
    return isinstance(item, UnparsedItem) or _grows(item)


class Follower:
    """Before the upgrade, HTTP: the whole is read again. After it, WebSocket frames, each once."""

    def __init__(self, connection: ConnectionLike) -> None:
        self._connection = connection
        self._seen = 0  # chunks
        self._told: Counter[Direction] = Counter()  # items before the upgrade
        self._readers: dict[Direction, FrameReader] = {}
        self._rest: dict[Direction, list[_Piece]] = {}

    def news(self) -> list[Item]:
        """The items that have become whole since the last call, in the order of their times. A body
        without a length is never known to be whole while it grows.
        """
        chunks = list(self._connection.chunks[self._seen :])
        if not chunks:
            return []
        self._seen += len(chunks)
        if self._readers:
            for chunk in chunks:
                self._rest[chunk.direction].append(_Piece(chunk.t, chunk.direction, chunk.data))
            found = list(self._frames())
        else:
            found = list(self._http())
        return sorted(found, key=lambda item: item.t)

    def _http(self) -> Iterator[Item]:
        ends: Counter[Direction] = Counter()  # of what was read
        met: Counter[Direction] = Counter()
        items = dissect(self._connection)
        last = {item.direction: item for item in items}
        whole = {item.direction: item.offset for item in items if not _may_change(item)}
        request: RequestItem | None = None
        for item in items:
            if isinstance(item, RequestItem) and item.upgrade:
                request = item
            if isinstance(item, UnparsedItem):
                continue  # it may become whole
            if item is last[item.direction] and _grows(item):
                continue
            if UNFINISHED in item.problems and item.offset > whole.get(item.direction, 0):
                continue  # what stands behind it is not whole either
            ends[item.direction] = item.offset + len(item.raw)
            met[item.direction] += 1
            if met[item.direction] > self._told[item.direction]:
                self._told[item.direction] += 1
                yield item
            if isinstance(item, ResponseItem) and item.upgrade:
                self._upgraded(request, item, ends)
                yield from self._frames()
                return

    def _upgraded(
        self, request: RequestItem | None, answer: ResponseItem, ends: Counter[Direction]
    ) -> None:
        up, down = (Stream([], direction, self._connection.number) for direction in BOTH)
        self._readers = frame_readers(up, down, request, answer)
        for direction in BOTH:
            self._rest[direction] = rest = []
            skip = ends[direction]
            for chunk in self._connection.chunks[: self._seen]:
                if chunk.direction == direction:
                    if data := chunk.data[skip:]:
                        rest.append(_Piece(chunk.t, direction, data))
                    skip = max(0, skip - len(chunk.data))

    def _frames(self) -> Iterator[Item]:
        for direction in BOTH:
            pieces = self._rest[direction]
            if not pieces:
                continue
            self._rest[direction] = []
            stream = Stream(pieces, direction, self._connection.number)
            for item in self._readers[direction].go_on(stream):
                if isinstance(item, UnparsedItem):
                    self._rest[direction].append(_Piece(item.t, direction, item.raw))
                else:
                    yield item
