"""Many clients, many messages, connections cut at random: each acknowledged message reaches each
client once and in one order, and the server's memory stays what it was.

    python -m tests.chat.soak --clients 500 --messages 10000

The server is `python -m wslab chat --history FILE` with its usual limits, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import select
import socket
import sys
import tempfile
import time
import uuid
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.benchmarks.load import REQUEST, client_frame, connect, wait_for_head
from tests.benchmarks.socket_io import PATH
from tests.chat.test_kill import Killable
from tests.net.support import reset
from wslab.protocol import Frame, FrameParser, Opcode

NEWS = re.compile(rb'42\["new message",\{"id":(\d+),')
SECONDS = 120.0  # without any progress, after which the run has failed


@dataclass
class Client:
    """One person. ids: what was heard, in order. acknowledged: what the server said it has."""

    name: str
    to_say: int
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    ids: array[int] = field(default_factory=lambda: array("q"))
    acknowledged: list[int] = field(default_factory=list)
    cuts: int = 0
    socket: socket.socket | None = None
    back_at: float = 0.0  # the time to connect, when there is no socket
    here: bool = False
    came: bool = False  # once at least
    uid: str = ""  # of the message under way
    say_at: float = 0.0
    pieces: bytearray = field(default_factory=bytearray)  # of a message
    parser: FrameParser = field(default_factory=lambda: FrameParser(expect_masked=False))

    def come(self, port: int) -> None:
        """Connect, and say who we are."""
        self.socket = connect(port)
        self.socket.sendall(REQUEST % (PATH, b""))
        wait_for_head(self.socket, 1)
        self.parser, self.pieces = FrameParser(expect_masked=False), bytearray()
        self.write("40" + json.dumps({"key": self.key}))
        since = {"since": self.ids[-1] if self.ids else 0} if self.came else {}
        self.write("420" + json.dumps(["new user", self.name, since]))

    def write(self, text: str) -> None:
        assert self.socket is not None
        self.socket.sendall(client_frame(Frame(Opcode.TEXT, text.encode())))

    def cut(self, now: float) -> None:
        """Lose the connection without a word."""
        assert self.socket is not None
        reset(self.socket)
        self.socket, self.here = None, False
        self.back_at = now + random.uniform(0.0, 0.5)
        self.cuts += 1

    def say(self, now: float) -> None:
        """The next message, or the last one again when nobody has acknowledged it."""
        if not self.uid and len(self.acknowledged) < self.to_say:
            self.uid = uuid.uuid4().hex
        if self.uid:
            text = f"{self.name} says number {len(self.acknowledged)}"
            self.write("421" + json.dumps(["send message", text, {"uid": self.uid}]))
        self.say_at = now + 1e9  # until the answer

    def heard(self, payload: bytes, now: float) -> None:
        """One Engine.IO packet."""
        if found := NEWS.match(payload):
            self.ids.append(int(found[1]))
        elif payload == b"2":
            self.write("3")
        elif payload.startswith(b'42["history"'):
            history = json.loads(payload[2:])[1]
            self.ids.extend(message["id"] for message in history["messages"])
            if history["more"]:
                rest = ["join room", history["room"], {"since": self.ids[-1]}]
                self.write("42" + json.dumps(rest))
            else:
                self.came = self.here = True
                self.say_at = now + random.uniform(0.0, 0.2)
        elif payload.startswith(b"430"):
            [answer] = json.loads(payload[3:])
            assert answer["ok"], answer
        elif payload.startswith(b"431"):
            [answer] = json.loads(payload[3:])
            if answer["ok"]:
                self.acknowledged.append(answer["id"])
                self.uid = ""
            self.say_at = now + answer.get("retry_after", random.uniform(0.0, 0.2))


class Crowd:
    """All clients in one thread."""

    def __init__(self, port: int, count: int, messages: int) -> None:
        self.port = port
        self.clients = [Client(f"talker {n}", 0) for n in range(count)]
        for number in range(messages):
            self.clients[number % count].to_say += 1
        self.poller = select.epoll()
        self.by_number: dict[int, Client] = {}

    def come(self, client: Client) -> None:
        client.come(self.port)
        assert client.socket is not None
        self.by_number[client.socket.fileno()] = client
        self.poller.register(client.socket.fileno(), select.EPOLLIN)

    def run(self, cuts_per_second: float, until: Callable[[], bool]) -> None:
        """Talk, cut and come back until that is so. Raises TimeoutError when nothing moves."""
        moved = next_cut = time.monotonic()
        while not until():
            now = time.monotonic()
            if now - moved > SECONDS:
                raise TimeoutError(f"nothing came for {SECONDS:g} s")
            if cuts_per_second and now >= next_cut:
                next_cut = now + random.expovariate(cuts_per_second)
                client = random.choice(self.clients)
                if client.here and client.socket is not None:
                    del self.by_number[client.socket.fileno()]
                    client.cut(now)
            for client in self.clients:
                if client.socket is None and now >= client.back_at:
                    self.come(client)
                elif client.here and now >= client.say_at:
                    client.say(now)
            for number, _ in self.poller.poll(0.01):
                moved = now
                self.receive(self.by_number[number], now)

    def receive(self, client: Client, now: float) -> None:
        assert client.socket is not None
        data = client.socket.recv(1 << 18)
        assert data, f"the server closed {client.name}"
        for frame in client.parser.feed(data):
            assert frame.opcode in (Opcode.TEXT, Opcode.CONTINUATION), f"{frame!r:.200}"
            client.pieces += frame.payload
            if frame.fin:
                payload, client.pieces = bytes(client.pieces), bytearray()
                client.heard(payload, now)

    @property
    def acknowledged(self) -> int:
        return sum(len(client.acknowledged) for client in self.clients)

    def finished(self) -> bool:
        """Whether all was said, and all are here and have heard the last of it."""
        last = max((client.ids[-1] for client in self.clients if client.ids), default=0)
        return (
            all(client.here and not client.uid for client in self.clients)
            and all(len(client.acknowledged) == client.to_say for client in self.clients)
            and all(client.ids and client.ids[-1] == last for client in self.clients)
        )

    def close(self) -> None:
        self.poller.close()
        for client in self.clients:
            if client.socket is not None:
                client.socket.close()


def check(crowd: Crowd) -> None:
    """Raises AssertionError when anybody missed a message, or heard one twice or out of order."""
    said = sorted(number for client in crowd.clients for number in client.acknowledged)
    assert len(said) == len(set(said)), "two messages have one id"
    expected = array("q", said)
    for client in crowd.clients:
        if client.ids != expected:
            missing, more = set(said) - set(client.ids), set(client.ids) - set(said)
            twice = len(client.ids) - len(set(client.ids))
            raise AssertionError(
                f"{client.name} missed {len(missing)}, heard {len(more)} that nobody acknowledged, "
                f"{twice} twice, after {client.cuts} cuts"
            )


def run(count: int, messages: int, cuts_per_second: float, say: Callable[[str], None]) -> None:
    """The whole of it. Raises AssertionError, TimeoutError."""
    random.seed(7)
    with tempfile.TemporaryDirectory() as folder:
        server = Killable(0, Path(folder) / "chat.db")
        try:
            port = int(server.url().rstrip("/").rpartition(":")[2])
            memory = psutil.Process(server.process.pid).memory_info
            crowd = Crowd(port, count, messages)
            try:
                crowd.run(0, lambda: all(client.here for client in crowd.clients))
                say(f"{count} people are here")
                start, quarter = time.monotonic(), messages // 4
                crowd.run(cuts_per_second, lambda: crowd.acknowledged >= quarter)
                before = memory().rss
                crowd.run(cuts_per_second, lambda: crowd.acknowledged >= messages)
                crowd.run(0, crowd.finished)
                seconds, after = time.monotonic() - start, memory().rss
                check(crowd)
                cuts, heard = sum(c.cuts for c in crowd.clients), count * messages
                say(f"{messages} messages were acknowledged, and {heard} heard, in {seconds:.0f} s")
                say(f"{cuts} connections were cut; nothing is missing, twice or out of order")
                say(f"the server's memory: {after / before:.2f} of what it was after a quarter")
                assert after < 1.3 * before, "the server's memory grows"
            finally:
                crowd.close()
        finally:
            server.end()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tests.chat.soak")
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--cuts", type=float, default=20.0, help="a second")
    options = parser.parse_args(arguments)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    run(options.clients, options.messages, options.cuts, lambda text: print(text, flush=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())
