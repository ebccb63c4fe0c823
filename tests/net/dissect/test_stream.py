"""wslab.net.dissect.stream: bytes that remember their chunks."""

from __future__ import annotations

from wslab.net.capture import Chunk
from wslab.net.dissect.stream import Stream

CHUNKS = [
    Chunk(1.0, "up", b"abc"),
    Chunk(2.0, "down", b"xy"),
    Chunk(3.0, "up", b""),
    Chunk(4.0, "up", b"de"),
]


def test_joins_one_direction_only() -> None:
    assert Stream(CHUNKS, "up", 1).data == b"abcde"
    assert Stream(CHUNKS, "down", 1).data == b"xy"


def test_arrival_is_that_of_the_last_byte_before() -> None:
    stream = Stream(CHUNKS, "up", 1)
    assert [stream.arrival(end) for end in (1, 3, 4, 5)] == [(0, 1.0), (0, 1.0), (3, 4.0), (3, 4.0)]


def test_chunk_ends_from_a_position() -> None:
    stream = Stream(CHUNKS, "up", 1)
    assert [stream.chunk_ends(start) for start in (0, 2, 3, 5)] == [[3, 5], [3, 5], [5], []]
    stream.position = 4
    assert stream.left == 1
