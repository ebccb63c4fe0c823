"""A server that is right, in another style: a thread for each connection, and nothing but sockets.

    with running() as server:
        server.port
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from base64 import standard_b64encode
from codecs import getincrementaldecoder
from collections.abc import Iterator
from hashlib import new

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MOST = 100_000
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class Fault(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


class Gone(Exception):
    """The client ended TCP."""


class Conversation:
    """One client."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.kept = b""

    def take(self, count: int) -> bytes:
        while len(self.kept) < count:
            self.more()
        taken, self.kept = self.kept[:count], self.kept[count:]
        return taken

    def more(self) -> None:
        data = self.connection.recv(4096)
        if not data:
            raise Gone
        self.kept += data

    def say(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size > 0xFFFF:
            header = struct.pack("!BBQ", 0x80 + opcode, 127, size)
        elif size > 125:
            header = struct.pack("!BBH", 0x80 + opcode, 126, size)
        else:
            header = struct.pack("!BB", 0x80 + opcode, size)
        self.connection.sendall(header + payload)

    def shake_hands(self) -> bool:
        while b"\r\n\r\n" not in self.kept:
            self.more()
        head, self.kept = self.kept.split(b"\r\n\r\n", 1)
        fields = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, value = line.split(":", 1)
            fields[name.strip().title()] = value.strip()
        key = fields.get("Sec-Websocket-Key")
        if not key or "websocket" not in fields.get("Upgrade", "").lower():
            self.connection.sendall(b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\n\r\n")
            return False
        proof = standard_b64encode(new("sha1", (key + MAGIC).encode()).digest()).decode()
        lines = ["HTTP/1.1 101 Go ahead", "Connection: upgrade", "Upgrade: WebSocket"]
        lines += [f"Sec-WebSocket-Accept: {proof}", "", ""]
        self.connection.sendall("\r\n".join(lines).encode())
        return True

    def frame(self, had: int) -> tuple[int, int, bytes]:
        start, size = self.take(2)
        opcode, masked, size = start % 16, size >= 128, size % 128
        control = opcode in (CLOSE, PING, PONG)
        if not masked or start & 0x70 or not (control or opcode in (CONT, TEXT, BINARY)):
            raise Fault(1002)
        if control and (size > 125 or start < 128):
            raise Fault(1002)
        if size == 126:
            (size,) = struct.unpack("!H", self.take(2))
            if size < 126:
                raise Fault(1002)
        elif size == 127:
            (size,) = struct.unpack("!Q", self.take(8))
            if size <= 0xFFFF:
                raise Fault(1002)
        if not control and had + size > MOST:
            raise Fault(1009)
        mask = self.take(4) * (size // 4 + 1)
        number = int.from_bytes(self.take(size), "big") ^ int.from_bytes(mask[:size], "big")
        return start // 128, opcode, number.to_bytes(size, "big")

    def talk(self) -> None:
        parts: list[bytes] = []
        kind: int | None = None
        decoder = getincrementaldecoder("utf-8")()
        while True:
            fin, opcode, payload = self.frame(sum(map(len, parts)))
            if opcode == CLOSE:
                return self.say(CLOSE, checked(payload))
            if opcode == PING:
                self.say(PONG, payload)
            if opcode >= CLOSE:
                continue
            if (opcode == CONT) == (kind is None):
                raise Fault(1002)
            if kind is None:
                kind, parts = opcode, []
                decoder.reset()
            parts.append(payload)
            if kind == TEXT:
                try:
                    decoder.decode(payload, final=bool(fin))
                except UnicodeDecodeError:
                    raise Fault(1007) from None
            if fin:
                self.say(kind, b"".join(parts))
                kind, parts = None, []

    def run(self) -> None:
        with self.connection, contextlib.suppress(Gone, OSError):
            try:
                if self.shake_hands():
                    self.talk()
            except Fault as fault:
                self.say(CLOSE, struct.pack("!H", fault.code))
            self.connection.shutdown(socket.SHUT_WR)
            while self.connection.recv(4096):  # else unread bytes would reset the connection
                pass


def checked(payload: bytes) -> bytes:
    """The payload of a Close, good enough to send back."""
    if not payload:
        return b""
    if len(payload) == 1:
        raise Fault(1002)
    code = payload[0] * 256 + payload[1]
    if not (3000 <= code < 5000 or code in (1000, 1001, 1002, 1003) or 1007 <= code <= 1014):
        raise Fault(1002)
    try:
        str(payload[2:], "utf-8")
    except UnicodeDecodeError:
        raise Fault(1007) from None
    return payload


class Server:
    """It listens while `running` lasts."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=Conversation(connection).run, daemon=True).start()


@contextlib.contextmanager
def running() -> Iterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        server.thread.join(5)
