"""The client's half of the opening handshake: RFC 6455 section 4.1.

`build_request` writes items 1 to 12 of the request; `check_response` judges the answer by items 1
to 6 of "validate the server's response", in that order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wslab.protocol import errors
from wslab.protocol.errors import InvalidHeader
from wslab.protocol.handshake_keys import accept_value, is_key
from wslab.protocol.headers import Headers
from wslab.protocol.http_fields import (
    HOST,
    ExtensionOffer,
    found,
    parse_extensions,
    parse_protocols,
    shown,
    with_extra,
)
from wslab.protocol.http_messages import Request, Response

_TARGET = re.compile(r"/[!\"$-~]*")  # visible ASCII, no fragment: RFC 6455 3


def build_request(
    host: str,
    target: str,
    key: str,
    *,
    origin: str | None = None,
    protocols: Iterable[str] = (),
    extensions: str = "",
    headers: Iterable[tuple[str, str]] = (),
) -> Request:
    """The request that opens a WebSocket (4.1, items 1 to 12).

    host: as it stands in the URL, with the port when it is not the scheme's own. target: path and
    query. extensions: a header value, see `format_extensions`. headers: further fields, such as
    Cookie. Raises InvalidHeader, BadProtocolHeader or BadExtensionsHeader for what can't be sent.
    """
    if not HOST.fullmatch(host):
        raise InvalidHeader(f"The host {shown(host)} is not of the form host or host:port.")
    if not _TARGET.fullmatch(target):
        raise InvalidHeader(
            f"The target {shown(target)} must begin with / and be visible ASCII without a"
            " fragment: percent-encode the others."
        )
    if not is_key(key):
        raise InvalidHeader(f"The key {shown(key)} is not 16 bytes in base64; see make_key.")
    fields = Headers(
        [
            ("Host", host),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", key),
            ("Sec-WebSocket-Version", "13"),
        ]
    )
    if origin is not None:
        fields.add("Origin", origin)
    if offered := ", ".join(protocols):
        fields.add("Sec-WebSocket-Protocol", ", ".join(parse_protocols(offered)))
    if extensions:
        parse_extensions(extensions)
        fields.add("Sec-WebSocket-Extensions", extensions)
    return Request("GET", target, with_extra(fields, headers))


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the server agreed to."""

    protocol: str | None
    extensions: tuple[ExtensionOffer, ...]


def check_response(
    response: Response,
    key: str,
    protocols: Iterable[str] = (),
    extensions: str | Iterable[str | ExtensionOffer] = (),
    require_protocol: bool = False,
) -> Accepted:
    """Judge the answer to a request with this key (4.1, "validate the server's response").

    protocols, extensions: what the request offered; the latter as a header value, names or offers.
    require_protocol: fail, as browsers do, when protocols were offered and none was chosen.
    Raises a ResponseError; its status is the response's.
    """
    fields, status = response.headers, response.status
    if status != 101:
        words = f"{status} {response.reason}".strip()
        raise errors.UnexpectedStatus(
            f"The server answered {shown(words)[1:-1]} instead of 101 Switching Protocols.",
            status=status,
        )
    if [value.strip().lower() for value in fields.get_all("Upgrade")] != ["websocket"]:
        raise errors.BadUpgradeHeader(found("Upgrade", fields, "must be websocket"))
    if not fields.has_token("Connection", "Upgrade"):
        raise errors.BadConnectionHeader(found("Connection", fields, "must contain Upgrade"))
    accepts = [value.strip() for value in fields.get_all("Sec-WebSocket-Accept")]
    if not accepts:
        raise errors.MissingAccept
    if accepts != [accept_value(key)]:
        wanted = f"must be {accept_value(key)}, once, for this key"
        raise errors.BadAccept(found("Sec-WebSocket-Accept", fields, wanted))
    try:
        chosen = parse_extensions(", ".join(fields.get_all("Sec-WebSocket-Extensions")))
    except errors.BadExtensionsHeader as error:
        raise errors.BadExtensionsHeader(str(error), status=status) from None
    offered = parse_extensions(extensions) if isinstance(extensions, str) else extensions
    names = {offer if isinstance(offer, str) else offer.name for offer in offered}
    for extension in chosen:
        if extension.name not in names:
            raise errors.UnrequestedExtension(
                f"The server chose the extension {shown(extension.name)}, which was not offered."
            )
    return Accepted(_chosen_protocol(fields, tuple(protocols), require_protocol), chosen)


def _chosen_protocol(fields: Headers, offered: tuple[str, ...], required: bool) -> str | None:
    lines = [value.strip() for value in fields.get_all("Sec-WebSocket-Protocol")]
    if not lines:
        if required and offered:
            raise errors.MissingProtocol
        return None
    if len(lines) > 1 or lines[0] not in offered:
        wanted = f"must be one of {', '.join(offered)}" if offered else "was not asked for"
        raise errors.UnrequestedProtocol(found("Sec-WebSocket-Protocol", fields, wanted))
    return lines[0]
