"""What is measured: one function a figure, each for one server and one round.

A figure gives numbers by name. "score" is the one that is compared with the peers'; higher is
better, except where the figure's `Target` says that it is a cost.
"""

from __future__ import annotations

import json
import random
import string
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.benchmarks.load import (
    OFFER,
    broadcasts,
    client_frame,
    close_many,
    echo,
    echo_counted,
    frame_length,
    open_many,
    read_frame,
    shake_hands_and_close,
)
from tests.benchmarks.peers import Server, serving
from tests.benchmarks.socket_io import LENGTH, MESSAGE, compare_first, join_many
from wslab.protocol import Frame, FrameParser, Opcode

Numbers = dict[str, float]
TEXT = b"x" * 64

_draw = random.Random(7692)
# 64 KiB in all, twice a window, so that no message is found whole in what was sent before.
ROWS = [
    json.dumps(
        [
            {
                "symbol": "".join(_draw.choices(string.ascii_uppercase, k=4)),
                "at": _draw.randrange(10**9),
                "price": round(_draw.uniform(1, 500), 2),
            }
            for _ in range(32)
        ]
    ).encode()[:1024]
    for _ in range(64)
]


@dataclass(frozen=True)
class Figure:
    """A figure: how it is measured, of whom, and the least that wslab is to reach.

    targets: by peer, the ratio of wslab's score to the peer's; at least that, or at most where
    `cost` says that less is better.
    """

    name: str
    unit: str
    measure: Callable[[str, float], Numbers]
    peers: tuple[str, ...]
    targets: dict[str, float] = field(default_factory=dict)
    cost: bool = False


def _timed(server: Server, run: Callable[[], int]) -> Numbers:
    """How many a second, the server's time for each, and how busy the load generator was."""
    cpu, own, start = server.cpu, time.process_time(), time.perf_counter()
    count = run()
    seconds = time.perf_counter() - start
    return {
        "score": count / seconds,
        "server µs": (server.cpu - cpu) / max(count, 1) * 1e6,
        "load %": (time.process_time() - own) / seconds * 100,
    }


def echoes(peer: str, seconds: float) -> Numbers:
    """50 connections, 64 bytes of text, one message in flight on each."""
    with serving(peer, "echo") as server:
        sockets = open_many(server.port, 50)
        message = client_frame(Frame(Opcode.TEXT, TEXT))
        for one in sockets:
            one.sendall(message)
            assert read_frame(one, FrameParser(expect_masked=False)).payload == TEXT
        length = 2 + len(TEXT)
        echo_counted(sockets, message, length, seconds / 4)  # warm-up
        numbers = _timed(server, lambda: echo_counted(sockets, message, length, seconds))
        close_many(sockets)
    return numbers


def captured(peer: str, seconds: float) -> Numbers:
    """The same as echo: what it costs that a capture records all of it, in the server's process."""
    return echoes(peer, seconds)


def large(peer: str, seconds: float) -> Numbers:
    """2 connections, binary messages of 1 MiB, one in flight on each: bytes a second."""
    with serving(peer, "echo") as server:
        sockets = open_many(server.port, 2)
        payload = bytes(range(256)) * 4096
        message = client_frame(Frame(Opcode.BINARY, payload))
        for one in sockets:
            one.sendall(message)
            assert read_frame(one, FrameParser(expect_masked=False)).payload == payload
        length = 10 + len(payload)
        numbers = _timed(server, lambda: echo_counted(sockets, message, length, seconds))
        close_many(sockets)
    return {**numbers, "score": numbers["score"] * len(payload) / 1e6}


