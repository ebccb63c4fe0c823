"""A learner's handler for connections, written with Node's names, at work in a real server.

    with hosting(answer) as host:                    # def on_connect(connection)
        ada = host.guest()                           # a client comes
        ada.says("hello")                            # what it is sent: ["HELLO"]

Server and client talk over a socket, on the background loop. The learner's code does not run there:
a loop without an end would stop everything. The connection that it gets keeps the listeners, and
each of them is called as an answer is, in a thread that can be ended.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer
from wslab.net.loop import background
from wslab.net.raw import RawClient, client_frame
from wslab.node import WebSocketServer, http
from wslab.node.events import EventEmitter
from wslab.protocol.frames import Opcode

LEAST_SECONDS = 0.3  # for what comes over a socket of this computer, when the time is over
MOST_SENT = 100  # messages of one connection
RULE = "npm websocket, WebSocketConnection"


class Guarded(EventEmitter):
    """The connection as a learner sees it: all but its listeners is the real one's."""

    def __init__(self, real: Any) -> None:
        super().__init__()
        self._real = real
        self._sent = 0
        self._spent: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def sendUTF(self, *arguments: Any) -> None:
        self._count()
        self._real.sendUTF(*arguments)

    def send(self, *arguments: Any) -> None:
        self._count()
        self._real.send(*arguments)

    def sendBytes(self, *arguments: Any) -> None:
        self._count()
        self._real.sendBytes(*arguments)

    def take(self, eventName: str) -> list[Any]:
        """The listeners that an event calls. Those of `once` are gone then, as in Node."""
        listeners, known = self.listeners(eventName), self._listeners.get(eventName, ())
        stay = tuple(one for one, given in zip(known, listeners, strict=True) if one is given)
        if len(stay) < len(known):
            self._spent.add(eventName)
        self._keep(eventName, stay)
        return listeners

    def why_deaf(self, eventName: str) -> str:
        """What to say of an event that nobody waits for."""
        if eventName in self._spent:
            return "the one of once() was called, and is gone."
        others = " and ".join(map(repr, self.eventNames()))
        return f"there is one for {others}." if others else "there is none at all."

    def _count(self) -> None:
        self._sent += 1
        if self._sent > MOST_SENT:
            raise RuntimeError(f"more than {MOST_SENT} messages were sent to one client")


class Host:
    """A server with the learner's handler. guests: those who came, in that order."""

    def __init__(self, answer: Answer, port: int) -> None:
        self.port = port
        self.guests: list[Guest] = []
        self._answer = answer
        self._ends = time.monotonic() + answer.seconds
        self._arrived: queue.Queue[tuple[Any, queue.Queue[Any]]] = queue.Queue()

    def arrive(self, connection: Any) -> None:
        """A connection is there: on the background loop, before its first message."""
        messages: queue.Queue[Any] = queue.Queue()
        connection.on("message", messages.put)
        self._arrived.put((connection, messages))

    def guest(self) -> Guest:
        """Let a client come, and the handler hear of it."""
        raw = background().run(RawClient.connect(self, timeout=self.seconds))
        guest = Guest(self, raw, *self._arrived.get(timeout=self.seconds))
        self.guests.append(guest)
        self._answer(guest.connection)
        return guest

    @property
    def seconds(self) -> float:
        """What is left of the time."""
        return max(self._ends - time.monotonic(), LEAST_SECONDS)

    def call(self, listener: object, *arguments: object) -> None:
        """Call a listener in what is left of the time."""
        Answer(listener, round(self.seconds, 1))(*arguments)

    def leave(self) -> None:
        """Every client goes."""
        for guest in self.guests:
            guest.connection.resume()  # it would not see the end
            background().call(guest.raw.close)


class Guest:
    """A client and its connection on the server's side."""

    def __init__(
        self, host: Host, raw: RawClient, connection: Any, messages: queue.Queue[Any]
    ) -> None:
        self.raw = raw
        self.number = len(host.guests) + 1
        self.connection = Guarded(connection)
        self._host = host
        self._real = connection
        self._messages = messages

    def says(self, text: str) -> list[str | bytes]:
        """Send a message, let the listeners hear it, and return what they sent to this client."""
        background().call(self.raw.send, client_frame(Opcode.TEXT, text.encode()))
        message = self._messages.get(timeout=self._host.seconds)
        listeners = self.connection.take("message")
        if not listeners:
            said = f"client {self.number} said {text!r}, and no handler is there for 'message'"
            raise Wrong(f"{said}; {self.connection.why_deaf('message')}", RULE)
        for listener in listeners:
            self._host.call(listener, message)
        return self.hears()

    def hears(self) -> list[str | bytes]:
        """The messages that this client was sent since the last look. Raises Wrong at a close."""
        self._real.ping()  # goes out behind them
        heard: list[str | bytes] = []
        while True:
            frame = background().run(self.raw.frame(timeout=self._host.seconds))
            if frame.opcode == Opcode.PING:
                return heard
            if frame.opcode == Opcode.CLOSE:
                raise Wrong(f"the server closed the connection of client {self.number}.", RULE)
            if frame.opcode == Opcode.TEXT:
                heard.append(frame.payload.decode())
            elif frame.opcode == Opcode.BINARY:
                heard.append(frame.payload)


@contextmanager
def hosting(answer: Answer) -> Iterator[Host]:
    """Run a server with this handler for "connect" while the block lasts."""
    server = http.createServer()
    server.listen(0)
    host = Host(answer, server.port)
    try:
        sockets = WebSocketServer(httpServer=server, autoAcceptConnections=True)
        sockets.on("connect", host.arrive)
        yield host
    except EOFError:  # a connection that was dropped, not closed
        raise Wrong("the server ended a connection without a goodbye.", RULE) from None
    except (queue.Empty, OSError):  # TimeoutError is an OSError
        raise Wrong("the server took no message any more.", RULE) from None
    finally:
        host.leave()
        server.close()
