"""A learner's Socket.IO server, written with its names, at work among real clients.

    with rooming(answer, "new user") as host:        # def door(io)
        ada = host.guest()                           # a client comes
        ada.asks("new user", "Ada")                  # the answer that its question got

As in `hosting`, the learner's code does not run on the background loop, where a loop without an end
would stop everything: `io` and `socket` keep its handlers, and each is called as an answer is.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from wslab.chat import ChatClient, Disconnected, Server
from wslab.chat.listeners import FlexibleHandler, Listeners
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer
from wslab.check.running.visits import ACKNOWLEDGED
from wslab.net.loop import background
from wslab.node import http

LEAST_SECONDS = 0.3  # for what comes over a socket of this computer, when the time is over
MOST_SENT = 200  # events and answers, in all
RULE = "Socket.IO, Server API"


class Sender:
    """What a learner sends with: all of the real one's, but counted."""

    def __init__(self, host: Host, real: Any) -> None:
        self._host, self._real = host, real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def emit(self, event: str, *values: Any) -> None:
        self._host.count()
        self._real.emit(event, *values)

    def to(self, room: str) -> Sender:
        return Sender(self._host, self._real.to(room))

    def except_(self, room: str) -> Sender:
        return Sender(self._host, self._real.except_(room))

    @property
    def broadcast(self) -> Sender:
        return Sender(self._host, self._real.broadcast)


class Guarded(Sender):
    """`io` or `socket` as a learner sees it: it keeps the handlers."""

    def __init__(self, host: Host, real: Any) -> None:
        super().__init__(host, real)
        self.username: Any = None
        self.kept = Listeners()

    def on(self, event: str, handler: Any = None) -> Any:
        return self.kept.listen("connection" if event == "connect" else event, handler)

    def hear(self, event: str, *values: Any) -> None:
        """Call the handlers of an event, each with as many values as it takes. Raises Wrong."""
        handlers = self.kept.listeners(event)
        if not handlers:
            names = ", ".join(map(repr, self.kept.eventNames()))
            others = f", there is one for {names}." if names else ", nor for anything else."
            raise Wrong(f"no handler waits for {event!r}{others}", RULE)
        for handler in handlers:
            takes = FlexibleHandler(handler)
            given = (*values, *[None] * (takes.least - len(values)))
            Answer(handler, round(self._host.seconds, 1))(*given[: takes.most])


class Host:
    """A server with the learner's handlers. guests: those who came, in that order."""

    def __init__(self, answer: Answer, url: str, io: Server, events: tuple[str, ...]) -> None:
        self.url = url
        self.guests: list[Guest] = []
        self._events = events
        self._ends = time.monotonic() + answer.seconds
        self._sent = 0
        self._arrived: queue.Queue[tuple[Any, queue.Queue[Any]]] = queue.Queue()
        self._io = Guarded(self, io)
        io.on("connection", self._arrive)
        answer(self._io)

    def _arrive(self, socket: Any) -> None:
        """A client is there: on the background loop, before its first event."""
        came: queue.Queue[Any] = queue.Queue()
        for event in (*self._events, "disconnect"):
            socket.on(event, partial(_note, came, event))
        self._arrived.put((socket, came))

    def guest(self) -> Guest:
        """Let a client come, and the handlers hear of it."""
        client = ChatClient(self.url, timeout=self.seconds)
        guest = Guest(self, client)
        self.guests.append(guest)
        background().run(client.connect())
        socket, guest.came = self._arrived.get(timeout=self.seconds)
        guest.socket = Guarded(self, socket)
        self._io.hear("connection", guest.socket)
        return guest

    @property
    def seconds(self) -> float:
        """What is left of the time."""
        return max(self._ends - time.monotonic(), LEAST_SECONDS)

    def count(self) -> None:
        """Something more is sent."""
        self._sent += 1
        if self._sent > MOST_SENT:
            raise RuntimeError(f"more than {MOST_SENT} events and answers were sent")

    def leave(self) -> None:
        """Every client goes."""
        for guest in self.guests:
            background().call(guest.client.lose)
            background().run(guest.client.ended())


def _note(came: queue.Queue[Any], event: str, *values: Any) -> None:
    came.put((event, values))


class Guest:
    """A client and its socket on the server's side."""

    def __init__(self, host: Host, client: ChatClient) -> None:
        self.client = client
        self.number = len(host.guests) + 1
        self.came: queue.Queue[Any] = queue.Queue()
        self.socket: Guarded
        self._host = host

    def asks(self, event: str, *values: object) -> Any:
        """Send an event, let the handlers hear it, and return the answer. Raises Wrong."""
        answer = background().submit(self.client.emit(event, *values))
        try:
            *values_came, callback = self._next(event)
            answered: list[object] = []

            def counted(*answers: object) -> None:
                self._host.count()
                callback(*answers)
                answered.append(answers)

            self.socket.hear(event, *values_came, counted)
            if not answered:
                raise Wrong(f"{event!r} got no answer: its callback was not called.", RULE)
            if len(answered) > 1:
                times = f"its callback was called {len(answered)} times"
                raise Wrong(f"{event!r} got more than one answer: {times}.", ACKNOWLEDGED)
            return answer.result(self._host.seconds)
        finally:
            answer.cancel()

    def leaves(self) -> None:
        """Close the connection, and let the handlers hear of it. Raises Wrong."""
        background().run(self.client.close())
        self.socket.hear("disconnect", *self._next("disconnect"))

    def _next(self, wanted: str) -> tuple[Any, ...]:
        event, values = self.came.get(timeout=self._host.seconds)
        if event != wanted:
            raise Wrong("the server sent a client away.", RULE)
        return tuple(values)


@contextmanager
def rooming(answer: Answer, *events: str) -> Iterator[Host]:
    """Run a server with these handlers while the block lasts. events: what clients may send."""
    server = http.createServer()
    server.listen(0)
    io = Server(server)
    host = None
    try:
        host = Host(answer, server.url, io, events)
        yield host
    except Disconnected:
        raise Wrong("the server sent a client away.", RULE) from None
    except (queue.Empty, OSError):  # TimeoutError is an OSError
        raise Wrong("the server took no event any more.", RULE) from None
    finally:
        if host is not None:
            host.leave()
        io.close()
