"""The load's Socket.IO clients: raw sockets on which Engine.IO 4 and the namespace "/" are open."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from tests.benchmarks.load import REQUEST, client_frame, connect, read_frame, wait_for_head
from wslab.protocol import Frame, FrameParser, Opcode, encode_frame

PATH = b"/socket.io/?EIO=4&transport=websocket"
EVENT = (
    b'42["message",{"name":"Ada","text":"a line of a chat, as long as most of them are",'
    b'"time":1795847692000}]'
)
CONNECT = client_frame(Frame(Opcode.TEXT, b"40"))
MESSAGE = client_frame(Frame(Opcode.TEXT, EVENT))
LENGTH = len(encode_frame(Frame(Opcode.TEXT, EVENT)))  # as each client receives it


def join_many(port: int, count: int) -> list[socket.socket]:
    """That many clients, one after the other. Raises ConnectionError for one that is not let in."""
    return [_join(port) for _ in range(count)]


def _join(port: int) -> socket.socket:
    one = connect(port)
    one.sendall(REQUEST % (PATH, b""))
    wait_for_head(one, 1)  # byte by byte: the open packet may come together with it
    parser = FrameParser(expect_masked=False)
    for start, answer in ((b'0{"sid":', CONNECT), (b'40{"sid":', b"")):
        payload = read_frame(one, parser).payload
        if not payload.startswith(start):
            raise ConnectionError(f"not {start!r}, but {payload[:200]!r}")
        one.sendall(answer)
    return one


def compare_first(sockets: Sequence[socket.socket]) -> None:
    """The first client sends; all get the same event, byte by byte."""
    sockets[0].sendall(MESSAGE)
    for one in sockets:
        payload = read_frame(one, FrameParser(expect_masked=False)).payload
        assert payload == EVENT, f"not the event, but {payload[:200]!r}"
