"""Looking again and again finds what one look at the end finds, each item once."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    captured,
    chat,
    connection,
    down,
    events,
    http2,
    polling,
    socketio_polling,
    socketio_socket,
    streaming,
    up,
)
from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import Item, UnparsedItem, dissect
from wslab.net.dissect.follow import BOTH, Follower
from wslab.net.dissect.http2 import PREFACE
from wslab.net.dissect.stream import Stream
from wslab.protocol.frames import Opcode


def seen(item: Item) -> tuple[str, str, bytes]:
    return item.direction, item.kind, bytes(item.raw)


def followed(connection: CapturedConnection, cuts: random.Random) -> list[Item]:
    """The items of a connection that grows piece by piece, with a look after some of them."""
    growing = CapturedConnection(connection.number, connection.opened)
    follower = Follower(growing)
    found: list[Item] = []
    for chunk in connection.chunks:
        data = chunk.data
        while data:
            size = cuts.randint(1, len(data))
            growing.chunks.append(Chunk(chunk.t, chunk.direction, data[:size]))
            data = data[size:]
            if cuts.random() < 0.7:
                found += follower.news()
    return found + follower.news() + follower.news()


def several_events() -> CapturedConnection:
    return events(b"data: 1\n\nda", b"ta: 2\n\n", b":\n\n")


def events_across_chunks() -> CapturedConnection:
    """No event ends where a chunk does, and line ends are cut in two."""
    return events(b"data: 1\n", b"\ndata: 2\r\n\r\ndata: 3\n", b"\nda", b"ta: 4\n\ndata: 5")


def http2_after_an_upgrade() -> CapturedConnection:
    return http2(upgraded=True)


def refused_at_first() -> CapturedConnection:
    """An upgrade on the connection on which another was refused, all in one chunk."""
    refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nwho?"
    first, second = up(Opcode.TEXT, b"hi"), down(Opcode.TEXT, b"hello")
    return connection(
        ("up", REQUEST + REQUEST + first[1]), ("down", refusal + RESPONSE + second[1])
    )


def tunnel() -> CapturedConnection:
    ask = b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n"
    return connection(("up", ask), ("down", b"HTTP/1.1 200 OK\r\n\r\n"), ("down", b"anything"))


CONVERSATIONS = [
    chat, polling, streaming, several_events, events_across_chunks, http2, http2_after_an_upgrade,
    refused_at_first, socketio_polling, socketio_socket,
]  # fmt: skip


@given(st.integers(0, 2**32), st.sampled_from(CONVERSATIONS))
@settings(deadline=None, max_examples=30)
def test_each_item_is_told_once(
    seed: int, recorded: Callable[[], CapturedConnection]
) -> None:
    capture = captured(recorded())
    (connection,) = capture.connections
    expected = dissect(connection)
    found = followed(connection, random.Random(seed))
    for direction in ("up", "down"):
        assert [seen(item) for item in found if item.direction == direction] == [
            seen(item) for item in expected if item.direction == direction
        ]


def test_what_a_tunnel_carries_is_told() -> None:
    (*_, last) = Follower(tunnel()).news()
    assert (last.kind, bytes(last.raw)) == ("unparsed", b"anything")


def test_what_is_no_http_is_told_once_it_is_more_than_a_head() -> None:
    growing = CapturedConnection(1, 0.0)
    follower = Follower(growing)
    told = []
    for look in range(100):
        growing.chunks.append(Chunk(look, "up", b"\x16\x03\x01" + bytes(1000)))
        told.append(len(follower.news()))
    assert told == [0] * 65 + [66] + [1] * 34


ASK, FRAME = b"GET /price HTTP/1.1\r\nHost: h\r\n\r\n", b"\0\0\x05\0\0\0\0\0\1hello"
BEGINS = {
    "events": ((ASK, b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"),
               (b"", b"data: 1\n\n")),
    "chunks": ((ASK, events().chunks[1].data), (b"", b"9\r\ndata: 1\n\n\r\n")),
    "across chunks": ((ASK, events().chunks[1].data), (b"", b"9\r\n\ndata: 1\n\r\n")),
    "keep-alive": ((b"", b""), (ASK, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n10")),
    "HTTP/2": ((PREFACE, b"\0\0\0\4\1\0\0\0\0"), (FRAME, FRAME)),
    "one body": ((ASK, b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), (b"", b"hello")),
}  # fmt: skip


@pytest.mark.parametrize("begin, more", BEGINS.values(), ids=BEGINS)
def test_a_look_costs_what_is_new(
    begin: tuple[bytes, bytes], more: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = 0

    class Counted(Stream):
        def __init__(self, *given: Any) -> None:
            nonlocal read
            super().__init__(*given)
            read += len(self.data)

    monkeypatch.setattr("wslab.net.dissect.follow.Stream", Counted)
    monkeypatch.setattr("wslab.net.dissect.Stream", Counted)
    growing = CapturedConnection(1, 0.0)
    follower = Follower(growing)
    costs, told = [], []
    for look in range(60):
        for direction, data in zip(BOTH, begin if look == 0 else more, strict=True):
            if data:
                growing.chunks.append(Chunk(look, direction, data))
        read = 0
        told.append(len(follower.news()))
        costs.append(read)
    # The chunk that waits is read with the new one, and once more when that let something be told.
    assert max(costs[2:]) <= 3 * sum(map(len, more))
    assert told[2:] == [told[2]] * 58


def test_what_is_not_whole_waits() -> None:
    capture = captured(chat())
    (connection,) = capture.connections
    last = connection.chunks[-1]
    growing = CapturedConnection(1, 0.0, chunks=connection.chunks[:-1])
    growing.chunks.append(Chunk(last.t, last.direction, last.data[:1]))
    follower = Follower(growing)
    items = follower.news()
    assert items and not any(isinstance(item, UnparsedItem) for item in items)
    assert follower.news() == []
    growing.chunks.append(Chunk(9.0, last.direction, last.data[1:]))
    (item,) = follower.news()
    assert (item.t, bytes(item.raw)) == (9.0, last.data)
