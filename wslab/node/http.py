"""Node's `http` module, the server side of it: createServer, listen, and the 'request' listener.

    server = http.createServer(lambda request, response: response.writeHead(404).end())
    server.listen(0)

`listen` and `close` return, in a cell, when the port is bound and when everything is closed; in a
handler they return at once, as in Node. The server listens on 127.0.0.1 unless told otherwise.
"""

from __future__ import annotations

import http as status_names
from collections.abc import Callable, Coroutine
from typing import Any

from wslab.net import servers
from wslab.net.console import console
from wslab.net.exchange import Exchange
from wslab.net.http import HTTPLimits
from wslab.net.loop import background
from wslab.net.peer import Peer
from wslab.net.server import HTTPServer
from wslab.node.events import EventEmitter
from wslab.node.incoming import IncomingMessage, incoming_request
from wslab.node.response import ServerResponse
from wslab.node.sockets import Socket, family
from wslab.protocol.handshake import Request

__all__ = ["STATUS_CODES", "IncomingMessage", "Server", "ServerResponse", "Socket", "createServer"]

STATUS_CODES: dict[int, str] = {int(status): status.phrase for status in status_names.HTTPStatus}


def createServer(
    options: Callable[..., Any] | dict[str, Any] | None = None,
    requestListener: Callable[..., Any] | None = None,
    *,
    limits: HTTPLimits | None = None,
) -> Server:
    """A server that calls requestListener(request, response) for each request.

    `options` may be left out, as in Node. `limits` is wslab's own: sizes, times, connections.
    """
    if callable(options):
        options, requestListener = None, options
    if options:
        raise TypeError(f"createServer knows no options, but got {', '.join(options)}; see limits=")
    return Server(requestListener, limits=limits)