def deflated(peer: str, seconds: float) -> Numbers:
    """50 connections, 64 different messages of 1 KiB of JSON, compressed by the client; the server
    compresses its answers.
    """
    with serving(peer, "deflate") as server:
        sockets = open_many(server.port, 50, OFFER)
        messages = []
        for row in ROWS:  # each with a window of its own: it suits every agreement
            packer = zlib.compressobj(wbits=-9)
            packed = (packer.compress(row) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
            messages.append(client_frame(Frame(Opcode.TEXT, packed, rsv1=True)))
        for one in sockets:
            one.sendall(messages[0])
            frame = read_frame(one, FrameParser(expect_masked=False, rsv=0x40))
            made = zlib.decompressobj(-15).decompress(frame.payload + b"\x00\x00\xff\xff")
            assert frame.rsv1 and made == ROWS[0], "it does not compress"
        echo(sockets, messages, frame_length, seconds / 4)
        numbers = _timed(server, lambda: echo(sockets, messages, frame_length, seconds))
        close_many(sockets)
    return numbers


def broadcast(peer: str, seconds: float, clients: int = 200) -> Numbers:
    """200 clients; one sends 64 bytes, all receive them, then the next: deliveries a second."""
    with serving(peer, "broadcast") as server:
        sockets = open_many(server.port, clients)
        message, length = client_frame(Frame(Opcode.TEXT, TEXT)), 2 + len(TEXT)
        broadcasts(sockets, message, length, seconds / 4)
        numbers = _timed(server, lambda: broadcasts(sockets, message, length, seconds))
        close_many(sockets)
    return numbers


def room(peer: str, seconds: float) -> Numbers:
    """200 Socket.IO clients in one room; one sends an event with a line of a chat, all receive it,
    then the next: deliveries a second.
    """
    with serving(peer, "room") as server:
        sockets = join_many(server.port, 200)
        compare_first(sockets)
        broadcasts(sockets, MESSAGE, LENGTH, seconds / 4)
        numbers = _timed(server, lambda: broadcasts(sockets, MESSAGE, LENGTH, seconds))
        close_many(sockets)
    return numbers


def memory(peer: str, seconds: float) -> Numbers:
    """KiB for an idle connection: the growth of the process over 1,000 of them, after 200."""
    with serving(peer, "echo") as server:
        sockets = open_many(server.port, 200)
        time.sleep(0.3)  # what the start left to do is done
        before = server.memory
        sockets += open_many(server.port, 1000)
        time.sleep(0.3)
        after = server.memory
        close_many(sockets)
    return {"score": max(after - before, 1) / 1000 / 1024}


def opened(peer: str, seconds: float) -> Numbers:
    """Connections a second: TCP, opening handshake, closing handshake, the end of TCP."""
    with serving(peer, "echo") as server:
        shake_hands_and_close(open_many(server.port, 200))

        def run() -> int:
            count, end = 0, time.perf_counter() + seconds
            while time.perf_counter() < end:
                sockets = open_many(server.port, 100)
                shake_hands_and_close(sockets)
                count += len(sockets)
            return count

        return _timed(server, run)


def scale(peer: str, seconds: float) -> Numbers:
    """Server time for a delivered message with 10,000 connections, over that with 100."""
    costs = [broadcast(peer, seconds, clients)["server µs"] for clients in (100, 10_000)]
    return {"score": costs[1] / costs[0], "µs at 100": costs[0], "µs at 10,000": costs[1]}


def _python(code: str) -> float:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


IMPORT = """
import asyncio, h11, sys, time
start = time.perf_counter()
import wslab, wslab.node, wslab.browser
seconds = time.perf_counter() - start
assert not {"matplotlib", "websockets"} & set(sys.modules)
print(seconds * 1000)
"""
FIRST = """
import asyncio, time
from wslab.browser import WebSocket
from wslab.node import WebSocketServer, http

async def main():
    start = time.perf_counter()
    server = http.createServer()
    sockets = WebSocketServer(httpServer=server)
    sockets.on("request", lambda request: request.accept(None, request.origin).sendUTF("hello"))
    server.listen(0)
    await WebSocket(server.url).wait("message")
    print((time.perf_counter() - start) * 1000)

asyncio.run(main())
"""


def imported(peer: str, seconds: float) -> Numbers:
    """ms that `import wslab, wslab.node, wslab.browser` takes beyond asyncio and h11."""
    return {"score": _python(IMPORT)}


def first_message(peer: str, seconds: float) -> Numbers:
    """ms from `listen` to the first message, in a fresh process."""
    return {"score": _python(FIRST)}


NPM = ("npm websocket", "npm ws")
ALL = (*NPM, "websockets, uvloop", "websockets, asyncio loop", "aiohttp", "picows")
STOCK = "wslab, asyncio loop"
FIGURES = [
    Figure(
        "echo", "echoes/s", echoes, (STOCK, *ALL),
        {"npm websocket": 1.8, "npm ws": 1.2, "websockets, uvloop": 2.2, "picows": 0.75},
    ),
    Figure(
        "broadcast", "deliveries/s", broadcast, (STOCK, *ALL),
        {"npm websocket": 1.0, "npm ws": 1.0, "websockets, uvloop": 1.3},
    ),
    Figure(
        "room", "deliveries/s", room, ("npm socket.io", "python-socketio, uvloop"),
        {"npm socket.io": 1.0, "python-socketio, uvloop": 1.5},
    ),
    Figure("capture", "echoes/s", captured, ("wslab, captured",)),
    Figure(
        "large", "MB/s", large, (STOCK, *ALL), {"npm ws": 1.0, "websockets, uvloop": 1.0}
    ),
    Figure(
        "deflate", "echoes/s", deflated, ("npm ws", "websockets, uvloop", "aiohttp"),
        {"npm ws": 1.0},
    ),
    Figure(
        "memory", "KiB", memory, ALL, {"websockets, uvloop": 1.0}, cost=True
    ),
    Figure("open", "connections/s", opened, (STOCK, *ALL), {"npm ws": 1.5}),
    Figure("scale", "times", scale, ("npm ws", "picows"), {"": 1.3}, cost=True),
    Figure("import", "ms", imported, (), {"": 60}, cost=True),
    Figure("first message", "ms", first_message, (), {"": 30}, cost=True),
]  # fmt: skip
