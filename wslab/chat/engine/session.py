"""One client of Engine.IO: a session, and whatever carries it at the moment.

Everything here runs on the background loop. The session begins on long polling or on a WebSocket;
from polling it may move over once. While nobody polls, what is to be sent waits, within a bound.
The server pings (protocol 4), and a client that does not answer is given up.
"""

from __future__ import annotations

import json
from asyncio import TimerHandle
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Any

from wslab.chat.transport import Shared, shortened
from wslab.net.console import console
from wslab.net.loop import background
from wslab.node import WebSocketConnection
from wslab.node.response import ServerResponse
from wslab.protocol.socketio import PacketError
from wslab.protocol.socketio.engine import Kind, read, read_payload, write, write_payload

# RFC 6455 section 7.4.1: codes with which one side says that something went wrong.
ERRORS = frozenset({1002, 1003, 1007, 1008, 1009, 1010, 1011})
BROKEN, POLICY = 1002, 1008
TRY_AGAIN_LATER = 1013  # in the registry of close codes


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What the server tells its clients in the open packet, and what it bears. Times in seconds,
    sizes in bytes.
    """

    ping_interval: float = 25.0
    ping_timeout: float = 20.0
    max_payload: int = 1_000_000  # a body of a request, or a message of a WebSocket
    upgrade_timeout: float = 10.0  # from the WebSocket's opening to the packet that moves over
    max_waiting: int = 4_000_000  # for a client that does not read; above it the session ends
    max_sessions: int = 10_000  # then a new one takes the place of one that has said nothing yet


class Session:
    """A session. `on_message(data)` and `on_closed(reason, description)` are the owner's to set.

    It is what `chat.transport.Transport` asks for: `send`, `share`, `close`, `handler_failed`.
    """

    def __init__(self, sid: str, options: EngineOptions, forget: Callable[[Session], None]) -> None:
        self.sid = sid
        self.options = options
        self.on_message: Callable[[str | bytes], None] = lambda data: None
        self.on_closed: Callable[[str, str], None] = lambda reason, description: None
        self.ended = False
        self.silent = True  # no message has come yet
        self.websocket: WebSocketConnection | None = None
        self._forget = forget
        self._probing: WebSocketConnection | None = None
        self._upgrading = False  # the probe was answered: polling is about to end
        self._poll: ServerResponse | None = None
        self._posting = False
        self._post: ServerResponse | None = None  # to the one that is being read
        self._flushing = False
        self._outbox: list[str | bytes] = []
        self._waiting = 0  # bytes in it
        self._timer: TimerHandle | None = None
        self._ping_due = 0.0  # on the loop's clock
        self._pong_due = inf
        self._upgrade_timer: TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<Engine.IO session over {'WebSocket' if self.websocket else 'polling'}>"

    # What the owner calls

    def open(self, websocket: WebSocketConnection | None = None) -> None:
        """Begin: the open packet is the first one."""
        options = self.options
        opening = {
            "sid": self.sid,
            "upgrades": [] if websocket else ["websocket"],
            "pingInterval": round(options.ping_interval * 1000),
            "pingTimeout": round(options.ping_timeout * 1000),
            "maxPayload": options.max_payload,
        }
        if websocket is not None:
            self.websocket = websocket
            self._listen(websocket)
        self._write("0" + json.dumps(opening, separators=(",", ":")))
        self._wait_to_ping()

    def send(self, message: str | bytes) -> None:
        """Send one message; nothing happens when the session has ended."""
        self._write(write(message))

    def share(self, packet: Shared) -> None:
        """Send what others get too: encoded once for all that are on a WebSocket."""
        if self.websocket is None:
            for message in packet.messages:
                self.send(message)
            return
        for frame in packet.frames:
            self.websocket.write_encoded(frame)

    def close(self, code: int, reason: str) -> None:
        """End the session, a WebSocket with this close code; a reason that is too long is cut."""
        if self.ended:
            return
        if self.websocket is not None:
            self.websocket.close(code, shortened(reason))
            return
        if code == POLICY:
            self._blame(reason)
        self._write("1")  # with all that still waits
        waits = self._poll is None
        self._flush()
        self._end("transport close", f"{code} {reason}".rstrip(), keep=waits)

    def handler_failed(self, error: Exception) -> None:
        """Log what a handler raised, and close with 1011."""
        if self.websocket is not None:
            self.websocket._listener_failed(error)
        else:
            console.error(error)
            self.close(1011, "the server's handler failed")

    # Long polling

    def poll(self, response: ServerResponse) -> None:
        """A GET: answered when there is something to say."""
        if self._poll is not None:
            # Two at once would change the order of what they bring.
            self._answer("1")
            refuse(response, "one poll at a time")
            self._end("transport error", "two polls at once")
            return
        self._poll = response
        response.once("close", lambda: self._poll_ended(response))
        if self._outbox:
            self._flush()
        elif self._upgrading:
            self._answer("6")

    def post(self, body: str, response: ServerResponse) -> None:
        """A POST: packets of the client."""
        try:
            packets = [read(packet) for packet in read_payload(body)]
        except PacketError as error:
            refuse(response, str(error))
            self._broke_a_rule(str(error))
            return
        self._post = response
        for kind, data in packets:
            if not self.ended:
                self._received(kind, data)
        self._post = None
        if not response.writableEnded:
            answer(response, 200, "ok")

    def refuse_post(self, why: str) -> None:
        """A POST that could not be read."""
        self._broke_a_rule(why)

    def _blame(self, what: str) -> None:
        """Say what is wrong with the POST that is being read, before a poll brings the end."""
        if self._post is not None and not self._post.writableEnded:
            refuse(self._post, what)

    def _poll_ended(self, response: ServerResponse) -> None:
        if self._poll is response:  # not answered: the client has gone
            self._poll = None
            self._end("transport error", "the poll was cancelled")

    def _answer(self, body: str) -> None:
        response, self._poll = self._poll, None
        if response is not None:
            answer(response, 200, body)

    def _flush(self) -> None:
        """Bring what waits on its way, if there is one."""
        self._flushing = False
        outbox = self._outbox
        if self.websocket is not None:
            self._outbox, self._waiting = [], 0
            for packet in outbox:
                self.websocket.send(packet)
        elif self._poll is not None and outbox:
            self._outbox, self._waiting = [], 0
            self._answer(write_payload(outbox))
            if self.ended:  # these were its last words
                self._forget(self)

    # The WebSocket

    @property
    def probing(self) -> bool:
        """Whether a WebSocket is being tried."""
        return self._probing is not None

    @property
    def may_upgrade(self) -> bool:
        """Whether a WebSocket may be tried for this session."""
        return self.websocket is None and self._probing is None and not self.ended

    def probe(self, connection: WebSocketConnection) -> None:
        """Try a WebSocket that has just opened."""
        self._probing = connection
        self._listen(connection)
        loop = background().loop
        self._upgrade_timer = loop.call_later(self.options.upgrade_timeout, self._no_upgrade)

    def _listen(self, connection: WebSocketConnection) -> None:
        connection._peer.limit_buffer(self.options.max_waiting)
        connection.on("message", lambda received: self._heard(connection, received))
        connection.on("close", lambda code, text: self._lost(connection, code, text))

    def _heard(self, connection: WebSocketConnection, received: Any) -> None:
        data = received.utf8Data if received.type == "utf8" else received.binaryData
        if connection is self.websocket:
            try:
                kind, content = read(data)
            except PacketError as error:
                self._broke_a_rule(str(error))
            else:
                self._received(kind, content)
        elif connection is self._probing and data == "2probe":
            connection.sendUTF("3probe")
            self._upgrading = True
            if self._poll is not None:
                self._answer("6")  # the client waits for this, and polls no more
        elif connection is self._probing and self._upgrading and data == "5":
            self._stop_upgrading()
            self.websocket = connection
            self._answer("6")
            self._flush()
        else:
            connection.close(BROKEN, "not what an upgrade consists of")

    def _lost(self, connection: WebSocketConnection, code: int, text: str) -> None:
        if connection is self._probing:
            self._stop_upgrading()
        elif connection is self.websocket:
            how = "transport error" if code in ERRORS else "transport close"
            self._end(how, f"{code} {text}".rstrip())

    def _no_upgrade(self) -> None:
        if self._probing is not None:
            self._probing.close(POLICY, "no upgrade came")
            self._stop_upgrading()

    def _stop_upgrading(self) -> None:
        self._probing, self._upgrading = None, False
        if self._upgrade_timer is not None:
            self._upgrade_timer.cancel()

    # What comes and goes

    def _received(self, kind: Kind, data: str | bytes) -> None:
        if kind is Kind.MESSAGE:
            self.silent = False
            self.on_message(data)
        elif kind is Kind.PONG:
            self._wait_to_ping()
        elif kind is Kind.CLOSE:
            self._answer("6")
            if self.websocket is not None:
                self.websocket.close(1000)
            self._end("transport close", "")
        else:
            self._broke_a_rule(f"a client sends no {kind.name}")

    def _write(self, packet: str | bytes) -> None:
        if self.ended:
            return
        if self.websocket is not None:
            self.websocket.send(packet)
            return
        self._outbox.append(packet)
        self._waiting += len(packet)
        if self._waiting > self.options.max_waiting:
            self._outbox.clear()
            self._end("transport error", "it does not poll, and too much waits for it")
            console.error(f"a session was ended: {self.options.max_waiting} bytes waited for it")
        elif self._poll is not None and not self._flushing:
            # At the end of this turn: what is sent together goes out in one answer.
            self._flushing = True
            background().loop.call_soon(self._flush)

    def _broke_a_rule(self, what: str) -> None:
        self._blame(what)
        if self.websocket is not None:
            self.websocket.close(BROKEN, shortened(what))
        self._answer("1")
        self._end("parse error", what)

    def _wait_to_ping(self) -> None:
        seconds = self.options.ping_interval
        self._ping_due, self._pong_due = background().loop.time() + seconds, inf
        self._after(seconds, self._ping)

    def _ping(self) -> None:
        """The client counts from when it was told of the interval, so that what a timer is late is
        made up for; a busy server still gives it most of the time.
        """
        self._write("2")
        now, timeout = background().loop.time(), self.options.ping_timeout
        seconds = timeout - min(now - self._ping_due, timeout / 4)
        self._pong_due = now + seconds
        self._after(seconds, self._no_pong)

    def keep_time(self) -> None:
        """Before a request is served: its time may be over, and the timer come after it."""
        if not self.ended and background().loop.time() >= self._pong_due:
            self._no_pong()

    def _no_pong(self) -> None:
        self._pong_due = inf
        self._drop(1001, "no pong came")
        self._end("ping timeout", "")

    def make_way(self) -> None:
        """End at once, for a new session."""
        self._drop(TRY_AGAIN_LATER, "the server is full")
        self._end("transport close", "the server is full")

    def _drop(self, code: int, reason: str) -> None:
        if self.websocket is not None:
            self.websocket.drop(code, reason, skipCloseFrame=False)
        self._answer("1")

    def _after(self, seconds: float, function: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self.ended:
            self._timer = background().loop.call_later(seconds, function)

    def _end(self, reason: str, description: str, *, keep: bool = False) -> None:
        """The end, told once. `keep`: last words wait for a poll, but not for ever."""
        if self.ended:
            return
        self.ended = True
        if self._probing is not None:
            self._probing.close(1000)
        self._stop_upgrading()
        if self._timer is not None:
            self._timer.cancel()
        if keep:
            seconds = self.options.ping_timeout
            self._timer = background().loop.call_later(seconds, self._forget, self)
        else:
            self._forget(self)
        # Soon, not now: who closes many sessions is not called back in the midst of it.
        background().loop.call_soon(self.on_closed, reason, description)


def answer(response: ServerResponse, status: int, text: str, kind: str = "text/plain") -> None:
    """A whole response that no cache may keep."""
    headers = {"Content-Type": f"{kind}; charset=UTF-8", "Cache-Control": "no-store"}
    response.writeHead(status, headers).end(text)


def refuse(response: ServerResponse, why: str, code: int = 3, status: int = 400) -> None:
    """A refusal in Engine.IO's form. code: 0 transport unknown, 1 session unknown, 2 bad method,
    3 bad request, 4 forbidden, 5 protocol not supported.
    """
    answer(response, status, json.dumps({"code": code, "message": why}), "application/json")
