"""Header blocks of HTTP/2 written anew, their credentials asterisks.

A block is compressed, and refers to those before it (RFC 7541 section 2.3). With asterisks over its
bytes nobody could read it, nor any after it. So where a direction has a credential, all its blocks
are written as literals that are never indexed (section 6.2.3) and entries of the static table,
which refer to no other block; the frames around them get the new lengths (RFC 9113 section 4.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wslab.net.dissect import HTTP2Item, Item
from wslab.net.dissect.credentials import star_value
from wslab.net.dissect.http2 import HEAD
from wslab.net.relay import Direction


def rewritten(items: Iterable[Item], way: Direction) -> dict[int, bytes]:
    """The frames of one direction that are to be replaced, by their offset."""
    frames = [i for i in items if isinstance(i, HTTP2Item) and i.direction == way and i.block]
    if not any(frame.secrets for frame in frames):
        return {}
    found: dict[int, bytes] = {}
    for parts in _blocks(frames):
        if not parts[-1].problems:  # else it could not be read, and no block after it
            found.update(_written(parts))
    return found


def _blocks(frames: list[HTTP2Item]) -> Iterator[list[HTTP2Item]]:
    """The frames of each block."""
    parts: list[HTTP2Item] = []
    for frame in frames:
        parts.append(frame)
        if "END_HEADERS" in frame.flags or frame.problems:
            yield parts
            parts = []


def _written(parts: list[HTTP2Item]) -> Iterator[tuple[int, bytes]]:
    """The frames of one block, the last one with what does not fit into those before it."""
    from hpack import Encoder, NeverIndexedHeaderTuple

    headers = parts[-1].headers
    hidden = [NeverIndexedHeaderTuple(name, star_value(name, value)) for name, value in headers]
    block = Encoder().encode(hidden)
    for part in parts:
        start, end = part.block or (0, 0)
        size = len(block) if part is parts[-1] else end - start
        body = part.raw[HEAD:start] + block[:size] + part.raw[end:]
        block = block[size:]
        yield part.offset, len(body).to_bytes(3) + part.raw[3:HEAD] + body
