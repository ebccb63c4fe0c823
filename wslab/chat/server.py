"""Socket.IO's server API over `wslab.node`: named events to and from the clients of an HTTP server.

    io = Server(httpServer)

    @io.on("connection")
    def connected(socket):
        socket.on("hello", lambda name, answer: answer(f"hello {name}"))
        socket.broadcast.emit("news", "somebody is here")

Clients connect at /socket.io/. Their packets travel in WebSocket messages as they are; Engine.IO,
which stock Socket.IO clients expect around them, is not spoken yet, and such a client is told so. A
page of another origin is refused (RFC 6455 section 10.2) unless `origins` allows it.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

from wslab.chat.link import Link, LinkOptions
from wslab.chat.listeners import Handler
from wslab.chat.namespace import Broadcast, Namespace
from wslab.chat.sockets import Handshake
from wslab.chat.transport import WebSocketTransport
from wslab.net.entropy import random_source
from wslab.node import WebSocketConnection, WebSocketRequest, WebSocketServer, http
from wslab.node.events import EventEmitter
from wslab.node.threads import wait_on_loop
from wslab.protocol.errors import ForbiddenOrigin
from wslab.protocol.origin import Allowed, check_origin

ENGINE_IO = "this server speaks packets directly over WebSocket, without Engine.IO (EIO=4)"
# RFC 6455 section 7.4.1: codes with which one side says that something went wrong.
_ERRORS = frozenset({1002, 1003, 1007, 1008, 1009, 1010, 1011})


def make_id() -> str:
    """20 characters that nobody can guess."""
    return base64.urlsafe_b64encode(random_source()(15)).decode()


class Server:
    """The clients of one or more HTTP servers. Everything that has to do with "/" is here too.

    origins: as in `wslab.protocol.origin.check_origin`; None means pages of the same host only.
    options: the limits of a client. generate_id: makes the sockets' ids.
    """

    def __init__(
        self,
        http_server: http.Server | None = None,
        *,
        path: str = "/socket.io/",
        origins: Allowed = None,
        options: LinkOptions | None = None,
        generate_id: Callable[[], str] = make_id,
    ) -> None:
        self.path = path
        self.origins = origins
        self.options = options or LinkOptions()
        self._generate_id = generate_id
        self._namespaces: dict[str, Namespace] = {}
        self._links: set[Link] = set()
        self._mounted: list[tuple[http.Server, WebSocketServer]] = []
        self.sockets = self.of("/")
        if http_server is not None:
            self.attach(http_server)

    def __repr__(self) -> str:
        return f"<Socket.IO server, {len(self.sockets.sockets)} connected>"

    def attach(self, http_server: http.Server) -> Server:
        """Serve the clients of this HTTP server."""
        size = self.options.packets.size
        mounted = WebSocketServer(
            httpServer=http_server, maxReceivedFrameSize=size, maxReceivedMessageSize=size
        )
        mounted.on("request", self._requested)
        self._mounted.append((http_server, mounted))
        self._share_requests(http_server)
        return self

    def of(self, name: str) -> Namespace:
        """The namespace of this name, made when it is new."""
        name = name if name.startswith("/") else f"/{name}"
        if name not in self._namespaces:
            self._namespaces[name] = Namespace(name)
        return self._namespaces[name]

    def on(self, event: str, handler: Handler | None = None) -> Any:
        """Call `handler(socket)` at each `connection`; without `handler`, a decorator."""
        return self.sockets.on(event, handler)

    def emit(self, event: str, *args: Any) -> None:
        """Send an event to everybody."""
        self.sockets.emit(event, *args)

    def to(self, room: str) -> Broadcast:
        """Those in a room: `io.to('news').emit(...)`."""
        return self.sockets.to(room)

    def except_(self, room: str) -> Broadcast:
        """Everybody but those in a room."""
        return self.sockets.except_(room)

    def close(self) -> None:
        """Disconnect everybody with 1001 and close the HTTP servers."""
        wait_on_loop(self._close)
        for http_server, mounted in self._mounted:
            mounted.unmount()
            http_server.close()
        self._mounted.clear()

    # Inside, on the background loop

    def _close(self) -> None:
        reason = "server shutting down"
        for link in self._links:
            link.hang_up(1001, reason)  # all first: nobody needs the news that the others leave
        for link in list(self._links):
            link.close(1001, reason)

    def _requested(self, request: WebSocketRequest) -> None:
        url = request.resourceURL
        if url.pathname.rstrip("/") != self.path.rstrip("/"):
            request.reject(404, f"the WebSocket of this server is at {self.path}")
            return
        if "EIO" in url.query:
            request.reject(400, ENGINE_IO)
            return
        try:
            check_origin(request.origin, request.host, self.origins)
        except ForbiddenOrigin as error:
            request.reject(error.status, str(error))
            return
        connection = request.accept(None, request.origin)
        handshake = Handshake(
            address=connection.remoteAddress or "",
            url=request.resource,
            headers=request.httpRequest.headers,
            time=time.time(),
        )
        self._connected(connection, handshake)

    def _connected(self, connection: WebSocketConnection, handshake: Handshake) -> None:
        transport = WebSocketTransport(connection)
        link = Link(transport, self._namespaces, handshake, self.options, self._generate_id)
        self._links.add(link)

        def message(received: Any) -> None:
            if received.type == "utf8":
                link.receive(received.utf8Data)
            else:
                link.close(1003, "parse error", "binary messages are not supported")

        def closed(code: int, description: str) -> None:
            self._links.discard(link)
            how = "transport error" if code in _ERRORS else "transport close"
            link.lost(how, f"{code} {description}".rstrip())

        connection.on("message", message)
        connection.on("close", closed)

    def _share_requests(self, http_server: http.Server) -> None:
        """Answer plain HTTP requests below our path; the others go where they went before."""
        others = EventEmitter()
        for listener in http_server.listeners("request"):
            others.on("request", listener)
        http_server.removeAllListeners("request")

        def requested(request: http.IncomingMessage, response: http.ServerResponse) -> None:
            path, _, query = (request.url or "").partition("?")
            if path.rstrip("/") == self.path.rstrip("/"):
                text = ENGINE_IO if "EIO=" in query else "a WebSocket is served here"
                _answer(response, 400 if "EIO=" in query else 426, text)
            elif not others.emit("request", request, response):
                _answer(response, 404, "nothing is served at this path")

        http_server.on("request", requested)


def _answer(response: http.ServerResponse, status: int, text: str) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if status == 426:  # RFC 9110 section 15.5.22
        headers |= {"Upgrade": "websocket", "Connection": "Upgrade"}
    response.writeHead(status, headers)
    response.end(f"{status} {http.STATUS_CODES[status]}: {text}\n")
