"""Looking again and again finds what one look at the end finds, each item once."""

from __future__ import annotations

import random
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.show.recorded import (
    captured,
    chat,
    events,
    http2,
    polling,
    socketio_polling,
    socketio_socket,
    streaming,
)
from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import Item, UnparsedItem, dissect
from wslab.net.dissect.follow import Follower


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


CONVERSATIONS = [
    chat, polling, streaming, several_events, http2, socketio_polling, socketio_socket,
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
