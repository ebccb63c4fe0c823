"""A learner's functions for requests and connections, at work in a real server with Node's names.

    with house(lambda request, room: answer(request, room), answer.seconds) as visits:
        ada = visits.come({"Origin": "https://club.example"})   # ada.status, ada.subprotocol
        ada.says("hello")                                       # its 'message' listeners are called
        ada.hears()                                             # what it was sent: ["hello"]
        ada.leaves(4001)                                        # its 'close' listeners are called

As in `hosting`, sockets live on the background loop and the learner's code does not: each function
is called as an answer is, in a thread that can be ended.
"""

from __future__ import annotations

import asyncio
import queue
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer
from wslab.check.running.hosting import LEAST_SECONDS, MOST_SENT, RULE, Guarded
from wslab.net.loop import background
from wslab.net.raw import KEY, RawClient, client_frame
from wslab.node import WebSocketServer, http
from wslab.node.events import EventEmitter
from wslab.protocol.closing import close_payload
from wslab.protocol.frames import Opcode

Decide = Callable[[Any, Any], object]


@dataclass(frozen=True, slots=True)
class Goodbye:
    """A close frame that the server sent."""

    code: int
    reason: str


class GuardedRequest(EventEmitter):
    """The request as a learner sees it. guarded: the connection, once it was accepted."""

    def __init__(self, real: Any, of: House) -> None:
        super().__init__()
        self._real, self._of = real, of
        self.resolved = False
        self.guarded: Guarded | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def accept(self, *arguments: Any, **named: Any) -> Guarded:
        self.resolved = True
        real = self._real.accept(*arguments, **named)
        self.guarded = self._of.known[real] = Guarded(real)
        return self.guarded

    def reject(self, *arguments: Any, **named: Any) -> None:
        self._real.reject(*arguments, **named)
        self.resolved = True


class GuardedRoom(EventEmitter):
    """The WebSocketServer as a learner sees it: the connections that it lists are guarded."""

    def __init__(self, real: Any, of: House) -> None:
        super().__init__()
        self._real, self._of, self._sent = real, of, 0

    def __getattr__(self, name: str) -> Any:
        if name.startswith("broadcast"):
            self._sent += 1
            if self._sent > MOST_SENT:
                raise RuntimeError(f"more than {MOST_SENT} messages were sent to all")
        return getattr(self._real, name)

    @property
    def connections(self) -> list[Guarded]:
        return [self._of.known[real] for real in self._real.connections if real in self._of.known]


class House:
    """The server while it is judged."""

    def __init__(self, decide: Decide, seconds: float) -> None:
        self.known: dict[Any, Guarded] = {}
        self.guests: list[Guest] = []
        self.server = http.createServer()
        self._decide = decide
        self._ends = time.monotonic() + seconds
        self._requests: queue.Queue[Any] = queue.Queue()
        self._opening: list[Future[RawClient]] = []
        self._clients: list[RawClient] = []
        self.server.listen(0)
        sockets = WebSocketServer(httpServer=self.server).on("request", self._requests.put)
        self.room = GuardedRoom(sockets, self)

    @property
    def seconds(self) -> float:
        """What is left of the time."""
        return max(self._ends - time.monotonic(), LEAST_SECONDS)

    def come(self, headers: Mapping[str, str] | None = None) -> Guest:
        """Let a client come with these headers, and the learner's function decide."""
        opening = background().submit(_visiting(headers or {}, self._clients).connect(self.server))
        self._opening.append(opening)
        request = GuardedRequest(self._requests.get(timeout=self.seconds), self)
        self._decide(request, self.room)
        if not request.resolved:
            raise Wrong("the request was neither accepted nor rejected: the client waits.", RULE)
        guest = Guest(self, request)
        self.guests.append(guest)
        try:
            guest.raw = opening.result(self.seconds)
        except ConnectionError as refused:  # "…: the server answered 'HTTP/1.1 403 Forbidden'"
            guest.status = int(str(refused).partition("HTTP/1.1 ")[2][:3] or 0)
        return guest

    def call(self, listener: object, *arguments: object) -> None:
        """Call a listener in what is left of the time."""
        Answer(listener, round(self.seconds, 1))(*arguments)

    def leave(self) -> None:
        """Every client goes, the server too."""
        for guarded in list(self.known.values()):
            guarded.resume()  # it would not see the end
        for opening in self._opening:
            opening.cancel()
        background().run(self._cut())
        self.server.close()

    async def _cut(self) -> None:
        for client in self._clients:  # one that nobody waits for any more, too
            client.close()


