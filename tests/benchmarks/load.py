"""The load: many clients in one thread, cheaper than any of the servers.

Raw sockets and epoll; what goes out was masked beforehand, and of what comes back only the bytes
are counted. Each connection's first answer is compared in full.
"""

from __future__ import annotations

import select
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from wslab.protocol import Frame, FrameParser, Opcode, encode_frame

REQUEST = (
    b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%b\r\n"
)
OFFER = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
MASK = b"\x37\xfa\x21\x3d"
CHUNK = 262_144
BATCH = 100  # connections that are under way at once; no more than a backlog holds


SECONDS = 20.0  # without an answer, after which a server is given up
# On Linux, what is only counted stays in the system: a load that copies less is less of a limit.
UNREAD = getattr(socket, "MSG_TRUNC", 0) if sys.platform == "linux" else 0


def client_frame(frame: Frame) -> bytes:
    """Its bytes, masked."""
    frame.mask = MASK
    return encode_frame(frame)


CLOSE = client_frame(Frame(Opcode.CLOSE, b"\x03\xe8"))


def open_many(port: int, count: int, offer: bytes = b"") -> list[socket.socket]:
    """That many WebSockets. Raises ConnectionError for an answer that is not 101."""
    made: list[socket.socket] = []
    for start in range(0, count, BATCH):
        batch = [connect(port) for _ in range(min(BATCH, count - start))]
        for one in batch:
            one.sendall(REQUEST % (b"/", offer))
        for one in batch:
            wait_for_head(one, 4096)
        made += batch
    return made


def connect(port: int) -> socket.socket:
    """A connection of TCP."""
    one = socket.create_connection(("127.0.0.1", port), SECONDS)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return one


def wait_for_head(one: socket.socket, size: int) -> None:
    """Read the answer, `size` bytes at once. Raises ConnectionError when it is not 101."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = one.recv(size)
        head += piece
        if not piece or not head.startswith(b"HTTP/1.1 101"[: len(head)]):
            raise ConnectionError(f"no WebSocket: {head[:200]!r}")


def close_many(sockets: Sequence[socket.socket]) -> None:
    """Cut them all."""
    for one in sockets:
        one.close()


def shake_hands_and_close(sockets: Sequence[socket.socket]) -> None:
    """End them all by the closing handshake: our Close, the server's, then the end of TCP."""
    for one in sockets:
        one.sendall(CLOSE)
    for one in sockets:
        answer = one.recv(4096)
        if answer[:1] != b"\x88":
            raise ConnectionError(f"no Close frame: {answer[:200]!r}")
        while one.recv(4096):
            pass
        one.close()


def read_frame(one: socket.socket, parser: FrameParser) -> Frame:
    """The next whole frame, waiting for it."""
    one.settimeout(SECONDS)
    while True:
        if frames := parser.feed(one.recv(1 << 20)):
            return frames[0]


class _Senders:
    """Non-blocking sockets that send, what did not fit going out when there is room for it."""

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self.poller = select.epoll()
        self.sends: dict[int, Callable[[memoryview | bytes], int]] = {}
        self._unsent: dict[int, memoryview] = {}
        for one in sockets:
            one.setblocking(False)
            self.sends[one.fileno()] = one.send
            self.poller.register(one.fileno(), select.EPOLLIN)

    def send(self, number: int, data: memoryview | bytes) -> None:
        """Send to the socket with this file descriptor."""
        try:
            sent = self.sends[number](data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self._unsent[number] = memoryview(data)[sent:]
            self.poller.modify(number, select.EPOLLIN | select.EPOLLOUT)
        elif self._unsent and self._unsent.pop(number, None):
            self.poller.modify(number, select.EPOLLIN)

    def ready(self, seconds: float) -> Iterator[int]:
        """The sockets that something has come for. Raises TimeoutError when nothing comes."""
        events = self.poller.poll(seconds)
        if not events:
            raise TimeoutError(f"the server sent nothing for {seconds:g} s")
        for number, event in events:
            if event & select.EPOLLOUT:
                self.send(number, self._unsent[number])
            if event & ~select.EPOLLOUT:
                yield number


def echo_counted(
    sockets: Sequence[socket.socket], message: bytes, length: int, seconds: float
) -> int:
    """As `echo`, for one message whose answers have `length` bytes: with less work for each."""
    senders, buffer = _Senders(sockets), bytearray(CHUNK)
    send = senders.send
    receive = {one.fileno(): one.recv_into for one in sockets}
    came = dict.fromkeys(receive, 0)
    for number in receive:
        send(number, message)
    answers, end, open_questions = 0, time.perf_counter() + seconds, len(sockets)
    while open_questions:
        asking = time.perf_counter() < end
        for number in senders.ready(SECONDS):
            got = receive[number](buffer, CHUNK, UNREAD)
            if not got:
                raise ConnectionError("the server closed a connection")
            got = came[number] = came[number] + got
            if got >= length:
                came[number] = 0
                if asking:
                    answers += 1
                    send(number, message)
                else:
                    open_questions -= 1
    senders.poller.close()
    return answers


def echo(
    sockets: Sequence[socket.socket],
    messages: Sequence[bytes],
    whole: Callable[[bytearray], int],
    seconds: float,
) -> int:
    """Each socket sends a message, waits for the answer, sends the next: the number of answers
    within that time. What is under way then is still read, and nothing is left for the next run.

    whole: how many bytes at the beginning of what came are one answer, 0 if it is not complete.
    """
    senders = _Senders(sockets)
    receive = {one.fileno(): one.recv for one in sockets}
    came = {number: bytearray() for number in receive}
    turn = dict.fromkeys(receive, 0)
    for number in receive:
        senders.send(number, messages[0])
    answers, end, open_questions = 0, time.perf_counter() + seconds, len(sockets)
    while open_questions:
        asking = time.perf_counter() < end
        for number in senders.ready(SECONDS):
            data = receive[number](CHUNK)
            if not data:
                raise ConnectionError("the server closed a connection")
            got = came[number]
            got += data
            if length := whole(got):
                del got[:length]
                if asking:
                    answers += 1
                    turn[number] += 1
                    senders.send(number, messages[turn[number] % len(messages)])
                else:
                    open_questions -= 1
    senders.poller.close()
    return answers


def broadcasts(
    sockets: Sequence[socket.socket], message: bytes, length: int, seconds: float
) -> int:
    """The first socket sends, and again when all have received it: the number of deliveries.

    length: bytes of the message as each of them receives it.
    """
    senders, buffer = _Senders(sockets), bytearray(65536)
    receive = {one.fileno(): one.recv_into for one in sockets}
    delivered, end = 0, time.perf_counter() + seconds
    expected = length * len(sockets)
    while time.perf_counter() < end:
        sockets[0].send(message)
        missing = expected
        while missing:
            for number in senders.ready(SECONDS):
                got = receive[number](buffer, 65536, UNREAD)
                if not got:
                    raise ConnectionError("the server closed a connection")
                missing -= got
        delivered += len(sockets)
    senders.poller.close()
    return delivered


def frame_length(data: bytearray) -> int:
    """Bytes of the server's frame at the beginning, 0 while it is not complete."""
    if len(data) < 2:
        return 0
    length, header = data[1], 2
    if length > 125:
        header = 4 if length == 126 else 10
        if len(data) < header:
            return 0
        length = int.from_bytes(data[2:header], "big")
    return header + length if len(data) >= header + length else 0
