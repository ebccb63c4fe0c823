"""Sec-WebSocket-Key and Sec-WebSocket-Accept: RFC 6455 1.3, 4.1 item 7, 4.2.2 item 5.4.

The client sends 16 random bytes in base64, the server answers with a SHA-1 over that text and a
fixed GUID. That shows that the server understood this very request as WebSocket, and was not some
other program led to echo bytes, nor a cache. It encrypts nothing and authenticates nobody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

from wslab.protocol.errors import InvalidHeader

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455 1.3: a value that no server sends by accident."""


def accept_value(key: str) -> str:
    """The Sec-WebSocket-Accept that belongs to a key (4.2.2 item 5.4)."""
    digest = hashlib.sha1((key + GUID).encode("latin-1"), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def make_key(random16: bytes) -> str:
    """The Sec-WebSocket-Key made of 16 random bytes (4.1 item 7)."""
    if len(random16) != 16:
        raise InvalidHeader(f"A key is made of 16 bytes, not of {len(random16)}.")
    return base64.b64encode(random16).decode("ascii")


def is_key(key: str) -> bool:
    """Exactly 16 bytes in base64, and spelt the one canonical way (unused bits are zero)."""
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return False
    return len(raw) == 16 and base64.b64encode(raw).decode("ascii") == key