class Guest:
    """A client, and its connection on the server's side if it was let in. status: the answer's."""

    def __init__(self, of: House, request: GuardedRequest) -> None:
        self.raw: RawClient | None = None  # if it was let in
        self.status = 101
        self.connection = request.guarded
        self._of = of
        self._messages: queue.Queue[Any] = queue.Queue()
        self._closed: queue.Queue[tuple[int, str]] = queue.Queue()
        if self.connection is not None:
            self.real.on("message", self._messages.put)
            self.real.on("close", lambda *arguments: self._closed.put(arguments))

    @property
    def real(self) -> Any:
        """The connection without its guard."""
        assert self.connection is not None
        return self.connection._real

    @property
    def subprotocol(self) -> str | None:
        """What the server's answer says."""
        return cast("str | None", self.real.protocol)

    def says(self, message: str | bytes) -> None:
        """Send a message, and let the listeners hear it."""
        opcode = Opcode.TEXT if isinstance(message, str) else Opcode.BINARY
        payload = message.encode() if isinstance(message, str) else message
        self._send(client_frame(opcode, payload))
        heard = self._messages.get(timeout=self._of.seconds)
        self._tell("message", f"a client said {message!r}", heard)

    def leaves(self, code: int) -> None:
        """Say goodbye, and let the listeners hear of it."""
        self._send(client_frame(Opcode.CLOSE, close_payload(code)))
        self._gone(f"a client left with code {code}")

    def is_cut_off(self) -> None:
        """End TCP without a goodbye."""
        assert self.raw is not None
        background().call(self.raw.close)
        self._gone("the connection of a client was cut")

    def answers(self, goodbye: Goodbye) -> None:
        """Answer the server's close frame."""
        self._send(client_frame(Opcode.CLOSE, close_payload(goodbye.code)))
        self._gone("a connection was closed")

    def hears(self) -> list[str | bytes | Goodbye]:
        """What this client was sent since the last look, up to a goodbye."""
        assert self.raw is not None
        background().run(asyncio.sleep(0))  # what was handed over to the loop is done
        if self.real.connected:
            self.real.ping()  # goes out behind the messages
        heard: list[str | bytes | Goodbye] = []
        while True:
            frame = background().run(self.raw.frame(timeout=self._of.seconds))
            payload = frame.payload
            if frame.opcode == Opcode.PING:
                return heard
            if frame.opcode == Opcode.CLOSE:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
                return [*heard, Goodbye(code, payload[2:].decode())]
            if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
                heard.append(payload.decode() if frame.opcode == Opcode.TEXT else payload)

    def _send(self, data: bytes) -> None:
        assert self.raw is not None
        background().call(self.raw.send, data)

    def _gone(self, what: str) -> None:
        code, description = self._closed.get(timeout=self._of.seconds)
        background().run(asyncio.sleep(0))  # the server has taken it off its list
        self._tell("close", what, code, description)

    def _tell(self, event: str, what: str, *arguments: object) -> None:
        assert self.connection is not None
        if not (listeners := self.connection.take(event)):
            deaf = f"{what}, and no listener of its connection waits for {event!r}"
            raise Wrong(f"{deaf}; {self.connection.why_deaf(event)}", RULE)
        with occasion(what):
            for listener in listeners:
                self._of.call(listener, *arguments)


def _visiting(headers: Mapping[str, str], clients: list[RawClient]) -> type[RawClient]:
    """A RawClient whose handshake has these headers, too, and which is added to the clients."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    class Visiting(RawClient):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            clients.append(self)
            self._transport = cast(asyncio.Transport, transport)
            self._transport.write(
                f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
                f"Sec-WebSocket-Version: 13\r\n{more}\r\n".encode()
            )

    return Visiting


@contextmanager
def occasion(what: str) -> Iterator[None]:
    """Say what had happened when a learner's function failed in the block."""
    try:
        yield
    except Wrong as wrong:
        if not re.match(r"[^(]*\(\) ", str(wrong)):  # "leave() raised …", "leave() did not …"
            raise
        raise Wrong(f"{what}: {wrong}", wrong.rule) from None


@contextmanager
def house(decide: Decide, seconds: float) -> Iterator[House]:
    """Run a server that asks `decide(request, room)` while the block lasts."""
    open_house = House(decide, seconds)
    try:
        yield open_house
    except EOFError:
        raise Wrong("the server ended a connection without a goodbye.", RULE) from None
    except (queue.Empty, OSError):  # TimeoutError is an OSError
        raise Wrong("the server took no message any more.", RULE) from None
    finally:
        open_house.leave()
