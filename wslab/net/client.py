"""The client's end: open a TCP connection, shake hands, hand over a `Peer`. Runs on the background
loop.

`wslab.browser.WebSocket` and `wslab.node`'s client are both built on `open_websocket`.
"""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import h11

from wslab.net.entropy import RandomBytes, random_source
from wslab.net.peer import DEFAULT_OPTIONS, Peer, PeerOptions
from wslab.protocol import Connection, ExtensionFactory, Limits, PerMessageDeflate, Role
from wslab.protocol.errors import HandshakeError, WebSocketError
from wslab.protocol.extensions import agree, offered
from wslab.protocol.handshake import (
    Accepted,
    Request,
    Response,
    build_request,
    check_response,
    make_key,
)
from wslab.protocol.headers import Headers

MAX_HEAD = 65_536
MAX_REFUSAL_BODY = 65_536
TOO_LONG = f"the head of the server's answer has more than {MAX_HEAD:,} bytes"
DEFAULT_PORTS = {"ws": 80, "wss": 443}


class ConnectFailed(WebSocketError):
    """No WebSocket came of it. `response` is the server's answer, if there was one."""

    def __init__(self, why: str, response: Response | None = None) -> None:
        super().__init__(why)
        self.response = response


@dataclass(frozen=True, slots=True)
class Address:
    """Where a ws: or wss: URL points to (RFC 6455 section 3)."""

    secure: bool
    host: str
    port: int
    target: str  # path and query, as they go into the request line

    def __str__(self) -> str:
        """Host and port, an IPv6 address in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_header(self) -> str:
        default = DEFAULT_PORTS["wss" if self.secure else "ws"]
        return str(self).removesuffix(f":{default}") if self.port == default else str(self)


def parse_address(url: str) -> Address:
    """Split an absolute ws: or wss: URL. Raises ValueError that says what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(f"{url!r} does not begin with ws:// or wss://")
    if not parts.hostname:
        raise ValueError(f"{url!r} names no host")
    if parts.fragment or url.endswith("#"):
        raise ValueError(
            f"{url!r} has a fragment, which a WebSocket URL must not have (RFC 6455 section 3)"
        )
    port = DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme == "wss", parts.hostname, port, target)


@dataclass(frozen=True, slots=True)
class Opened:
    """A finished handshake."""

    peer: Peer
    accepted: Accepted
    request: Request
    response: Response
    # To be called once the peer's handlers are set: frames that came early arrive then.
    start: Callable[[], None]


