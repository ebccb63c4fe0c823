"""Socket.IO's server API over `wslab.node`: named events to and from the clients of an HTTP server.

    io = Server(httpServer)

    @io.on("connection")
    def connected(socket):
        socket.on("hello", lambda name, answer: answer(f"hello {name}"))
        socket.broadcast.emit("news", "somebody is here")

Clients connect at /socket.io/, with Engine.IO around the packets: stock Socket.IO clients, by long
polling and by WebSocket. A page of another origin is refused (RFC 6455 section 10.2) unless
`origins` allows it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wslab.chat.engine import EngineOptions, EngineServer, Session
from wslab.chat.engine.server import Visit, make_id
from wslab.chat.engine.session import answer
from wslab.chat.link import Link, LinkOptions
from wslab.chat.listeners import Handler
from wslab.chat.namespace import Broadcast, Namespace
from wslab.chat.sockets import Handshake
from wslab.node import WebSocketRequest, WebSocketServer, http
from wslab.node.events import EventEmitter
from wslab.node.threads import wait_on_loop
from wslab.protocol.origin import Allowed


class Server:
    """The clients of one or more HTTP servers. Everything that has to do with "/" is here too.

    origins: as in `wslab.protocol.origin.check_origin`; None means pages of the same host only.
    options: the limits of a client. engine: heartbeats and sizes. generate_id: makes the ids.
    """

    def __init__(
        self,
        http_server: http.Server | None = None,
        *,
        path: str = "/socket.io/",
        origins: Allowed = None,
        options: LinkOptions | None = None,
        engine: EngineOptions | None = None,
        generate_id: Callable[[], str] = make_id,
    ) -> None:
        self.path = path
        self.options = options or LinkOptions()
        self.engine = EngineServer(
            self._opened, options=engine, origins=origins, generate_id=generate_id
        )
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
        """Serve the clients of this HTTP server. It then takes bodies of `max_payload` at least."""
        size = self.engine.options.max_payload
        net = http_server._net
        net.limits = replace(net.limits, body_size=max(net.limits.body_size, size))
        mounted = WebSocketServer(
            httpServer=http_server,
            maxReceivedFrameSize=size,
            maxReceivedMessageSize=size,
            keepalive=False,  # Engine.IO has a heartbeat of its own
        )
        mounted.on("request", self._requested)
        http_server.on("close", self._listener_closed)
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

    def use(self, middleware: Handler) -> Handler:
        """Ask `middleware(socket, next)` who may come in: see `wslab.chat.middleware`."""
        return self.sockets.use(middleware)

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
        for link in list(self._links):
            link.hang_up(1001, reason)  # all first: nobody needs the news that the others leave
        for link in list(self._links):
            link.close(1001, reason)

    def _listener_closed(self) -> None:
        """Without a listener nobody can poll any more."""
        if not any(http_server.listening for http_server, _ in self._mounted):
            for session in list(self.engine.sessions.values()):
                session.close(1001, "server is closing")

    def _requested(self, request: WebSocketRequest) -> None:
        if request.resourceURL.pathname.rstrip("/") == self.path.rstrip("/"):
            self.engine.upgrade(request)
        else:
            request.reject(404, f"the WebSocket of this server is at {self.path}")

    def _opened(self, session: Session, visit: Visit) -> None:
        handshake = Handshake(visit.address, visit.url, visit.headers, time.time())
        link = Link(session, self._namespaces, handshake, self.options, self._generate_id)
        self._links.add(link)

        def closed(reason: str, description: str) -> None:
            self._links.discard(link)
            link.lost(reason, description)

        session.on_message = link.receive
        session.on_closed = closed

    def _share_requests(self, http_server: http.Server) -> None:
        """Answer plain HTTP requests below our path; the others go where they went before."""
        others = EventEmitter()
        for listener in http_server.listeners("request"):
            others.on("request", listener)
        http_server.removeAllListeners("request")

        def requested(request: http.IncomingMessage, response: http.ServerResponse) -> None:
            path = (request.url or "").partition("?")[0]
            if path.rstrip("/") == self.path.rstrip("/"):
                self.engine.handle(request, response)
            elif not others.emit("request", request, response):
                answer(response, 404, "404 Not Found: nothing is served at this path\n")

        http_server.on("request", requested)
