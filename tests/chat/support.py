"""What the chat's tests share: servers that are always closed, and a raw client.

The raw client is the library `websockets`, so that the wire is judged by somebody else.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.net.support import reset
from wslab.chat import ChatRoom, Server
from wslab.node import http

ENGINE = "EIO=4&transport=websocket"


@contextmanager
def serving(**options: Any) -> Iterator[tuple[Server, str]]:
    """A bare Socket.IO server, and where its WebSocket is."""
    http_server = http.createServer()
    io = Server(http_server, **options)
    http_server.listen(0)
    try:
        yield io, f"{http_server.url}socket.io/?{ENGINE}"
    finally:
        io.close()


@contextmanager
def chatting(**options: Any) -> Iterator[ChatRoom]:
    """A chat room."""
    room = ChatRoom(**options)
    room.listen(0)
    try:
        yield room
    finally:
        room.close()


class Raw:
    """A client that sends and receives Socket.IO packets as text, and asks nothing about them. Of
    Engine.IO it knows the 4 that stands before them.
    """

    def __init__(self, ws: ClientConnection) -> None:
        self.ws = ws
        self.sid = ""
        self.opening = json.loads(self._text()[1:])

    def send(self, *packets: str | bytes) -> None:
        """Send packets, as far as the server lets us."""
        with suppress(ConnectionClosed):
            for packet in packets:
                self.ws.send(f"4{packet}" if isinstance(packet, str) else packet)

    def _text(self) -> str:
        text = self.ws.recv(timeout=10)
        assert isinstance(text, str)
        return text

    def receive(self) -> str:
        text = self._text()
        assert text.startswith("4"), text
        return text[1:]

    def event(self) -> list[Any]:
        """The name and arguments of the next packet, which must be an event without an ack."""
        text = self.receive()
        assert text.startswith("2["), text
        event: list[Any] = json.loads(text[1:])
        return event

    def ask(self, number: int, *event: Any) -> Any:
        """Send an event, and return the arguments of its acknowledgement, which must come next."""
        self.send(f"2{number}{json.dumps(event)}")
        text = self.receive()
        assert text.startswith(f"3{number}["), text
        return json.loads(text[1 + len(str(number)) :])

    def closed(self) -> tuple[int, str]:
        """Read on until the server closes; its close code and reason."""
        try:
            while True:
                self.ws.recv(timeout=10)
        except ConnectionClosed as closed:
            assert closed.rcvd is not None, "the server ended TCP without a close frame"
            return closed.rcvd.code, closed.rcvd.reason

    def quiet(self) -> bool:
        """Whether nothing has arrived up to now: the server has answered a ping since."""
        self.ws.ping().wait(10)
        try:
            self.ws.recv(timeout=0)
        except TimeoutError:
            return True
        return False

    def vanish(self) -> None:
        """End without a word: TCP is reset."""
        reset(self.ws.socket)


@contextmanager
def unconnected(url: str, **options: Any) -> Iterator[Raw]:
    """An open WebSocket on which no CONNECT was sent."""
    with connect(url, close_timeout=1, **options) as ws:
        yield Raw(ws)


@contextmanager
def connected(url: str, *, auth: Any = None, **options: Any) -> Iterator[Raw]:
    """A client in the namespace "/"."""
    with unconnected(url, **options) as raw:
        raw.send("0" if auth is None else f"0{json.dumps(auth)}")
        answer = raw.receive()
        assert answer.startswith('0{"sid":"'), answer
        raw.sid = json.loads(answer[1:])["sid"]
        yield raw


def fetch(
    url: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a page, also when it is an error."""
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


@contextmanager
def freezing(port: int) -> Iterator[tuple[str, threading.Event]]:
    """A proxy to a port, and the event that makes it swallow everything; its URL."""
    frozen = threading.Event()
    with _proxy(port, lambda data: b"" if frozen.is_set() else data) as host:
        yield f"ws://{host}/", frozen


@contextmanager
def prefixed(port: int, prefix: str) -> Iterator[str]:
    """A proxy that serves a port below a path, as jupyter-server-proxy does; its URL."""
    start = rb"^GET %s/?" % prefix.encode()
    with _proxy(port, lambda data: re.sub(start, b"GET /", data)) as host:
        yield f"http://{host}{prefix}/"


@contextmanager
def _proxy(port: int, change: Callable[[bytes], bytes]) -> Iterator[str]:
    """A proxy that changes each piece on its way; its host and port."""
    listener = socket.create_server(("127.0.0.1", 0))
    sockets: list[socket.socket] = [listener]

    def relay(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(change(data))
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client = listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", port))
                sockets.extend((client, server))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=relay, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
