"""WebSocketClient: the client of npm `websocket` (RFC 6455 section 4.1).

    client = WebSocketClient()
    client.on("connect", lambda connection: connection.sendUTF("hello"))
    client.connect(server.url)

What is wrong with the arguments is raised by `connect` itself; what goes wrong on the network comes
as a 'connectFailed' event.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wslab.net.client import Address, ConnectFailed, Opened, open_websocket, parse_address
from wslab.net.loop import background
from wslab.node.config import (
    CLIENT_DEFAULTS,
    extensions_of,
    limits_of,
    make_config,
    peer_options_of,
)
from wslab.node.connection import WebSocketConnection
from wslab.node.events import EventEmitter
from wslab.node.incoming import IncomingMessage, incoming_response
from wslab.node.records import Record
from wslab.node.sockets import Socket
from wslab.node.threads import on_loop
from wslab.protocol.handshake import build_request
from wslab.protocol.http_fields import is_token

ABORTED = "the connection attempt was aborted"
_ANY_KEY = "AAAAAAAAAAAAAAAAAAAAAA=="  # to try the arguments out, never sent
HeaderSource = Mapping[str, str] | Iterable[tuple[str, str]] | None


class WebSocketClient(EventEmitter):
    """Events: connect(webSocketConnection), connectFailed(error), httpResponse(response, client).

    With a listener for 'httpResponse', an answer other than 101 goes there instead of to
    'connectFailed'. name: wslab's own, the heading of this client's lines in the log.
    """

    def __init__(self, clientConfig: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__()
        self.config = make_config("WebSocketClient", CLIENT_DEFAULTS, clientConfig, options)
        if self.config["webSocketVersion"] != 13:
            raise ValueError(
                f"webSocketVersion {self.config['webSocketVersion']} is not spoken here: use 13"
            )
        self._context = tls_context(self.config["tlsOptions"])
        self.name = "client"
        self.url: Record | None = None
        self.secure = False
        self.origin: str | None = None
        self.protocols: list[str] = []
        self.protocol: str | None = None
        self.base64nonce: str | None = None
        self.socket: Socket | None = None
        self.response: IncomingMessage | None = None
        self._attempt: asyncio.Task[None] | None = None

    def connect(
        self,
        requestUrl: str,
        requestedProtocols: str | Sequence[str] | None = None,
        origin: str | None = None,
        headers: HeaderSource = None,
        requestOptions: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin to connect. requestOptions: {"headers": …, "timeout": milliseconds}.

        Raises ValueError for a URL that is not an absolute ws: or wss: one, and for what is no
        subprotocol or header.
        """
        if not isinstance(requestUrl, str) or "://" not in requestUrl:
            raise ValueError(
                "You must specify a full WebSocket URL, including protocol. Relative URLs are not "
                f"supported. Got {requestUrl!r}."
            )
        address = parse_address(requestUrl)
        options = dict(requestOptions or {})
        extra = [*_pairs(headers), *_pairs(options.pop("headers", None))]
        timeout = options.pop("timeout", 10_000) / 1000
        if options:
            raise ValueError(
                f"requestOptions may have headers and timeout, not {', '.join(options)}"
            )
        self.protocols = _protocol_list(requestedProtocols)
        self.origin, self.secure = origin, address.secure
        self.url = _url_record(requestUrl, address)
        self.protocol = self.base64nonce = self.socket = self.response = None
        build_request(
            address.host_header,
            address.target,
            _ANY_KEY,
            origin=origin,
            protocols=self.protocols,
            headers=extra,
        )
        on_loop(self._begin, requestUrl, extra, timeout)

    def abort(self) -> None:
        """Give up an attempt that is under way; 'connectFailed' follows. Later it does nothing."""
        if self._attempt is not None:
            on_loop(self._attempt.cancel)

    # Inside, on the background loop

    def _begin(self, url: str, headers: list[tuple[str, str]], timeout: float) -> None:
        self._attempt = background().loop.create_task(self._connect(url, headers, timeout))
        self._attempt.add_done_callback(self._attempt_done)

    def _attempt_done(self, task: asyncio.Task[None]) -> None:
        if self._attempt is task:
            self._attempt = None
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._listener_failed(error)

    async def _connect(self, url: str, headers: list[tuple[str, str]], timeout: float) -> None:
        config = self.config
        try:
            opened = await open_websocket(
                url,
                protocols=self.protocols,
                origin=self.origin,
                headers=headers,
                extensions=extensions_of(config),
                require_protocol=True,  # as npm and browsers have it
                limits=limits_of(config),
                options=peer_options_of(config),
                auto_pong=False,
                assemble=config["assembleFragments"],
                ssl=self._context,
                timeout=timeout,
                label=self.name,
            )
        except asyncio.CancelledError:
            self.emit("connectFailed", ConnectFailed(ABORTED))
        except Exception as error:
            self._failed(error)
        else:
            self._opened(opened)

    def _failed(self, error: Exception) -> None:
        response = getattr(error, "response", None)
        if response is not None:
            self.response = incoming_response(response, Socket(None, None))
            if response.status != 101 and self.listenerCount("httpResponse"):
                self.emit("httpResponse", self.response, self)
                return
        self.emit("connectFailed", error)

    def _opened(self, opened: Opened) -> None:
        peer, config = opened.peer, self.config
        transport = peer.transport
        address = transport.get_extra_info("peername") if transport else None
        connection = WebSocketConnection(
            peer,
            config=config,
            protocol=opened.accepted.protocol,
            remoteAddresses=[address[0]] if address else [],
            extensions=opened.accepted.extensions,
        )
        if not config["disableNagleAlgorithm"]:
            connection.socket.setNoDelay(False)
        self.socket = connection.socket
        self.protocol = opened.accepted.protocol
        self.base64nonce = opened.request.headers.get("Sec-WebSocket-Key")
        self.response = incoming_response(opened.response, connection.socket)
        try:
            self.emit("connect", connection)
        except Exception as error:
            connection.handler_failed(error)
        finally:
            opened.start()  # the listeners are there: what came early arrives now


def _pairs(headers: HeaderSource) -> list[tuple[str, str]]:
    pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
    return [(str(name), str(value)) for name, value in pairs]


def _protocol_list(protocols: str | Sequence[str] | None) -> list[str]:
    names = [protocols] if isinstance(protocols, str) else list(protocols or ())
    names = [name for name in names if name]
    for name in names:
        if not isinstance(name, str) or not is_token(name):
            raise ValueError(f"Illegal character in subprotocol {name!r}.")
    return names


def _url_record(url: str, address: Address) -> Record:
    path, mark, search = address.target.partition("?")
    return Record(
        protocol="wss:" if address.secure else "ws:",
        hostname=address.host,
        port=str(address.port),
        host=address.host_header,
        pathname=path,
        search=mark + search,
        path=address.target,
        href=url,
    )


def tls_context(options: Mapping[str, Any]) -> ssl.SSLContext | None:
    """The settings for wss: {"ca": PEM text}, {"rejectUnauthorized": False} or {"context": …}."""
    unknown = set(options) - {"ca", "rejectUnauthorized", "context"}
    if unknown:
        raise TypeError(
            f"tlsOptions may have ca, rejectUnauthorized, context, not {', '.join(sorted(unknown))}"
        )
    if not options:
        return None
    context = options.get("context") or ssl.create_default_context(cadata=options.get("ca"))
    assert isinstance(context, ssl.SSLContext)
    if options.get("rejectUnauthorized") is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
