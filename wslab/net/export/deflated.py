"""A deflate stream of a wanted length, so that a secret in a compressed message can be replaced.

What is sent after it refers back to it, so that it must inflate to as many bytes as before; and it
must be as long as before, so that the offsets of all that follows stay true. Blocks without content
fill it up (RFC 1951 sections 3.2.4 and 3.2.6).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from wslab.net.dissect.inflate import TAIL

_EMPTY = 10  # bits of an empty block with fixed codes: 0, 01, and the code of the end, 0000000
_STORED = 3  # bits before an empty stored block's length, which then begins with a new byte
MAX_BREAKS = 12
# For so many bytes the empty blocks in each group: with 0 to 3 of them it has 5, 6, 7 or 9 bytes.
_FILLINGS: dict[int, tuple[int, ...]] = {
    0: (), 5: (0,), 6: (1,), 7: (2,), 9: (3,),
    10: (0, 0), 11: (0, 1), 12: (0, 2), 13: (1, 2), 14: (2, 2),
}  # fmt: skip


def deflated_to(data: bytes, length: int) -> bytes | None:
    """A message's payload of this length that inflates to `data`, without the tail that RFC 7692
    section 7.2.1 takes away. None where there is none to be found.
    """
    for payload in _candidates(data):
        filled = _filled(payload, length - len(payload))
        if filled is not None:
            return filled
    return None


def _candidates(data: bytes) -> Iterator[bytes]:
    """The data deflated in several ways: each break in it makes the result a little longer."""
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED):
        for breaks in range(MAX_BREAKS):
            deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, strategy)
            done = bytearray()
            for part in range(breaks):
                piece = data[len(data) * part // breaks : len(data) * (part + 1) // breaks]
                done += deflate.compress(piece) + deflate.flush(zlib.Z_PARTIAL_FLUSH)
            done += deflate.compress(b"" if breaks else data) + deflate.flush(zlib.Z_SYNC_FLUSH)
            yield bytes(done.removesuffix(TAIL))


def _filled(payload: bytes, room: int) -> bytes | None:
    """The payload with so many bytes more that mean nothing, if that can be."""
    small = max(room, 0) if room < 15 else 10 + room % 5
    if room < 0 or small not in _FILLINGS:
        return None
    groups = [0] * ((room - small) // 5) + list(_FILLINGS[small])
    return payload + b"".join(_group(blocks) for blocks in groups)


def _group(blocks: int) -> bytes:
    """The end of the last empty block, put back; empty blocks; and a last one without its end."""
    bits = sum(0b010 << _EMPTY * i for i in range(blocks))
    return TAIL + bits.to_bytes((_EMPTY * blocks + _STORED + 7) // 8, "little")
