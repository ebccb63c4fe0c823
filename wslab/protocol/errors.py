"""Every error of the protocol floor: one tree, seen whole in one place.

WebSocketError
├── HandshakeError            the opening handshake went wrong (RFC 6455 section 4)
│   ├── RequestError          a server finds it in a request, and answers with .status
│   └── ResponseError         a client finds it in a response; .status is the one received
├── ProtocolError             the peer broke a rule after the handshake (sections 5 to 8)
└── LocalError                our own side asked for something the protocol does not allow

A remote fault and a local one never share a class: the first is answered on the wire, the second
is a bug in the calling program, and is raised before a byte is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from wslab.protocol.frames import Frame


class WebSocketError(Exception):
    """The root of every error that wslab.protocol raises."""


# The opening handshake -----------------------------------------------------------------------


class HandshakeError(WebSocketError):
    """The opening handshake failed.

    status: the HTTP status that answers it (server) or that was received (client).
    header: the name of the header at fault, or None.
    headers: header fields that the answer carries beside the usual ones.
    str(error): what was wrong, and what would be right.
    """

    status: int = 400
    header: str | None = None
    message: ClassVar[str] = "The opening handshake failed."
    answer_headers: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int | None = None,
        header: str | None = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> None:
        super().__init__(self.message if message is None else message)
        if status is not None:
            self.status = status
        if header is not None:
            self.header = header
        self.headers: list[tuple[str, str]] = [*self.answer_headers, *headers]


class RequestError(HandshakeError):
    """A request that a server can't accept; `handshake.refusal` makes the answer."""


class MethodNotAllowed(RequestError):
    """RFC 6455 4.2.1: the handshake is a GET. Answered with 405."""

    status = 405
    message = "A WebSocket handshake is a GET request."
    answer_headers = (("Allow", "GET"),)


class BadHTTPVersion(RequestError):
    """RFC 6455 4.2.1: HTTP/1.1 or higher."""

    message = "A WebSocket handshake needs HTTP/1.1 or higher."


class MissingHost(RequestError):
    """RFC 6455 4.2.1 item 2: a Host header."""

    header = "Host"
    message = "The Host header is missing; it names the server, as in Host: example.org."


class RepeatedHost(RequestError):
    """RFC 9112 3.2: no more than one Host header."""

    header = "Host"
    message = "The Host header appears more than once; send it once."


class BadHost(RequestError):
    """RFC 9112 3.2: a Host value that is no host[:port]."""

    header = "Host"
    message = "The Host header is not of the form host or host:port."


class MissingUpgrade(RequestError):
    """RFC 6455 4.2.1 item 3: Upgrade: websocket. Answered with 426 (RFC 9110 15.5.22)."""

    status = 426
    header = "Upgrade"
    message = "This address speaks WebSocket; the request must carry Upgrade: websocket."
    answer_headers = (("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"))


class MissingConnectionUpgrade(RequestError):
    """RFC 6455 4.2.1 item 4: Connection with the token Upgrade."""

    header = "Connection"
    message = "The Connection header must contain the token Upgrade."


class UnsupportedVersion(RequestError):
    """RFC 6455 4.2.1 item 6 and 4.4: version 13 only; 426 names the supported one."""

    status = 426
    header = "Sec-WebSocket-Version"
    message = "The header Sec-WebSocket-Version must be 13."
    answer_headers = (("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"))


class MissingKey(RequestError):
    """RFC 6455 4.2.1 item 5: a Sec-WebSocket-Key."""

    header = "Sec-WebSocket-Key"
    message = "The header Sec-WebSocket-Key is missing; send 16 random bytes in base64."


class RepeatedKey(RequestError):
    """RFC 6455 11.3.1: Sec-WebSocket-Key must not appear more than once."""

    header = "Sec-WebSocket-Key"
    message = "The header Sec-WebSocket-Key appears more than once; send it once."


class BadKey(RequestError):
    """RFC 6455 4.2.1 item 5: a key that is not 16 bytes in base64."""

    header = "Sec-WebSocket-Key"
    message = "The header Sec-WebSocket-Key must be 16 bytes in base64 (24 characters)."


class RepeatedOrigin(RequestError):
    """RFC 6454 7.3: a user agent sends no more than one Origin."""

    header = "Origin"
    message = "The Origin header appears more than once; send it once."


