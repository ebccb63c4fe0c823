"""WebSocketServer: WebSockets on the port of an http server (RFC 6455 section 4.2).

    wsServer = WebSocketServer(httpServer=server)
    wsServer.on("request", lambda request: request.accept(None, request.origin))

A request that asks for a WebSocket comes here, any other goes to the http server's own handler. A
broken handshake is answered with the right status and a body that says which header is wrong and
why.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.peer import Peer
from wslab.node.config import SERVER_DEFAULTS, make_config
from wslab.node.connection import Buffer, WebSocketConnection, to_text
from wslab.node.events import EventEmitter
from wslab.node.http import Server
from wslab.node.incoming import IncomingMessage
from wslab.node.request import WebSocketRequest
from wslab.node.sockets import Socket
from wslab.node.threads import on_loop, soon, wait_on_loop
from wslab.protocol.broadcast import Broadcast
from wslab.protocol.errors import HandshakeError
from wslab.protocol.handshake import check_origin, refusal

NO_SERVER = "You must specify an httpServer on which to mount the WebSocket server."
NO_LISTENER = "No handler is configured to accept the connection."


class WebSocketServer(EventEmitter):
    """Events: request(webSocketRequest), connect(webSocketConnection), upgradeError(error),
    close(webSocketConnection, closeReason, description).

    Options are given as a dict or as keyword arguments; `wslab.node.config` explains each one. With
    options the server is mounted at once. pendingRequests: requests not yet accepted or rejected.
    opened, closed: wslab's own, how many connections were opened and have ended, handlers included.
    """

    def __init__(self, serverConfig: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__()
        self.config = make_config("WebSocketServer", SERVER_DEFAULTS, None, {})
        self.pendingRequests: list[WebSocketRequest] = []
        self.opened = 0
        self.closed = 0
        self._connections: dict[WebSocketConnection, None] = {}
        self._mounted: list[tuple[Server, Callable[..., None]]] = []
        self._deciding: WebSocketRequest | None = None
        if serverConfig is not None or options:
            self.mount(serverConfig, **options)

    def __repr__(self) -> str:
        return f"<WebSocketServer: {len(self._connections)} connections>"

    @property
    def connections(self) -> list[WebSocketConnection]:
        """The open connections, oldest first."""
        return list(self._connections)

    def mount(self, serverConfig: Mapping[str, Any] | None = None, **options: Any) -> None:
        """Set the options, and handle the upgrade requests of config.httpServer.

        Raises ValueError without an httpServer, TypeError for an option that does not exist.
        """
        config = make_config("WebSocketServer", SERVER_DEFAULTS, serverConfig, options)
        given = config["httpServer"]
        servers = list(given) if isinstance(given, (list, tuple)) else [given]
        if given is None or not servers:
            raise ValueError(NO_SERVER)
        for server in servers:
            if not isinstance(server, Server):
                raise TypeError(f"httpServer must come from http.createServer, not {server!r}")
        self.unmount()
        config["httpServer"] = servers
        self.config = config
        for server in servers:
            listener = self._listener_for(server)
            self._mounted.append((server, listener))
            server.on("upgrade", listener)

    def unmount(self) -> None:
        """Handle no more upgrade requests. Open connections go on."""
        for server, listener in self._mounted:
            server.off("upgrade", listener)
        self._mounted.clear()

    def closeAllConnections(self) -> None:
        """Close each connection with code 1000, and reject pending requests with 503."""
        wait_on_loop(self._close_all)

    def shutDown(self) -> None:
        """unmount() and closeAllConnections(); the http server goes on listening."""
        self.unmount()
        self.closeAllConnections()

    def broadcast(self, data: object) -> None:
        """Send to every connection: bytes as a binary message, anything else as text."""
        if isinstance(data, (bytes, bytearray, memoryview)):
            self.broadcastBytes(data)
        else:
            self.broadcastUTF(data)

    def broadcastUTF(self, string: object) -> None:
        """Send a text to every connection. It is encoded once for all of them."""
        self._broadcast(to_text(string))

    def broadcastBytes(self, buffer: Buffer) -> None:
        """Send bytes to every connection. They are encoded once for all of them."""
        self._broadcast(bytes(buffer))

    async def until(self, *, opened: int = 0, closed: int = 0, timeout: float = 5.0) -> None:
        """wslab's own: wait until so many connections were opened, and so many have ended.

        `timeout` is in seconds. Raises TimeoutError that says what was there instead.
        """
        wanted = {"opened": opened, "closed": closed}
        what = " and ".join(f"{count} {name}" for name, count in wanted.items() if count)
        try:
            await until(lambda: self.opened >= opened and self.closed >= closed, what, timeout)
        except TimeoutError as error:
            raise TimeoutError(f"{error}: {self.opened} opened, {self.closed} closed") from None

    # Inside, on the background loop

    def _listener_for(self, server: Server) -> Callable[..., None]:
        def upgrade(request: IncomingMessage, socket: Socket, head: bytes) -> None:
            self._upgrade(server, request, socket)

        return upgrade

    def _upgrade(self, server: Server, httpRequest: IncomingMessage, socket: Socket) -> None:
        if socket.answered:
            return  # another WebSocketServer on the same http server was first
        request = WebSocketRequest(socket, httpRequest, self.config, number=socket.number)
        try:
            request.readHandshake()
            if self.config["autoAcceptConnections"]:
                check_origin(request.origin, request.host)
        except HandshakeError as error:
            socket.answer(refusal(error).serialize())
            self.emit("upgradeError", error)
            return
        self.pendingRequests.append(request)
        request.once("requestAccepted", lambda connection: self._accepted(server, connection))
        request.once("requestResolved", self._no_longer_pending)
        socket.once("close", lambda hadError: self._no_longer_pending(request))
        self._decide(request)

    def _decide(self, request: WebSocketRequest) -> None:
        if self.config["autoAcceptConnections"]:
            offered = request.requestedProtocols
            request.accept(offered[0] if offered else None, request.origin)
        elif not self.listenerCount("request"):
            request.reject(404, NO_LISTENER)
        else:
            self._deciding = request
            try:
                self.emit("request", request)
            except Exception as error:
                self._decision_failed(request, error)
            finally:
                self._deciding = None

    def _run_async(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        request = self._deciding

        async def guarded() -> None:
            try:
                await coroutine
            except Exception as error:
                self._decision_failed(request, error)

        super()._run_async(guarded())

    def _decision_failed(self, request: WebSocketRequest | None, error: Exception) -> None:
        """A listener raised: 1011 if it had accepted, else 500; nobody else notices."""
        if request is not None and request.connection is not None:
            request.connection.handler_failed(error)
            return
        console.error(error)
        if request in self.pendingRequests:
            request.reject(500)

    def _no_longer_pending(self, request: WebSocketRequest) -> None:
        if request in self.pendingRequests:
            self.pendingRequests.remove(request)

    def _accepted(self, server: Server, connection: WebSocketConnection) -> None:
        self._connections[connection] = None

        def ended(peer: Peer) -> None:
            self._connections.pop(connection, None)
            try:
                self.emit(
                    "close", connection, connection.closeReasonCode, connection.closeDescription
                )
            except Exception as error:
                console.error(error)
            self.closed += 1

        connection.adopt(server.adopt, ended)
        soon(self._count_opened)  # after the handler that accepts has set its listeners
        self.emit("connect", connection)

    def _count_opened(self) -> None:
        self.opened += 1

    def _close_all(self) -> None:
        for connection in self.connections:
            connection.close()
        for request in list(self.pendingRequests):
            request.reject(503)

    def _broadcast(self, data: str | bytes) -> None:
        if self._connections:
            on_loop(self._write_to_all, self._encode(data))

    def _encode(self, data: str | bytes) -> Broadcast:
        size = self.config["fragmentationThreshold"]
        return Broadcast(data, size if self.config["fragmentOutgoingMessages"] else None)

    def _write_to_all(self, message: Broadcast) -> None:
        for connection in list(self._connections):
            connection.write_encoded(message)
