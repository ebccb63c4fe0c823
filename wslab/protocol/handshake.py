"""The opening handshake, RFC 6455 section 4: one HTTP request, one response, no sockets.

    client                                             server
    build_request  ── GET /chat, Upgrade, Key ──────▶  check_request, check_origin
    check_response ◀── 101, Upgrade, Accept ─────────  build_response
                   ◀── 4xx and why ──────────────────  refusal, when a check raised

Both halves gathered under one name. Each stands in a module of its own: handshake_client,
handshake_server, handshake_keys, origin, and under them http_fields and http_messages.
"""

from __future__ import annotations

from wslab.protocol.handshake_client import Accepted, build_request, check_response
from wslab.protocol.handshake_keys import GUID, accept_value, make_key
from wslab.protocol.handshake_server import Upgrade, build_response, check_request, refusal
from wslab.protocol.http_fields import (
    ExtensionOffer,
    format_extensions,
    parse_extensions,
    parse_protocols,
)
from wslab.protocol.http_messages import Request, Response
from wslab.protocol.origin import check_origin

__all__ = [
    "GUID",
    "Accepted",
    "ExtensionOffer",
    "Request",
    "Response",
    "Upgrade",
    "accept_value",
    "build_request",
    "build_response",
    "check_origin",
    "check_request",
    "check_response",
    "format_extensions",
    "make_key",
    "parse_extensions",
    "parse_protocols",
    "refusal",
]