class _Handshake(asyncio.Protocol):
    """Sends the request and reads the response, nothing more."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self.early = b""
        self.transport: asyncio.Transport | None = None
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        self._head: h11.Response | None = None
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        # h11 must know what was asked; the bytes that go out are the engine's own.
        pairs = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in self.request.headers
        ]
        self._h11.send(h11.Request(method="GET", target=self.request.target, headers=pairs))
        self._h11.send(h11.EndOfMessage())
        self.transport.write(self.request.serialize())

    def data_received(self, data: bytes) -> None:
        try:
            self._h11.receive_data(data)
            while not self.answer.done():
                event = self._h11.next_event()
                # h11 counts only a head that comes in several reads.
                if sum(len(a) + len(b) for a, b in getattr(event, "headers", ())) > MAX_HEAD:
                    self._fail(TOO_LONG)
                    return
                if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                    self._switched(event)
                elif isinstance(event, h11.Response):
                    self._head = event
                elif isinstance(event, h11.Data):
                    self._body = (self._body + bytes(event.data))[:MAX_REFUSAL_BODY]
                elif isinstance(event, (h11.EndOfMessage, h11.ConnectionClosed)):
                    self._refused()
                elif event in (h11.NEED_DATA, h11.PAUSED):
                    return
        except h11.RemoteProtocolError as error:
            endless = error.error_status_hint == 431
            self._fail(TOO_LONG if endless else f"the server's answer is not HTTP: {error}")
        except RuntimeError as error:  # h11's for a 100 in the wrong place, and its like
            self._fail(f"the server's answer is not HTTP: {error}")

    def _switched(self, event: h11.InformationalResponse) -> None:
        assert self.transport is not None
        self.transport.pause_reading()  # what follows is for the WebSocket, which is not there yet
        self.early = bytes(self._h11.trailing_data[0])
        self.answer.set_result(_response(event))

    def _refused(self) -> None:
        if self._head is not None and not self.answer.done():
            response = _response(self._head)
            self.answer.set_result(
                Response(response.status, response.reason, response.headers, self._body)
            )

    def eof_received(self) -> None:
        if self._head is None:
            self._fail("the server closed the connection before the handshake was answered")
        else:
            self.data_received(b"")  # a body without a length ends here

    def connection_lost(self, error: Exception | None) -> None:
        self._refused()
        self._fail(f"the connection ended before the handshake did{f': {error}' if error else ''}")

    def _fail(self, why: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(ConnectFailed(why))
            self.answer.exception()  # seen: an attempt that was cancelled does not look any more


def _response(event: h11.Response | h11.InformationalResponse) -> Response:
    pairs = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in event.headers.raw_items()
    ]
    return Response(event.status_code, bytes(event.reason).decode("latin-1"), Headers(pairs))


async def open_websocket(
    url: str,
    *,
    protocols: Sequence[str] = (),
    origin: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
    extensions: Sequence[ExtensionFactory] = (PerMessageDeflate(),),
    require_protocol: bool = False,
    limits: Limits | None = None,
    options: PeerOptions = DEFAULT_OPTIONS,
    auto_pong: bool = True,
    assemble: bool = True,
    ssl: tls.SSLContext | None = None,
    timeout: float = 10.0,
    random_bytes: RandomBytes | None = None,
    label: str = "",
) -> Opened:
    """Open a WebSocket from the background loop. `timeout` is in seconds, for TCP, TLS and
    handshake together.

    extensions: what to offer; by default permessage-deflate, as browsers do. () offers none.
    Raises ConnectFailed. When the server answered, but refused or answered wrongly, it has the
    `response`, and its `__cause__` is the HandshakeError.
    """
    address = parse_address(url)
    draw = random_bytes or random_source()
    key = make_key(draw(16))
    offer = offered(extensions)
    request = build_request(
        address.host_header,
        address.target,
        key,
        origin=origin,
        protocols=protocols,
        extensions=offer,
        headers=headers,
    )
    loop = asyncio.get_running_loop()
    context = (ssl or tls.create_default_context()) if address.secure else None
    handshake: _Handshake | None = None
    try:
        async with asyncio.timeout(timeout):
            _, handshake = await loop.create_connection(
                lambda: _Handshake(request), address.host, address.port, ssl=context
            )
            response = await handshake.answer
    except TimeoutError:
        _abort(handshake)
        raise ConnectFailed(f"no answer from {address} in {timeout:g} s") from None
    except ConnectionRefusedError:
        raise ConnectFailed(f"no connection to {address}: nobody listens there") from None
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that can't be one
        raise ConnectFailed(f"no connection to {address}: {error}") from None
    except BaseException:
        _abort(handshake)
        raise
    transport = handshake.transport
    assert transport is not None
    try:
        accepted = check_response(
            response,
            key,
            protocols=protocols,
            extensions=offer,
            require_protocol=require_protocol,
        )
        agreed = agree(accepted.extensions, extensions)
    except HandshakeError as error:
        transport.abort()
        raise ConnectFailed(str(error), response) from error
    connection = Connection(
        Role.CLIENT,
        limits=limits or Limits(),
        extensions=agreed,
        mask_source=lambda: draw(4),
        auto_pong=auto_pong,
        assemble=assemble,
    )
    peer = Peer(connection, label=label, options=options)
    early = handshake.early
    ended = transport.is_closing()
    transport.set_protocol(peer)
    peer.connection_made(transport)
    open_peers.add(peer)
    peer.when_lost(open_peers.discard)

    def start() -> None:
        if early:
            peer.data_received(early)
        if ended and not peer.lost:
            peer.connection_lost(None)
        elif not peer.lost:
            transport.resume_reading()

    return Opened(peer, accepted, request, response, start)


open_peers: set[Peer] = set()  # the clients' ends that are open, for the count at a lesson's end


def _abort(handshake: _Handshake | None) -> None:
    if handshake is not None and handshake.transport is not None:
        handshake.transport.abort()
