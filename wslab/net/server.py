"""A listening HTTP server on the background loop, with the WebSockets that grew out of it.

`listen` may be called from a notebook cell, a script or a handler. It binds to the loopback
address unless told otherwise, replaces the server that an earlier run of the same cell started,
and port 0 picks a free port.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Callable
from typing import Any, cast

from wslab.net import servers
from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.exchange import Exchange
from wslab.net.http import HTTPConnection, HTTPLimits
from wslab.net.loop import background
from wslab.net.peer import Peer

CLOSE_SECONDS = 1.0  # how long a server that closes waits for its clients' close frames
TOLD = 100  # connections over the limit that are told so at one time; more are cut unheard


class HTTPServer:
    """Accepts TCP connections and hands each request to `on_exchange`, on the background loop."""

    def __init__(
        self, on_exchange: Callable[[Exchange], None], *, limits: HTTPLimits | None = None
    ) -> None:
        self.on_exchange = on_exchange
        self.limits = limits or HTTPLimits()
        self.name = "server"
        self.host = ""
        self.port = 0
        self.connections: set[HTTPConnection] = set()
        self.peers: set[Peer] = set()
        self.accepted = 0  # TCP connections so far; each one's number is its label in the log
        self._listener: asyncio.AbstractServer | None = None
        self._full_logged = False

    @property
    def listening(self) -> bool:
        return self._listener is not None

    @property
    def url(self) -> str:
        """The address of this server as a WebSocket URL."""
        return f"ws://{url_host(self.host)}:{self.port}/"

    @property
    def http_url(self) -> str:
        """The address of this server as an HTTP URL."""
        return f"http://{url_host(self.host)}:{self.port}/"

    def listen(self, port: int = 0, host: str = "127.0.0.1", *, name: str | None = None) -> None:
        """Begin to listen, and return when connections are accepted. Not from the background loop
        itself.

        Raises PortInUse when somebody holds the port, CantListen for an address that is not this
        computer's.
        """
        background().run(self.start(port, host, name=name, cell=servers.current_cell()))

    async def start(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        *,
        name: str | None = None,
        cell: servers.Cell | None = None,
    ) -> None:
        """The same as `listen`, as a coroutine on the background loop."""
        if self._listener is not None:
            raise RuntimeError(f"this server listens on port {self.port} already: close it first")
        if not 0 <= port <= 65535:
            raise ValueError(f"port {port} is not a port: it must be between 0 and 65535")
        await servers.close_earlier_run(cell, name)
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(self._connection, host, port, backlog=1024)
        except (OSError, UnicodeError) as error:  # UnicodeError: a name that can't be one
            if getattr(error, "errno", None) == errno.EADDRINUSE:
                raise servers.port_in_use(port) from None
            raise servers.CantListen(host, port, error) from None
        address = self._listener.sockets[0].getsockname()
        self.host, self.port = host, address[1]
        self.name = name or f"the server on port {self.port}"
        servers.register(self, cell)

    def _connection(self) -> asyncio.Protocol:
        self.accepted += 1
        over = len(self.connections) + len(self.peers) - self.limits.connections
        full = over >= 0
        if full and not self._full_logged:
            self._full_logged = True
            console.error(
                f"{self.limits.connections} connections are open, the limit: new ones get 503"
            )
        if over >= TOLD:  # else the 503 itself could be made to cost any number of connections
            return _Cut()
        on_exchange = self._turn_away if full else self.on_exchange
        connection = HTTPConnection(self.limits, on_exchange, f"connection {self.accepted}")
        connection.on_lost = self.connections.discard
        self.connections.add(connection)
        return connection

    def _turn_away(self, exchange: Exchange) -> None:
        count = self.limits.connections
        text = f"503 Service Unavailable: {count} connections are open, try later\n"
        exchange.respond(503, [("Connection", "close"), ("Retry-After", "5")], text.encode())

    def adopt(self, peer: Peer) -> None:
        """Count a WebSocket that grew out of one of this server's connections, until it ends. The
        limit for what waits to be written is valid for it too.
        """
        self.peers.add(peer)
        peer.limit_buffer(self.limits.unsent)
        peer.when_lost(self.peers.discard)

    def stop_listening(self) -> None:
        """Accept no more connections; those that are open go on."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        servers.unregister(self)

    async def aclose(self, code: int = 1001, reason: str = "server is closing") -> None:
        """Stop listening, close every WebSocket with a close frame, and end every connection."""
        await background().join(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        self.stop_listening()
        for connection in list(self.connections):
            connection.close()
        for peer in list(self.peers):
            peer.close(code, reason)
        await self._all_ended()
        for peer in list(self.peers):
            peer.abort()
        for connection in list(self.connections):
            connection.abort()
        await self._all_ended()

    async def _all_ended(self) -> None:
        with contextlib.suppress(TimeoutError):
            await until(lambda: not (self.peers or self.connections), "the end", CLOSE_SECONDS)

    def close(self) -> None:
        """Close from a cell or a script, and return when everything is closed."""
        if background().inside():
            self._closing: asyncio.Task[Any] = asyncio.ensure_future(
                self._close(1001, "server is closing")
            )
        else:
            background().run(self.aclose())


class _Cut(asyncio.Protocol):
    """A connection that ends as it begins."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).abort()


def url_host(host: str) -> str:
    """A host as it stands in a URL: IPv6 addresses in brackets, "any address" as this computer's
    own.
    """
    if host in ("", "0.0.0.0"):
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host
