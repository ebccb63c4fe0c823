"""What the tests of the Node layer share: a server to talk to, and a client of raw bytes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.waiting import wait_for
from wslab.net.http import HTTPLimits
from wslab.net.raw import KEY, client_frame
from wslab.node import WebSocketConnection, WebSocketRequest, WebSocketServer, http
from wslab.protocol.frames import Frame, FrameParser, Opcode


@dataclass
class Site:
    """A running http server with a WebSocketServer on it, and what arrived there."""

    server: http.Server
    ws: WebSocketServer
    requests: list[WebSocketRequest] = field(default_factory=list)
    connections: list[WebSocketConnection] = field(default_factory=list)
    log: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.server.port

    def first(self) -> WebSocketConnection:
        """The first accepted connection."""
        wait_for(lambda: self.connections, "a connection")
        return self.connections[0]

    def logged(self, *entry: Any) -> None:
        """Wait for an entry in the log."""
        wait_for(lambda: entry in self.log, f"{entry} in {self.log}")


@contextmanager
def site(
    on_request: Callable[[WebSocketRequest], Any] | None = None,
    on_connection: Callable[[WebSocketConnection], Any] | None = None,
    *,
    limits: HTTPLimits | None = None,
    **options: Any,
) -> Iterator[Site]:
    """Accept everything and log messages and closes, unless told otherwise."""
    server = http.createServer(
        lambda request, response: response.writeHead(404).end(), limits=limits
    )
    made = Site(server, WebSocketServer(httpServer=server, **options))

    def accept(request: WebSocketRequest) -> None:
        made.requests.append(request)
        if on_request is not None:
            on_request(request)
            return
        connection = request.accept(None, request.origin)
        watch(connection)

    def watch(connection: WebSocketConnection) -> None:
        connection.on("message", lambda message: made.log.append(("message", plain(message))))
        connection.on("close", lambda *how: made.log.append(("close", *how)))
        if on_connection is not None:
            on_connection(connection)
        made.connections.append(connection)

    made.ws.on("request", accept)
    server.listen(0)
    try:
        yield made
    finally:
        server.close()


def plain(message: Any) -> Any:
    """The data of a message."""
    return message.utf8Data if message.type == "utf8" else message.binaryData


class Wire:
    """A client on a plain socket: it sends what it is told, right or wrong."""

    def __init__(
        self,
        port: int,
        target: str = "/",
        headers: Sequence[tuple[str, str]] = (),
        *,
        host: str | None = None,
        key: str = KEY,
        also: bytes = b"",
    ) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        lines = [
            f"GET {target} HTTP/1.1",
            f"Host: {host or f'127.0.0.1:{port}'}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers),
        ]
        self.socket.sendall("\r\n".join((*lines, "", "")).encode() + also)
        self._parser = FrameParser(expect_masked=False)
        self._frames: list[Frame] = []
        self.head = b""
        self.body = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def handshake(self) -> bytes:
        """The head of the answer."""
        while b"\r\n\r\n" not in self.head:
            part = self.socket.recv(65536)
            assert part, f"closed before the head was there: {self.head!r}"
            self.head += part
        self.head, _, rest = self.head.partition(b"\r\n\r\n")
        self.head += b"\r\n\r\n"
        if b" 101 " in self.head:
            self._frames += self._parser.feed(rest)
        else:
            self.body = rest + self.rest()
        return self.head

    def opened(self) -> Wire:
        """This client, once the handshake has succeeded."""
        assert b" 101 " in self.handshake(), self.head + self.body
        return self

    def send(self, opcode: int, payload: bytes = b"", fin: bool = True) -> None:
        self.socket.sendall(client_frame(opcode, payload, fin=fin))

    def close(self, code: int | None = None, reason: str = "") -> None:
        self.send(8, b"" if code is None else code.to_bytes(2, "big") + reason.encode())

    def frame(self) -> Frame:
        """The next frame from the server."""
        while not self._frames:
            part = self.socket.recv(65536)
            assert part, "closed before a frame came"
            self._frames += self._parser.feed(part)
        return self._frames.pop(0)

    def close_frame(self) -> tuple[int | None, str]:
        """Code and reason of the next frame, which must be a Close."""
        frame = self.frame()
        assert frame.opcode is Opcode.CLOSE, frame
        if not frame.payload:
            return None, ""
        return int.from_bytes(frame.payload[:2], "big"), frame.payload[2:].decode()

    def rest(self) -> bytes:
        """All bytes until the server closes."""
        parts = []
        while part := self.socket.recv(65536):
            parts.append(part)
        return b"".join(parts)


def ask(port: int, text: str) -> tuple[str, bytes]:
    """Send an HTTP request, and return head and body of all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(text.replace("\n", "\r\n").encode())
        parts = []
        while part := client.recv(65536):
            parts.append(part)
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return head.decode("latin-1"), body
