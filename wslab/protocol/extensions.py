"""Where an extension plugs in: RFC 6455 section 9. permessage-deflate (RFC 7692) is the one here.

Two seams. In the handshake an `ExtensionFactory` writes the client's offer and judges the server's
choice, or, on a server, answers an offer. What comes out is an `Extension`, one for each
connection and kept by it: data frames pass through `decode` on their way in and `encode` on their
way out, in the order in which the handshake lists them (9.1: the first is next to the application).
A message of one frame with no reserved bit set is one that no extension has touched, and passes by.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from wslab.protocol.errors import UnrequestedExtension
from wslab.protocol.frames import Frame
from wslab.protocol.http_fields import ExtensionOffer, format_extensions, shown


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


def offered(factories: Sequence[ExtensionFactory]) -> str:
    """Client: the value of Sec-WebSocket-Extensions that offers these, "" for none."""
    return format_extensions(offer for factory in factories for offer in factory.offers())


def agree(
    answers: Sequence[ExtensionOffer], factories: Sequence[ExtensionFactory]
) -> tuple[Extension, ...]:
    """Client: what the server's choice leads to.

    Raises UnrequestedExtension for one that was not offered or comes twice, BadExtensionAnswer for
    parameters that the offer did not allow (9.1).
    """
    left = {factory.name: factory for factory in factories}
    agreed: list[Extension] = []
    for answer in answers:
        if answer.name not in left:
            raise UnrequestedExtension(
                f"The server chose the extension {shown(answer.name)}, which was not offered or"
                " was chosen before."
            )
        agreed.append(left.pop(answer.name).agreed(answer))
    return tuple(agreed)


def choose(
    offers: Sequence[ExtensionOffer], factories: Sequence[ExtensionFactory]
) -> tuple[str, tuple[Extension, ...]]:
    """Server: the value of Sec-WebSocket-Extensions that answers these offers, and what it leads
    to. Of several offers of one extension the first that can be kept counts (RFC 7692 5.1).
    """
    left = {factory.name: factory for factory in factories}
    answers: list[ExtensionOffer] = []
    agreed: list[Extension] = []
    for offer in offers:
        accepted = left[offer.name].accept(offer) if offer.name in left else None
        if accepted is not None:
            del left[offer.name]
            answers.append(accepted[0])
            agreed.append(accepted[1])
    return format_extensions(answers), tuple(agreed)
