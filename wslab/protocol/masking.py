"""Masking: RFC 6455 section 5.3.

Byte i of the payload is XORed with byte i modulo 4 of the key; doing it twice gives the payload
back. A client masks each frame with a fresh key, so that no page can choose the bytes that a proxy
on the way sees (10.3). It hides nothing: the key travels in front of the payload.

Written out it is one line, `bytes(b ^ key[i % 4] for i, b in enumerate(data))`, and a loop in
Python over each byte: 40 times slower at 1 KiB than what stands below.
"""

from __future__ import annotations

from functools import lru_cache

LONG = 4096
"""Bytes from which four translations beat one number; both give the same bytes."""


def apply_mask(data: bytes, key: bytes) -> bytes:
    """`data` masked, or unmasked, with the four bytes of `key`."""
    length = len(data)
    if length < LONG:
        # The whole payload as one big number, XORed with the key repeated to the same length.
        repeated = (key * (length // 4 + 1))[:length]
        number = int.from_bytes(data, "little") ^ int.from_bytes(repeated, "little")
        return number.to_bytes(length, "little")
    # Every fourth byte meets the same byte of the key, which is one table of 256 entries.
    masked = bytearray(length)
    for turn in range(4):
        masked[turn::4] = data[turn::4].translate(_xor_table(key[turn]))
    return bytes(masked)


@lru_cache(maxsize=256)
def _xor_table(value: int) -> bytes:
    return bytes(byte ^ value for byte in range(256))