class BadProtocolHeader(RequestError):
    """RFC 6455 4.1 item 10: Sec-WebSocket-Protocol is a list of unique tokens."""

    header = "Sec-WebSocket-Protocol"
    message = "The header Sec-WebSocket-Protocol must be a list of unique tokens."


class BadExtensionsHeader(RequestError):
    """RFC 6455 9.1: the grammar of Sec-WebSocket-Extensions.

    A client raises it too, with the status received, when the response breaks the grammar.
    """

    header = "Sec-WebSocket-Extensions"
    message = "The header Sec-WebSocket-Extensions does not follow RFC 6455 section 9.1."


class ForbiddenOrigin(RequestError):
    """RFC 6455 4.2.2 item 4 and 10.2: this page may not connect. Answered with 403."""

    status = 403
    header = "Origin"
    message = "Pages from this origin may not connect here."


class ResponseError(HandshakeError):
    """A response that a client can't accept (RFC 6455 4.1, "validate the server's response")."""

    status = 101


class UnexpectedStatus(ResponseError):
    """Item 1: any status but 101 is an HTTP answer, not a WebSocket."""

    message = "The server did not switch protocols: the status is not 101."


class BadUpgradeHeader(ResponseError):
    """Item 2: Upgrade must be there and match websocket."""

    header = "Upgrade"
    message = "The response's Upgrade header must be websocket."


class BadConnectionHeader(ResponseError):
    """Item 3: Connection must contain the token Upgrade."""

    header = "Connection"
    message = "The response's Connection header must contain the token Upgrade."


class MissingAccept(ResponseError):
    """Item 4: Sec-WebSocket-Accept must be there."""

    header = "Sec-WebSocket-Accept"
    message = "The response has no Sec-WebSocket-Accept header."


class BadAccept(ResponseError):
    """Item 4: Sec-WebSocket-Accept must be the digest of our key, once."""

    header = "Sec-WebSocket-Accept"
    message = "The response's Sec-WebSocket-Accept does not belong to the key that was sent."


class UnrequestedExtension(ResponseError):
    """Item 5: the server chose an extension that was not offered."""

    header = "Sec-WebSocket-Extensions"
    message = "The server chose an extension that was not offered."


class BadExtensionAnswer(ResponseError):
    """RFC 6455 9.1: an extension was chosen with parameters that the offer does not allow."""

    header = "Sec-WebSocket-Extensions"
    message = "The server chose an extension with parameters that were not offered."


class UnrequestedProtocol(ResponseError):
    """Item 6: the server chose a subprotocol that was not offered."""

    header = "Sec-WebSocket-Protocol"
    message = "The server chose a subprotocol that was not offered."


class MissingProtocol(ResponseError):
    """The server chose no subprotocol: fine for RFC 6455, a failure for browsers (WHATWG)."""

    header = "Sec-WebSocket-Protocol"
    message = "Subprotocols were offered, and the server chose none."


# After the handshake -------------------------------------------------------------------------


class ProtocolError(WebSocketError):
    """The peer broke a rule; the connection is failed with `code` (RFC 6455 7.1.7, 7.4.1).

    code: 1002 protocol, 1003 kind of data, 1007 not UTF-8, 1008 policy, 1009 too big, ...
    reason: what was wrong, short enough for a Close frame.
    frames: the frames that were complete in the same data before the fault.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason
        self.frames: list[Frame] = []


# Our own side --------------------------------------------------------------------------------


class LocalError(WebSocketError):
    """Something that the program asked for and the protocol does not allow; nothing was sent."""


class InvalidState(LocalError):
    """The connection's state does not allow this now."""


class InvalidHeader(LocalError):
    """A header, target or key that would break the handshake that was to be built."""


class InvalidFrame(LocalError):
    """A frame that must not be sent: reserved bits, wrong mask, fragmented control frame."""


class InvalidCloseCode(LocalError):
    """RFC 6455 7.4: a code that must not stand in a Close frame."""


class ReasonTooLong(LocalError):
    """RFC 6455 5.5: a close reason has at most 123 bytes of UTF-8."""


class ControlTooLong(LocalError):
    """RFC 6455 5.5: a control frame has at most 125 bytes of payload."""
