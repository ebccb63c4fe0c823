"""The load: many clients in one thread, cheaper than any of the servers.

Raw sockets and epoll; what goes out was masked beforehand, and of what comes back only the bytes
are counted. Each connection's first answer is compared in full.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Sequence

from wslab.protocol import Frame, FrameParser, encode_frame

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%b\r\n"
)
OFFER = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
MASK = b"\x37\xfa\x21\x3d"
CHUNK = 262_144
BATCH = 100  # connections that are under way at once; no more than a backlog holds


def client_frame(frame: Frame) -> bytes:
    """Its bytes, masked."""
    frame.mask = MASK
    return encode_frame(frame)


def open_many(port: int, count: int, offer: bytes = b"") -> list[socket.socket]:
    """That many WebSockets. Raises ConnectionError for an answer that is not 101."""
    made: list[socket.socket] = []
    for start in range(0, count, BATCH):
        batch = [
            socket.create_connection(("127.0.0.1", port))
            for _ in range(min(BATCH, count - start))
        ]
        for one in batch:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.sendall(REQUEST % offer)
        for one in batch:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                piece = one.recv(4096)
                head += piece
                if not piece or not head.startswith(b"HTTP/1.1 101"[: len(head)]):
                    raise ConnectionError(f"no WebSocket: {head[:200]!r}")
        made += batch
    return made


def close_many(sockets: Sequence[socket.socket]) -> None:
    """End them all."""
    for one in sockets:
        one.close()


def read_frame(one: socket.socket, parser: FrameParser) -> Frame:
    """The next whole frame, waiting for it."""
    one.setblocking(True)
    one.settimeout(20)
    while True:
        if frames := parser.feed(one.recv(1 << 20)):
            return frames[0]


def echo_counted(
    sockets: Sequence[socket.socket], message: bytes, length: int, seconds: float
) -> int:
    """As `echo`, for one message whose answers have `length` bytes: with less work for each."""
    poller, buffer = select.epoll(), bytearray(CHUNK)
    came, unsent, calls = {}, {}, {}

    def send(number: int, data: memoryview | bytes) -> None:
        try:
            sent = calls[number][1](data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            unsent[number] = memoryview(data)[sent:]
            poller.modify(number, select.EPOLLIN | select.EPOLLOUT)
        elif unsent and unsent.pop(number, None):
            poller.modify(number, select.EPOLLIN)

    for one in sockets:
        number = one.fileno()
        one.setblocking(False)
        poller.register(number, select.EPOLLIN)
        came[number], calls[number] = 0, (one.recv_into, one.send)
        send(number, message)
    answers, end, poll = 0, time.perf_counter() + seconds, poller.poll
    while time.perf_counter() < end:
        for number, event in poll(1.0):
            if event & select.EPOLLOUT:
                send(number, unsent[number])
            if event & ~select.EPOLLOUT:
                got = calls[number][0](buffer)
                if not got:
                    raise ConnectionError("the server closed a connection")
                got = came[number] = came[number] + got
                if got >= length:
                    came[number] = 0
                    answers += 1
                    send(number, message)
    poller.close()
    return answers


def echo(
    sockets: Sequence[socket.socket],
    messages: Sequence[bytes],
    whole: Callable[[bytearray], int],
    seconds: float,
) -> int:
    """Each socket sends a message, waits for the answer, sends the next: the number of answers.

    whole: how many bytes at the beginning of what came are one answer, 0 if it is not complete.
    """
    poller = select.epoll()
    by_number = {one.fileno(): one for one in sockets}
    came = {number: bytearray() for number in by_number}
    unsent: dict[int, memoryview] = {}
    turn = dict.fromkeys(by_number, 0)

    def send(number: int, data: memoryview | bytes) -> None:
        try:
            sent = by_number[number].send(data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            unsent[number] = memoryview(data)[sent:]
            poller.modify(number, select.EPOLLIN | select.EPOLLOUT)
        elif number in unsent:
            del unsent[number]
            poller.modify(number, select.EPOLLIN)

    for number, one in by_number.items():
        one.setblocking(False)
        poller.register(number, select.EPOLLIN)
        send(number, messages[0])
    answers, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for number, event in poller.poll(1.0):
            if event & select.EPOLLOUT:
                send(number, unsent[number])
            if event & ~select.EPOLLOUT:
                data = by_number[number].recv(CHUNK)
                if not data:
                    raise ConnectionError("the server closed a connection")
                got = came[number]
                got += data
                if length := whole(got):
                    del got[:length]
                    answers += 1
                    turn[number] += 1
                    send(number, messages[turn[number] % len(messages)])
    poller.close()
    return answers


def broadcasts(
    sockets: Sequence[socket.socket], message: bytes, length: int, seconds: float
) -> int:
    """The first socket sends, and again when all have received it: the number of deliveries.

    length: bytes of the message as each of them receives it.
    """
    poller, buffer = select.epoll(), bytearray(65536)
    receive = {one.fileno(): one.recv_into for one in sockets}
    for one in sockets:
        one.setblocking(False)
        poller.register(one.fileno(), select.EPOLLIN)
    delivered, end = 0, time.perf_counter() + seconds
    expected = length * len(sockets)
    while time.perf_counter() < end:
        sockets[0].send(message)
        missing = expected
        while missing:
            for number, _ in poller.poll(5.0):
                got = receive[number](buffer)
                if not got:
                    raise ConnectionError("the server closed a connection")
                missing -= got
        delivered += len(sockets)
    poller.close()
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
