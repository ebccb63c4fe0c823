"""The TCP socket under a request or a connection: its addresses, and the way to cut it.

In an 'upgrade' event the socket is the connection itself, bytes as they come: with `write` and
`on('data')` a listener may speak any protocol. For WebSocket there is WebSocketServer.
"""

from __future__ import annotations

import asyncio
import socket as tcp
from collections.abc import Callable
from typing import cast

from wslab.net.console import console
from wslab.net.exchange import Exchange
from wslab.node.events import EventEmitter
from wslab.node.threads import on_loop


class Socket(EventEmitter):
    """net.Socket, as far as a server needs it. Events: data(bytes), end(), close(hadError)."""

    def __init__(
        self,
        remote: tuple[str, int] | None,
        local: tuple[str, int] | None,
        *,
        exchange: Exchange | None = None,
        transport: Callable[[], asyncio.Transport | None] = lambda: None,
    ) -> None:
        super().__init__()
        self._remote = remote or (None, None)
        self._local = local or (None, None)
        self.label = exchange.label if exchange else ""
        self.number = int(self.label.rpartition(" ")[2] or 0)
        self._exchange = exchange
        self._find_transport = transport
        self.destroyed = False
        self.taken_over: set[Socket] = set()  # where the server counts sockets that left HTTP

    @property
    def remoteAddress(self) -> str | None:
        return self._remote[0]

    @property
    def remotePort(self) -> int | None:
        return self._remote[1]

    @property
    def remoteFamily(self) -> str:
        return family(self._remote[0] or "")

    @property
    def localAddress(self) -> str | None:
        return self._local[0]

    @property
    def localPort(self) -> int | None:
        return self._local[1]

    def write(self, data: bytes | str) -> bool:
        """Send bytes as they are, past whatever protocol runs here."""
        raw = data.encode() if isinstance(data, str) else bytes(data)
        on_loop(self._write, raw)
        return True

    def end(self, data: bytes | str | None = None) -> None:
        """Send these bytes, if any, and close."""
        if data is not None:
            self.write(data)
        on_loop(self._end)

    def destroy(self) -> None:
        """Cut the connection."""
        self.destroyed = True
        on_loop(self._destroy)

    def setNoDelay(self, noDelay: bool = True) -> Socket:
        """Send small packets at once (TCP_NODELAY)."""
        return self._option(tcp.IPPROTO_TCP, tcp.TCP_NODELAY, noDelay)

    def setKeepAlive(self, enable: bool = False) -> Socket:
        """Let TCP find out whether the other side is still there (SO_KEEPALIVE)."""
        return self._option(tcp.SOL_SOCKET, tcp.SO_KEEPALIVE, enable)

    # For WebSocketServer, on the background loop

    @property
    def answered(self) -> bool:
        """Whether the upgrade request of this socket has had its answer, or has lost its client."""
        return self._exchange is None or self._exchange.finished

    def answer(self, response: bytes) -> None:
        """Send an HTTP response as it stands and close."""
        if self._exchange is not None and not self._exchange.finished:
            self._exchange.send_raw_and_close(response)

    def upgrade(self, head: bytes, protocol: asyncio.Protocol) -> bool:
        """Send a 101 response and hand the connection over; False if the client has gone."""
        if self._exchange is None or self._exchange.finished:
            return False
        self._exchange.upgrade(head, protocol)
        return True

    # Inside, on the background loop

    def take_over(self) -> asyncio.Transport | None:
        """The transport; an HTTP connection that is being upgraded stops being one."""
        transport = self._find_transport()
        exchange = self._exchange
        if transport is None and exchange is not None and not exchange.finished:
            raw = _Raw(self)
            exchange.upgrade(b"", raw)
            transport = raw.transport
            self._find_transport = lambda: raw.transport
            self.taken_over.add(self)
        return transport

    def _write(self, data: bytes) -> None:
        transport = self.take_over()
        if transport is not None and not transport.is_closing():
            transport.write(data)

    def _end(self) -> None:
        transport = self.take_over()
        if transport is not None:
            transport.close()

    def _destroy(self) -> None:
        transport = self._find_transport()
        if transport is not None:
            transport.abort()
        elif self._exchange is not None:
            self._exchange.abort()

    def lost(self, error: Exception | None) -> None:
        """The connection has ended."""
        self.destroyed = True
        self.taken_over.discard(self)
        self.emit("close", error is not None)

    def _option(self, level: int, name: int, on: bool) -> Socket:
        transport = self._find_transport()
        raw = transport.get_extra_info("socket") if transport is not None else None
        if raw is not None:
            raw.setsockopt(level, name, int(on))
        return self


class _Raw(asyncio.Protocol):
    """Hands the bytes of a socket that was taken over to its listeners."""

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._emit("data", data)

    def eof_received(self) -> bool:
        self._emit("end")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._guard(self.socket.lost, error)

    def _emit(self, name: str, *args: object) -> None:
        self._guard(self.socket.emit, name, *args)

    def _guard(self, function: Callable[..., object], *args: object) -> None:
        try:
            function(*args)
        except Exception as error:
            console.error(error)
            if self.transport:
                self.transport.abort()


def family(address: str) -> str:
    """ "IPv4" or "IPv6", as Node names them."""
    return "IPv6" if ":" in address else "IPv4"
