"""WebSocketRequest: a handshake that waits for the application's decision, accept or reject.

RFC 6455 section 4.2. The checks of 4.2.1 are the engine's; here the request is shown under npm's
names, and answered once.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wslab.net.peer import Peer
from wslab.node.config import extensions_of, limits_of, peer_options_of
from wslab.node.connection import WebSocketConnection
from wslab.node.cookies import cookie_headers, parse_cookies
from wslab.node.events import EventEmitter
from wslab.node.extensions import as_records
from wslab.node.incoming import IncomingMessage
from wslab.node.records import Record
from wslab.node.sockets import Socket
from wslab.node.threads import wait_on_loop
from wslab.protocol import handshake
from wslab.protocol.connection import Connection
from wslab.protocol.errors import HandshakeError
from wslab.protocol.extensions import Extension, choose
from wslab.protocol.handshake import Response
from wslab.protocol.headers import Headers
from wslab.protocol.http_fields import check_field, is_token
from wslab.protocol.http_messages import reason_phrase
from wslab.protocol.sending import Role

ONLY_ONCE = "WebSocketRequest may only be accepted or rejected one time."
LOST = "TCP connection lost before handshake completed."


class WebSocketRequest(EventEmitter):
    """Events: requestAccepted(connection), requestRejected(request), requestResolved(request).

    host, resource, origin, key: str, origin None without the header. resourceURL: pathname, query
    and more. requestedProtocols: in lower case. requestedExtensions: [{name, params: [{name,
    value}]}]. cookies: [{name, value}]. number: wslab's own, the connection's number in the log.
    """

    def __init__(
        self, socket: Socket, httpRequest: IncomingMessage, config: Record, *, number: int = 0
    ) -> None:
        super().__init__()
        self.socket = socket
        self.httpRequest = httpRequest
        self.serverConfig = config
        self.number = number
        self.resource = httpRequest.url or "/"
        self.resourceURL = parse_resource(self.resource)
        self.remoteAddresses = [socket.remoteAddress or ""]
        self.remoteAddress = self.remoteAddresses[0]
        self.host = ""
        self.key = ""
        self.origin: str | None = None
        self.webSocketVersion = self.websocketVersion = 13
        self.requestedProtocols: list[str] = []
        self.protocolFullCaseMap: dict[str, str] = {}
        self.requestedExtensions: list[Record] = []
        self.cookies: list[Record] = []
        self.connection: WebSocketConnection | None = None  # wslab's own: what accept returned
        self._upgrade: handshake.Upgrade | None = None
        self._resolved = False

    def __repr__(self) -> str:
        return f"<WebSocketRequest {self.number} for {self.resource}>"

    def readHandshake(self) -> None:
        """Check the request and fill in the properties.

        Raises a HandshakeError that names the header; it has npm's httpCode too.
        """
        config = self.serverConfig
        fields = self.httpRequest.rawHeaders
        headers = Headers(zip(fields[::2], fields[1::2], strict=True))
        if not config["parseExtensions"]:
            headers.remove("Sec-WebSocket-Extensions")
        url, version = self.httpRequest.url or "", f"HTTP/{self.httpRequest.httpVersion}"
        try:
            upgrade = handshake.check_request(
                handshake.Request(self.httpRequest.method or "", url, headers, version)
            )
        except HandshakeError as error:
            error.httpCode = error.status  # type: ignore[attr-defined]
            raise
        self._upgrade = upgrade
        self.host, self.key, self.origin = upgrade.host, upgrade.key, upgrade.origin
        self.protocolFullCaseMap = {name.lower(): name for name in reversed(upgrade.protocols)}
        self.requestedProtocols = [name.lower() for name in upgrade.protocols]
        self.requestedExtensions = as_records(upgrade.extensions)
        if config["parseCookies"]:
            self.cookies = parse_cookies("; ".join(headers.get_all("Cookie")))
        if not config["ignoreXForwardedFor"]:
            forwarded = headers.tokens("X-Forwarded-For")
            self.remoteAddresses = [*forwarded, *self.remoteAddresses]
            self.remoteAddress = self.remoteAddresses[0]

    def parseExtensions(self, string: str | None) -> list[Record]:
        """The elements of a Sec-WebSocket-Extensions value."""
        return as_records(handshake.parse_extensions(string or ""))

    def parseCookies(self, string: str | None) -> list[Record]:
        """The name and value pairs of a Cookie header."""
        return parse_cookies(string or "")

    def accept(
        self,
        acceptedProtocol: str | None = None,
        allowedOrigin: str | None = None,
        cookies: list[dict[str, Any]] | None = None,
    ) -> WebSocketConnection:
        """Open the WebSocket and return its connection.

        acceptedProtocol: one of requestedProtocols, upper and lower case alike. allowedOrigin: sent
        back as an Origin header, compared with nothing: deciding is the application's part.
        cookies: dicts with name, value, path, domain, expires, maxage, secure, httponly. Raises
        ValueError for what was not requested or can't be sent; the client has then been answered
        500.
        """
        return wait_on_loop(self._accept, acceptedProtocol, allowedOrigin, cookies)

    def reject(
        self,
        httpStatus: int | None = None,
        reason: str | None = None,
        extraHeaders: dict[str, Any] | None = None,
    ) -> None:
        """Refuse the handshake, with 403 by default. The reason is a header and the body of the
        answer.

        Raises ValueError or InvalidHeader, before anything is sent, for a status that is no refusal
        and for a reason or header with a line break in it.
        """
        status = 403 if httpStatus is None else httpStatus
        answer = _rejection(status, reason, extraHeaders or {})
        wait_on_loop(self._reject, answer)

    # Inside, on the background loop

    def _accept(
        self,
        acceptedProtocol: str | None,
        allowedOrigin: str | None,
        cookies: list[dict[str, Any]] | None,
    ) -> WebSocketConnection:
        self._resolve_once()
        upgrade = self._upgrade
        assert upgrade is not None, "readHandshake comes before accept"
        try:
            protocol = self._chosen(acceptedProtocol)
            headers = [("Origin", allowedOrigin)] if allowedOrigin else []
            headers += cookie_headers(cookies or [])
            answer, extensions = choose(upgrade.extensions, extensions_of(self.serverConfig))
            response = handshake.build_response(
                upgrade,
                protocol=None if protocol is None else self.protocolFullCaseMap[protocol],
                extensions=answer,
                headers=headers,
            )
            head = response.serialize()
        except Exception:
            self._answer(_rejection(500, None, {}))
            self._tell_rejected()
            raise
        connection = self.connection = self._open(head, protocol, answer, extensions)
        self.emit("requestAccepted", connection)
        self.emit("requestResolved", self)
        return connection

    def _chosen(self, protocol: str | None) -> str | None:
        if not protocol:
            return None
        if not is_token(protocol):
            raise ValueError(f"Illegal character in subprotocol {protocol!r}.")
        if protocol.lower() not in self.protocolFullCaseMap:
            asked = ", ".join(self.requestedProtocols) or "none"
            raise ValueError(
                f"Specified protocol was not requested by the client: {protocol!r}; it asked for "
                f"{asked}."
            )
        return protocol.lower()

    def _open(
        self, head: bytes, protocol: str | None, answer: str, extensions: tuple[Extension, ...]
    ) -> WebSocketConnection:
        config = self.serverConfig
        engine = Connection(
            Role.SERVER,
            limits=limits_of(config),
            extensions=extensions,
            assemble=config["assembleFragments"],
        )
        peer = Peer(engine, label=self.socket.label, options=peer_options_of(config))
        connection = WebSocketConnection(
            peer,
            config=config,
            protocol=protocol,
            remoteAddresses=self.remoteAddresses,
            number=self.number,
            extensions=handshake.parse_extensions(answer),
        )
        if not self.socket.upgrade(head, peer):
            connection.lost_before_it_opened(LOST)
            return connection
        if config["useNativeKeepalive"]:
            connection.socket.setKeepAlive(True)
        if not config["disableNagleAlgorithm"]:
            connection.socket.setNoDelay(False)
        return connection

    def _reject(self, answer: Response) -> None:
        self._resolve_once()
        self._answer(answer)
        self._tell_rejected()

    def _tell_rejected(self) -> None:
        self.emit("requestRejected", self)
        self.emit("requestResolved", self)

    def _resolve_once(self) -> None:
        if self._resolved:
            raise RuntimeError(ONLY_ONCE)
        self._resolved = True

    def _answer(self, answer: Response) -> None:
        self.socket.answer(answer.serialize())


def parse_resource(resource: str) -> Record:
    """Node's url.parse(resource, true): pathname, query (a list for a repeated key), search, …"""
    path, mark, search = resource.partition("?")
    if not resource.startswith("/"):
        try:
            path = urlsplit(resource).path or "/"
        except ValueError:
            path = resource
    query: dict[str, Any] = {}
    for name, value in parse_qsl(search, keep_blank_values=True)[:1000]:
        if name in query:
            known = query[name]
            query[name] = [*(known if isinstance(known, list) else [known]), value]
        else:
            query[name] = value
    return Record(
        pathname=path,
        query=Record(query),
        search=mark + search if mark else "",
        path=path + mark + search,
        href=resource,
    )


def _rejection(status: int, reason: str | None, extra: dict[str, Any]) -> Response:
    if isinstance(status, bool) or not isinstance(status, int) or not 300 <= status <= 599:
        raise ValueError(f"a handshake can't be rejected with status {status!r}: use 300 to 599")
    phrase = reason_phrase(status)
    body = f"{status} {phrase}{f': {reason}' if reason else ''}\n".encode("utf-8", "replace")
    fields = Headers([("Connection", "close")])
    if reason:
        # Headers are ASCII; the body has the reason as it is.
        fields.add("X-WebSocket-Reject-Reason", reason.encode("ascii", "replace").decode())
    for name, value in extra.items():
        if name.lower() in ("connection", "content-length", "transfer-encoding"):
            raise ValueError(f"reject sets the header {name} itself")
        fields.add(name, str(value))
    if "Content-Type" not in fields:
        fields.add("Content-Type", "text/plain; charset=utf-8")
    fields.add("Content-Length", str(len(body)))
    for name, value in fields:
        check_field(name, value)
    return Response(status, phrase, fields, body)
