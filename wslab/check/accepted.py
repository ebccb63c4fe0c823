"""Is an accept value the one that belongs to a key? Mistakes that are often made are named.

RFC 6455 4.2.2 item 5.4: the key as it stands in the header and the GUID, their SHA-1, in base64.
"""

from __future__ import annotations

import base64
import hashlib

from wslab.check.difference import same_text
from wslab.check.outcome import Wrong
from wslab.net.raw import KEY
from wslab.protocol.handshake_keys import GUID, accept_value

ACCEPTS = "RFC 6455, 4.2.2"


def right_accept(got: str, key: str, what: str) -> None:
    """Raise Wrong unless it belongs to the key; mistakes that are often made are named."""
    right = accept_value(key)
    if got != right:
        for mistake, value in _mistakes(key):
            if got == value:
                raise Wrong(f"{what} is not right: {mistake}.", ACCEPTS)
        if key != KEY and got == accept_value(KEY):
            raise Wrong(f"{what} is that of another key: each key has its own.", ACCEPTS)
    same_text(got, right, what, ACCEPTS)


def _mistakes(key: str) -> list[tuple[str, str]]:
    def of(data: bytes) -> str:
        return base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()

    text, guid, right = key.encode(), GUID.encode(), accept_value(key)
    sha1 = hashlib.sha1(text + guid, usedforsecurity=False)
    return [
        ("it is the key itself, and that proves nothing", key),
        ("that is the value without the GUID", of(text)),
        ("the GUID is in small letters there", of(text + guid.lower())),
        ("the GUID comes before the key there", of(guid + text)),
        ("a space is between key and GUID there", of(text + b" " + guid)),
        (
            "the key was decoded from base64, and it counts as text",
            of(base64.b64decode(key) + guid),
        ),
        ("the digest is written as hexadecimal digits there", sha1.hexdigest()),
        ("hexadecimal digits went into base64 there", _base64(sha1.hexdigest().encode())),
        ("that is SHA-256", _base64(hashlib.sha256(text + guid).digest())),
        ("that is base64 for addresses, with - and _", right.translate({43: "-", 47: "_"})),
        ("the = at its end is gone", right.rstrip("=")),
        ("a line break follows it", right + "\n"),
        ("it is bytes, written as Python shows them", repr(right.encode())),
    ]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