class Server(EventEmitter):
    """http.Server. Events: request, upgrade, listening, close, error."""

    def __init__(
        self, requestListener: Callable[..., Any] | None = None, *, limits: HTTPLimits | None = None
    ) -> None:
        super().__init__()
        self._net = _Listener(self, limits)
        self._handling: Exchange | None = None
        if requestListener is not None:
            self.on("request", requestListener)

    def __repr__(self) -> str:
        return f"<http.Server {'listening' if self.listening else 'not listening'}>"

    @property
    def listening(self) -> bool:
        return self._net.listening

    @property
    def port(self) -> int:
        """wslab's own: the port, 0 before `listen`."""
        return self._net.port

    @property
    def url(self) -> str:
        """wslab's own: where WebSocket clients connect, as ws://127.0.0.1:PORT/."""
        return self._net.url

    @property
    def http_url(self) -> str:
        """wslab's own: the same for pages, as http://127.0.0.1:PORT/."""
        return self._net.http_url

    def address(self) -> dict[str, Any] | None:
        """{'address', 'family', 'port'} while listening, else None."""
        if not self.listening:
            return None
        return {"address": self._net.host, "family": family(self._net.host), "port": self.port}

    def listen(
        self, port: Any = 0, host: Any = None, callback: Any = None, *, name: str | None = None
    ) -> Server:
        """listen([port[, host]][, callback]), or listen({'port': …, 'host': …}[, callback]).

        Port 0 picks a free one. A cell that runs again replaces the server of its earlier run; so
        does a server with the same `name`, which is wslab's own. Raises PortInUse in a cell; in a
        handler the server emits 'error' instead.
        """
        number, address, listener = _listen_arguments(port, host, callback)
        if listener is not None:
            self.once("listening", listener)
        home = background()
        starting = self._start(number, address, name, servers.current_cell())
        if home.inside():
            self._run_async(self._start_or_report(starting))
            return self
        try:
            home.run(starting)
        except BaseException:
            if listener is not None:
                self.off("listening", listener)
            raise
        return self

    async def _start(
        self, port: int, host: str, name: str | None, cell: servers.Cell | None
    ) -> None:
        await self._net.start(port, host, name=name, cell=cell)
        self.emit("listening")

    async def _start_or_report(self, starting: Coroutine[Any, Any, None]) -> None:
        try:
            await starting
        except Exception as error:
            self.emit("error", error)

    def close(self, callback: Callable[..., Any] | None = None) -> Server:
        """Stop listening and end every connection, WebSockets with a close frame of code 1001.

        The callback gets an error when the server was not listening, as in Node.
        """
        if callback is not None:
            if self.listening:
                self.once("close", callback)
            else:
                callback(RuntimeError("Server is not running."))
                return self
        net = self._net
        if net.listening or net.peers or net.connections or net.sockets:
            net.close()
        return self

    def adopt(self, peer: Peer) -> None:
        """wslab's own: close this WebSocket when the server closes, and count it until then."""
        self._net.adopt(peer)

    # Inside, on the background loop

    def handle(self, exchange: Exchange) -> None:
        """One request: to the 'upgrade' listeners if it asks for a WebSocket, else to 'request'."""
        request = incoming_request(exchange)
        if asks_for_websocket(exchange.request) and self.listenerCount("upgrade"):
            socket = request.socket
            socket.taken_over = self._net.sockets
            exchange.on_abort = lambda: socket.lost(None)
            self.emit("upgrade", request, socket, b"")
            return
        response = ServerResponse(exchange, request.socket)

        def aborted() -> None:
            request.close(aborted=not request.complete)
            response.close()

        exchange.on_abort = aborted
        response.once("close", request.close)
        self._handling = exchange
        if not self.emit("request", request, response):
            response.writeHead(404, {"Content-Type": "text/plain; charset=utf-8"})
            response.end("404 Not Found: this server has no 'request' listener\n")

    def _run_async(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        super()._run_async(_answered(coroutine, self._handling))


async def _answered(coroutine: Coroutine[Any, Any, Any], exchange: Exchange | None) -> None:
    """Run an `async` listener. If it raises, its client gets a 500 and nobody else notices."""
    try:
        await coroutine
    except Exception as error:
        console.error(error)
        if exchange is not None and not exchange.finished:
            if exchange.head_sent:
                exchange.abort()
            else:
                text = "500 Internal Server Error: the server's handler failed; its log says why\n"
                exchange.respond(500, [("Content-Type", "text/plain")], text.encode())


class _Listener(HTTPServer):
    """The server of the net floor, telling the Node one what happens to it."""

    def __init__(self, owner: Server, limits: HTTPLimits | None) -> None:
        super().__init__(owner.handle, limits=limits)
        self.owner = owner
        self.sockets: set[Socket] = set()

    async def _close(self, code: int, reason: str) -> None:
        was_listening = self.listening
        for socket in list(self.sockets):
            socket.destroy()
        await super()._close(code, reason)
        if was_listening:
            self.owner.emit("close")


def asks_for_websocket(request: Request) -> bool:
    """Whether this is a WebSocket handshake, even a broken one, which then is told what is wrong.

    Node wants `Connection: upgrade` too, and gives a handshake without it to the page's handler.
    """
    fields = request.headers
    return (
        fields.has_token("Upgrade", "websocket")
        or "Sec-WebSocket-Key" in fields
        or "Sec-WebSocket-Version" in fields
    )


def _listen_arguments(port: Any, host: Any, callback: Any) -> tuple[int, str, Any]:
    if callable(port):
        port, callback = 0, port
    elif callable(host):
        host, callback = None, host
    if isinstance(port, dict):
        unknown = set(port) - {"port", "host"}
        if unknown:
            raise TypeError(f"listen knows port and host, not {', '.join(sorted(unknown))}")
        port, host = port.get("port", 0), port.get("host", host)
    if isinstance(port, str) and port.isdigit():
        port = int(port)
    if isinstance(port, bool) or not isinstance(port, int):
        raise TypeError(f"listen needs a port number, 0 for any free one, not {port!r}")
    if host is not None and not isinstance(host, str):
        raise TypeError(f"listen needs a host name or address, not {host!r}")
    if callback is not None and not callable(callback):
        raise TypeError(f"listen's callback must be a function, not {callback!r}")
    return port, host or "127.0.0.1", callback
