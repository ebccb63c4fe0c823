"""The server's half of the opening handshake: RFC 6455 section 4.2.

`check_request` reads the client's request by 4.2.1, with an error of its own for each way to get it
wrong; `build_response` accepts it by 4.2.2 item 5; `refusal` turns an error into the HTTP answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from wslab.protocol import errors
from wslab.protocol.errors import HandshakeError, InvalidHeader
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
from wslab.protocol.http_messages import Request, Response, reason_phrase


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A request that asks for a WebSocket and is sound: what the server needs to answer it."""

    key: str
    protocols: tuple[str, ...]
    extensions: tuple[ExtensionOffer, ...]
    origin: str | None
    host: str
    target: str
    version: int = 13


def check_request(request: Request) -> Upgrade:
    """Judge a request (4.2.1), in this order: method, HTTP version, Host, Upgrade, Connection,
    Sec-WebSocket-Version, key, subprotocols, extensions, Origin. Raises a RequestError.
    """
    fields = request.headers
    if request.method != "GET":
        raise errors.MethodNotAllowed(
            f"A WebSocket handshake is a GET request, not {shown(request.method)[1:-1]}."
        )
    number = re.fullmatch(r"HTTP/([0-9])\.([0-9])", request.version)
    if number is None or number.groups() < ("1", "1"):
        raise errors.BadHTTPVersion(
            f"A WebSocket handshake needs HTTP/1.1 or higher, not {shown(request.version)[1:-1]}."
        )
    hosts = [value.strip() for value in fields.get_all("Host")]
    if not any(hosts):
        raise errors.MissingHost
    if len(hosts) > 1:
        raise errors.RepeatedHost
    if not HOST.fullmatch(hosts[0]):
        raise errors.BadHost(f"The Host header {shown(hosts[0])} is not host or host:port.")
    if not fields.has_token("Upgrade", "websocket"):
        if "Upgrade" not in fields:
            raise errors.MissingUpgrade
        raise errors.MissingUpgrade(found("Upgrade", fields, "must contain websocket"))
    if not fields.has_token("Connection", "Upgrade"):
        raise errors.MissingConnectionUpgrade(
            found("Connection", fields, "must contain the token Upgrade")
        )
    if [value.strip() for value in fields.get_all("Sec-WebSocket-Version")] != ["13"]:
        raise errors.UnsupportedVersion(found("Sec-WebSocket-Version", fields, "must be 13"))
    keys = [value.strip() for value in fields.get_all("Sec-WebSocket-Key")]
    if not keys:
        raise errors.MissingKey
    if len(keys) > 1:
        raise errors.RepeatedKey
    if not is_key(keys[0]):
        wanted = "must be 16 bytes in base64, 24 characters in canonical form"
        raise errors.BadKey(found("Sec-WebSocket-Key", fields, wanted))
    # 11.3.4 and 11.3.2: both lists may be spread over several lines.
    protocols: tuple[str, ...] = ()
    if "Sec-WebSocket-Protocol" in fields:
        protocols = parse_protocols(", ".join(fields.get_all("Sec-WebSocket-Protocol")))
    extensions = parse_extensions(", ".join(fields.get_all("Sec-WebSocket-Extensions")))
    if len(fields.get_all("Origin")) > 1:
        raise errors.RepeatedOrigin
    origin = fields.get("Origin")
    return Upgrade(keys[0], protocols, extensions, origin, hosts[0], request.target)


def build_response(
    upgrade: Upgrade,
    *,
    protocol: str | None = None,
    extensions: str = "",
    headers: Iterable[tuple[str, str]] = (),
) -> Response:
    """The answer that opens the WebSocket (4.2.2 item 5).

    protocol: one of those that the client offered, letter for letter. extensions: a header value
    with names that the client offered. Raises InvalidHeader for anything else.
    """
    fields = Headers(
        [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept_value(upgrade.key)),
        ]
    )
    if protocol is not None:
        if protocol not in upgrade.protocols:
            offered = ", ".join(upgrade.protocols) or "none"
            raise InvalidHeader(
                f"The client did not offer the subprotocol {shown(protocol)}; it offered {offered}."
            )
        fields.add("Sec-WebSocket-Protocol", protocol)
    if extensions:
        names = {offer.name for offer in upgrade.extensions}
        for chosen in parse_extensions(extensions):
            if chosen.name not in names:
                raise InvalidHeader(f"The client did not offer the extension {chosen.name}.")
        fields.add("Sec-WebSocket-Extensions", extensions)
    return Response(101, reason_phrase(101), with_extra(fields, headers))


def refusal(error: HandshakeError) -> Response:
    """The HTTP answer to a request that was not accepted: plain text that says what was wrong."""
    status = error.status
    where = f"Header: {error.header}\n" if error.header else ""
    body = f"{status} {reason_phrase(status)}\n\n{where}{error}\n".encode("utf-8", "replace")
    fields = Headers(error.headers)
    # RFC 9110 7.8: who sends Upgrade says so in Connection too.
    fields.set("Connection", "Upgrade, close" if "Upgrade" in fields else "close")
    fields.set("Content-Type", "text/plain; charset=utf-8")
    fields.set("Content-Length", str(len(body)))
    return Response(status, reason_phrase(status), fields, body)
