"""One direction of a recorded connection as one run of bytes that remembers when each came."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Protocol

from wslab.net.dissect.items import Direction


class ChunkLike(Protocol):
    """What a recorded chunk must have (`wslab.net.capture.Chunk` has it)."""

    @property
    def t(self) -> float: ...
    @property
    def direction(self) -> Direction: ...
    @property
    def data(self) -> bytes: ...


class Stream:
    """The joined bytes of one direction, a reading position, and the chunk of every byte."""

    def __init__(self, chunks: Iterable[ChunkLike], direction: Direction, connection: int) -> None:
        self.direction: Direction = direction
        self.connection = connection
        self.position = 0
        self._ends: list[int] = []  # where each chunk ends
        self._chunks: list[tuple[int, float]] = []  # its place in the recording, its time
        parts: list[bytes] = []
        total = 0
        for place, chunk in enumerate(chunks):
            if chunk.direction == direction and chunk.data:
                parts.append(chunk.data)
                total += len(chunk.data)
                self._ends.append(total)
                self._chunks.append((place, chunk.t))
        self.data = b"".join(parts)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def left(self) -> int:
        """Bytes not taken yet."""
        return len(self.data) - self.position

    def arrival(self, end: int) -> tuple[int, float]:
        """Place in the recording and time of the chunk that brought the byte before `end`."""
        return self._chunks[bisect_left(self._ends, max(end, 1))]

    def chunk_ends(self, start: int) -> list[int]:
        """Where the chunks end that hold the bytes from `start` on."""
        return self._ends[bisect_left(self._ends, start + 1) :]
