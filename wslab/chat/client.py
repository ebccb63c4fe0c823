"""A client for notebooks and scripts: Socket.IO over `wslab.browser.WebSocket`, without polling.

    ada = ChatClient(room.url)
    await ada.connect()
    await ada.emit("new user", "Ada")     # → {'ok': True, 'name': 'Ada'}, the acknowledgement
    await ada.wait("get users")           # → ['Ada']
    await ada.close()

Everything happens on the loop of the cell that awaits.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from wslab.browser import CloseEvent, WebSocket
from wslab.chat.listeners import FlexibleHandler, Handler
from wslab.chat.sockets import event_packet, with_callback
from wslab.protocol.socketio import (
    Assembler,
    Packet,
    PacketError,
    PacketLimits,
    PacketType,
    encode,
)
from wslab.protocol.socketio.engine import Kind, read, write

ENGINE = "EIO=4&transport=websocket"
LIMITS = PacketLimits(size=4_000_000)  # from a server that we chose
MAX_KEPT = 10_000  # events that nobody waited for; the oldest go first


class Disconnected(ConnectionError):
    """The server ended the connection, or it was never there; the text says why."""


class ChatClient:
    """One client. `url` is the room's, ws: or http:; times are in seconds.

    auth: what the server's handlers find in `socket.handshake.auth`.
    """

    def __init__(
        self,
        url: str,
        *,
        path: str = "socket.io/",
        timeout: float = 5.0,
        auth: Mapping[str, Any] | None = None,
    ) -> None:
        self.url = socket_url(url, path)
        self.timeout = timeout
        self.auth = None if auth is None else dict(auth)
        self.id: str | None = None  # what the server calls this client
        self.events: deque[tuple[str, list[Any]]] = deque(maxlen=MAX_KEPT)  # not waited for yet
        self._ws: WebSocket | None = None
        self._handlers: dict[str, list[FlexibleHandler]] = {}
        self._acks: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count()
        self._changed = asyncio.Event()
        self._ended = "connect() was not called"
        self._silence: float | None = None  # seconds without a ping that mean the end
        self._timer: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<chat client, {'connected' if self.connected else 'not connected'}>"

    async def __aenter__(self) -> ChatClient:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        """Whether the server has greeted this client, and neither side has left."""
        return self.id is not None

    async def connect(self) -> None:
        """Open the connection and wait until the server has greeted. Raises Disconnected."""
        if self._ws is not None:
            raise RuntimeError("this client has a connection already: close() it first")
        self._ended = ""
        self.events.clear()
        ws = self._ws = WebSocket(self.url)
        ws.binaryType = "arraybuffer"
        assembler = Assembler(LIMITS)
        ws.onmessage = lambda event: self._heard(event.data, assembler)
        ws.onclose = lambda event: self._lost(event, ws.failure)
        await self._until(lambda: self.connected, "the server's greeting", self.timeout)

    async def close(self) -> None:
        """Leave, and wait until the connection is closed. A second time is harmless."""
        ws = self._ws
        if ws is None:
            return
        if ws.readyState == WebSocket.OPEN:
            self._write(encode(Packet(PacketType.DISCONNECT)))
        ws.close(1000)
        try:
            await self._until(lambda: self._ws is None, "the connection to close", self.timeout)
        except TimeoutError:  # nobody answers any more
            ws.lose()
            await self._until(lambda: self._ws is None, "the connection to end", self.timeout)

    def lose(self) -> None:
        """Lose the connection, as when the network breaks."""
        if self._ws is not None:
            self._ws.lose()

    async def ended(self) -> str:
        """Wait until there is no connection, and return why."""
        while self._ws is not None:
            self._changed.clear()
            await self._changed.wait()
        return self._ended

    async def emit(self, event: str, *args: Any, timeout: float | None = None) -> Any:
        """Send an event and return the server's answer (a list if it has several values). A
        function that stands last is called with it, as in Socket.IO.

        Raises Disconnected, or TimeoutError if no answer came.
        """
        args, ack = with_callback(args)
        number = next(self._numbers)
        answer = self._acks[number] = asyncio.get_running_loop().create_future()
        try:
            self._send(event_packet("/", event, args, number))
            seconds = self.timeout if timeout is None else timeout
            async with asyncio.timeout(seconds):
                values = await answer
        except TimeoutError:
            raise TimeoutError(f"no answer to {event!r} in {seconds:g} s") from None
        finally:
            self._acks.pop(number, None)
        if ack is not None:
            FlexibleHandler(ack)(*values)
        return _one_or_all(values)

    def send(self, event: str, *args: Any) -> None:
        """Send an event that asks for no answer."""
        self._send(event_packet("/", event, args))

    async def wait(self, event: str, *, timeout: float | None = None) -> Any:
        """The argument of the next such event that was not waited for yet (a list if several).

        Raises Disconnected when the connection ends first, or TimeoutError.
        """
        found: list[list[Any]] = []

        def take() -> bool:
            for index, (name, args) in enumerate(self.events):
                if name == event:
                    del self.events[index]
                    found.append(args)
                    return True
            return False

        await self._until(
            take, f"the event {event!r}", self.timeout if timeout is None else timeout
        )
        return _one_or_all(found[0])

    def on(self, event: str, handler: Handler | None = None) -> Any:
        """Call `handler(*args)` at each `event`; `wait` then doesn't see it. Also a decorator."""
        if handler is None:
            return lambda decorated: self.on(event, decorated)
        self._handlers.setdefault(event, []).append(FlexibleHandler(handler))
        return handler

    # Inside, on the loop of the cell

    def _send(self, packet: Sequence[str | bytes]) -> None:
        if not self.connected:
            raise Disconnected(f"not connected: {self._ended or 'the server has not greeted yet'}")
        self._write(packet)

    def _write(self, packet: Sequence[str | bytes]) -> None:
        for message in packet:
            if self._ws is not None:
                self._ws.send(write(message))

    def _heard(self, data: str | bytes, assembler: Assembler) -> None:
        """Engine.IO: the first packet greets, pings want an answer, messages make packets."""
        try:
            kind, content = read(data)
            self._alive()
            if kind is Kind.OPEN:
                opening = json.loads(content)
                self._silence = (opening["pingInterval"] + opening["pingTimeout"]) / 1000
                self._alive()
                self._write(encode(Packet(PacketType.CONNECT, self.auth)))
            elif kind is Kind.PING and self._ws is not None:
                self._ws.send("3")
            elif kind is Kind.MESSAGE and (packet := assembler.take(content)) is not None:
                self._receive(packet)
        except (PacketError, ValueError, KeyError, TypeError) as error:
            self._end(f"the server sent no packet: {error}")

    def _alive(self) -> None:
        """Something came. A server that does not ping any more is gone, whatever TCP says."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._silence is not None and self._ws is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._silence, self._silent, self._ws)

    def _silent(self, ws: WebSocket) -> None:
        self._ended = self._ended or f"the server sent nothing for {self._silence:g} s"
        ws.lose()

    def _receive(self, packet: Packet) -> None:
        if packet.type is PacketType.CONNECT:
            self.id = str((packet.data or {}).get("sid", ""))
        elif packet.type is PacketType.CONNECT_ERROR:
            self._end(f"the server refused: {packet.data}")
        elif packet.type is PacketType.DISCONNECT:
            self._end("the server sent this client away")
        elif packet.type is PacketType.ACK and packet.id is not None:
            answer = self._acks.pop(packet.id, None)
            if answer is not None and not answer.done():
                answer.set_result(packet.data)
        elif packet.type is PacketType.EVENT:
            self._event(packet)
        self._changed.set()

    def _event(self, packet: Packet) -> None:
        event, *args = packet.data
        if packet.id is not None:
            args.append(self._answer(packet.id))
        handlers = self._handlers.get(event)
        if handlers is None:
            self.events.append((event, args))
        for handler in handlers or ():
            handler(*args)

    def _answer(self, number: int) -> Callable[..., None]:
        return lambda *values: self._send(encode(Packet(PacketType.ACK, list(values), id=number)))

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        if self._ws is not None:
            self._ws.close()

    def _lost(self, event: CloseEvent, failure: str | None) -> None:
        closed = f"the connection was closed with {event.code} {event.reason}".rstrip()
        self._ended = self._ended or failure or closed
        self._ws = self.id = self._silence = None
        self._alive()
        for answer in self._acks.values():
            if not answer.done():
                answer.set_exception(Disconnected(self._ended))
        self._changed.set()

    async def _until(self, condition: Callable[[], object], what: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    if self._ws is None:
                        raise Disconnected(f"waited for {what}, but {self._ended}")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"waited {seconds:g} s for {what}, and it did not come") from None


def socket_url(url: str, path: str = "socket.io/") -> str:
    """Where the packets go for a room's address: http becomes ws, path and query are added."""
    parts = urlsplit(url)
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    base = parts.path.rstrip("/") + "/"
    if not base.endswith(f"/{path}"):
        base += path
    query = "&".join(part for part in (parts.query, ENGINE) if part)
    return urlunsplit((scheme, parts.netloc, base, query, ""))


def _one_or_all(values: list[Any]) -> Any:
    """A single value as it is, none as None, several as a list."""
    return values[0] if len(values) == 1 else values or None
