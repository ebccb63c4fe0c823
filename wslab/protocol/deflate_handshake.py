"""permessage-deflate in the handshake: RFC 7692 section 7.1, its four parameters.

    server_no_context_takeover   the server's messages do not point back to earlier ones
    client_no_context_takeover   nor do the client's
    server_max_window_bits=N     the server's point back 2 ** N bytes at most, N from 8 to 15
    client_max_window_bits[=N]   the client's; in an offer also alone: "you may limit mine"

The client offers, the server answers with what shall count, or leaves the offer unanswered and so
declines it. An answer that the offer did not allow fails the connection.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from wslab.protocol.deflate import MAX_BITS, NAME, Agreement, Deflate
from wslab.protocol.errors import BadExtensionAnswer
from wslab.protocol.extensions import Extension
from wslab.protocol.http_fields import ExtensionOffer, shown

SERVER_TAKEOVER, CLIENT_TAKEOVER = "server_no_context_takeover", "client_no_context_takeover"
SERVER_BITS, CLIENT_BITS = "server_max_window_bits", "client_max_window_bits"
BITS = {str(bits): bits for bits in range(8, MAX_BITS + 1)}  # 7.1.2: decimal, no leading zero
THRESHOLD = 256
"""Bytes of a message from which it is compressed. A shorter one takes one packet either way."""


@dataclass(frozen=True, slots=True)
class PerMessageDeflate:
    """What one side wants of permessage-deflate; the defaults are what browsers offer.

    server_no_context_takeover, client_no_context_takeover: ask for it (client), or say so (server).
    server_max_window_bits: 8 to 15; None for no limit. client_max_window_bits: the same; True, on a
    client, leaves the number to the server. threshold, level: see `Deflate`.
    Raises ValueError for a number of bits that can't be.
    """

    server_no_context_takeover: bool = False
    client_no_context_takeover: bool = False
    server_max_window_bits: int | None = None
    client_max_window_bits: int | bool | None = True
    threshold: int = THRESHOLD
    level: int = zlib.Z_DEFAULT_COMPRESSION

    def __post_init__(self) -> None:
        for name in (SERVER_BITS, CLIENT_BITS):
            bits = getattr(self, name)
            alone = bits is None or (isinstance(bits, bool) and name == CLIENT_BITS)
            if not alone and (isinstance(bits, bool) or str(bits) not in BITS):
                raise ValueError(f"{name} must be a number from 8 to 15, not {bits!r}")

    @property
    def name(self) -> str:
        """The registered name."""
        return NAME

    def offers(self) -> Sequence[ExtensionOffer]:
        """Client: the one offer with these wishes."""
        params: list[tuple[str, str | None]] = []
        if self.server_no_context_takeover:
            params.append((SERVER_TAKEOVER, None))
        if self.client_no_context_takeover:
            params.append((CLIENT_TAKEOVER, None))
        if self.server_max_window_bits is not None:
            params.append((SERVER_BITS, str(self.server_max_window_bits)))
        if self.client_max_window_bits:
            bits = self.client_max_window_bits
            params.append((CLIENT_BITS, None if bits is True else str(bits)))
        return [ExtensionOffer(NAME, tuple(params))]

    def agreed(self, answer: ExtensionOffer) -> Extension:
        """Client: take the server's answer. Raises BadExtensionAnswer, naming the parameter."""
        params = _parse(answer)
        if isinstance(params, str):
            raise BadExtensionAnswer(f"The server's answer to {NAME}: {params}.")
        most = self.server_max_window_bits or MAX_BITS
        theirs = params.get(SERVER_BITS, MAX_BITS)
        if theirs is None or theirs > most:
            raise BadExtensionAnswer(_wanted(SERVER_BITS, f"{most} at most was asked for", theirs))
        if self.server_no_context_takeover and SERVER_TAKEOVER not in params:
            raise BadExtensionAnswer(_wanted(SERVER_TAKEOVER, "it was asked for", "missing"))
        ours = params.get(CLIENT_BITS, MAX_BITS)
        if CLIENT_BITS in params and not self.client_max_window_bits:
            raise BadExtensionAnswer(_wanted(CLIENT_BITS, "it was not offered", ours))
        if ours is None:
            raise BadExtensionAnswer(_wanted(CLIENT_BITS, "an answer has a number", "without one"))
        if isinstance(self.client_max_window_bits, int) and self.client_max_window_bits is not True:
            if ours > self.client_max_window_bits and CLIENT_BITS in params:
                wanted = f"{self.client_max_window_bits} at most was offered"
                raise BadExtensionAnswer(_wanted(CLIENT_BITS, wanted, ours))
            ours = min(ours, self.client_max_window_bits)  # a promise, answered or not
        no_takeover = CLIENT_TAKEOVER in params or self.client_no_context_takeover
        return Deflate(
            Agreement(not no_takeover, ours),
            Agreement(SERVER_TAKEOVER not in params, theirs),
            threshold=self.threshold,
            level=self.level,
        )

    def accept(self, offer: ExtensionOffer) -> tuple[ExtensionOffer, Extension] | None:
        """Server: the answer to an offer; None declines one that is not valid (7.1)."""
        params = _parse(offer)
        if isinstance(params, str) or params.get(SERVER_BITS, 0) is None:
            return None
        answer: list[tuple[str, str | None]] = []
        if self.server_no_context_takeover or SERVER_TAKEOVER in params:
            answer.append((SERVER_TAKEOVER, None))
        if self.client_no_context_takeover or CLIENT_TAKEOVER in params:
            answer.append((CLIENT_TAKEOVER, None))
        ours = min(params.get(SERVER_BITS) or MAX_BITS, self.server_max_window_bits or MAX_BITS)
        if ours < MAX_BITS or SERVER_BITS in params:
            answer.append((SERVER_BITS, str(ours)))
        theirs = MAX_BITS
        if CLIENT_BITS in params:  # 7.1.2.2: only then may the answer have it
            limit = self.client_max_window_bits
            wanted = MAX_BITS if limit is None or isinstance(limit, bool) else limit
            theirs = min(params[CLIENT_BITS] or MAX_BITS, wanted)
            if theirs < MAX_BITS:
                answer.append((CLIENT_BITS, str(theirs)))
        names = {name for name, _ in answer}
        return ExtensionOffer(NAME, tuple(answer)), Deflate(
            Agreement(SERVER_TAKEOVER not in names, ours),
            Agreement(CLIENT_TAKEOVER not in names, theirs),
            threshold=self.threshold,
            level=self.level,
        )


def _parse(offer: ExtensionOffer) -> dict[str, int | None] | str:
    """The parameters by name, window bits as numbers; or what 7.1 has against them."""
    params: dict[str, int | None] = {}
    for name, value in offer.params:
        if name in params:
            return f"{name} comes twice"
        if name in (SERVER_TAKEOVER, CLIENT_TAKEOVER):
            if value is not None:
                return f"{name} has no value, not {shown(value)}"
            params[name] = None
        elif name in (SERVER_BITS, CLIENT_BITS):
            if value is not None and value not in BITS:
                return f"{name} is a number from 8 to 15, not {shown(value)}"
            params[name] = None if value is None else BITS[value]
        else:
            return f"{shown(name)} is no parameter of it"
    return params


def _wanted(name: str, wanted: str, found: object) -> str:
    return f"The server's answer to {NAME} has {name} {found}; {wanted}."
