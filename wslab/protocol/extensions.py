"""Where an extension plugs in: RFC 6455 section 9. permessage-deflate (RFC 7692) will be the first.

Two seams. In the handshake an `ExtensionFactory` writes the client's offer and judges the server's
choice, or, on a server, answers an offer. What comes out is an `Extension`, one for each
connection and kept by it: every data frame passes through `decode` on its way in and `encode` on
its way out, in the order in which the handshake lists them (9.1: the first is next to the
application).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wslab.protocol.frames import Frame
from wslab.protocol.http_fields import ExtensionOffer


class Extension(Protocol):
    """What one connection holds of an extension that both sides agreed on."""

    @property
    def name(self) -> str:
        """The registered name, as in Sec-WebSocket-Extensions."""
        ...

    @property
    def rsv(self) -> int:
        """The reserved bits that it uses, as they stand in a frame's first byte (0x40 is RSV1)."""
        ...

    def decode(self, frame: Frame, room: int) -> Frame:
        """A data frame as it was before the peer's encode, its reserved bits cleared.

        room: bytes that the message may still grow by. Raises ProtocolError: 1009 when the
        payload would be longer, 1002 or 1007 for what can't be decoded.
        """
        ...

    def encode(self, frame: Frame) -> Frame:
        """A data frame as it shall go out; the same one when there is nothing to do."""
        ...


class ExtensionFactory(Protocol):
    """What a server or client holds of an extension before it is agreed on."""

    @property
    def name(self) -> str:
        """The registered name, as in Sec-WebSocket-Extensions."""
        ...

    def offers(self) -> Sequence[ExtensionOffer]:
        """Client: what to offer, most wanted first."""
        ...

    def agreed(self, answer: ExtensionOffer) -> Extension:
        """Client: take the server's choice, or raise a ResponseError."""
        ...

    def accept(self, offer: ExtensionOffer) -> tuple[ExtensionOffer, Extension] | None:
        """Server: the answer to an offer and what it leads to, or None to decline it."""
        ...


def rsv_bits(extensions: Sequence[Extension]) -> int:
    """All the reserved bits that these extensions use; ValueError when two claim the same (9.1)."""
    bits = 0
    for extension in extensions:
        if bits & extension.rsv:
            raise ValueError(f"Extension {extension.name} uses a bit that another one has claimed.")
        bits |= extension.rsv
    return bits
