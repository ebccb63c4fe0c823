"""The server's end of one client in one namespace: what `io.on('connection', fn)` hands to `fn`.

The names are those of Socket.IO's server API. A handler gets an event's arguments and, when the
client asked for an answer, a function to give it with, last. Methods may be called from any thread;
handlers run on the background loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from wslab.chat.listeners import FlexibleHandler, Handler, Listeners
from wslab.chat.rates import Bucket
from wslab.chat.transport import Shared
from wslab.node.threads import on_loop
from wslab.protocol.socketio import RESERVED_EVENTS, Packet, PacketType, encode

if TYPE_CHECKING:
    from wslab.chat.link import Link
    from wslab.chat.namespace import Broadcast, Namespace

MAX_WAITING = 1_000  # acknowledgements that one client may owe


@dataclass(frozen=True, slots=True)
class Handshake:
    """What is known of a client from its opening handshake. `time` is in seconds since 1970."""

    address: str = ""
    url: str = ""
    headers: Mapping[str, str | list[str]] = field(default_factory=dict, repr=False)  # cookies
    time: float = 0.0
    auth: Mapping[str, Any] = field(default_factory=dict)


class Socket:
    """One client. `username` and `data` belong to the application."""

    def __init__(self, namespace: Namespace, link: Link, sid: str, handshake: Handshake) -> None:
        self.nsp = namespace
        self.id = sid
        self.handshake = handshake
        self.connected = True
        self.username: str | None = None
        self.data: dict[str, Any] = {}
        self._link = link
        self._listeners = Listeners(link.handler_failed)
        self._waiting: dict[int, Handler] = {}
        self._numbers = count()
        # What is sent in the first moment waits a little: a client may begin to listen when it has
        # been told that it is connected, so the rest must not come in the same piece of TCP. A
        # client that says something has been told.
        self._held: list[tuple[Callable[[Any], None], Any]] | None = []

    def __repr__(self) -> str:
        return f"<socket of {self.username or 'somebody'}>"

    def on(self, event: str, handler: Handler | None = None) -> Any:
        """Call `handler(*args)` at each `event` of this client; without `handler`, a decorator.

        `disconnect` is called with a reason and a description, when this client is gone.
        """
        return self._listeners.listen(event, handler)

    def off(self, event: str, handler: Handler) -> None:
        """Remove a handler."""
        self._listeners.off(event, handler)

    def emit(self, event: str, *args: Any, ack: Handler | None = None) -> None:
        """Send an event to this client; `ack`, or a function that stands last, is called with its
        answer, if one comes.

        Bytes may be among the arguments. Raises ValueError for a reserved name and PacketError for
        arguments that JSON can't hold.
        """
        if ack is None:
            args, ack = with_callback(args)
        number = None if ack is None else next(self._numbers)
        packet = event_packet(self.nsp.name, event, args, number)
        on_loop(self._emit, packet, number, ack)

    def _emit(
        self, packet: Sequence[str | bytes], number: int | None, ack: Handler | None
    ) -> None:
        if self.connected:
            if number is not None and ack is not None:
                self._waiting[number] = FlexibleHandler(ack)
                if len(self._waiting) > MAX_WAITING:  # it doesn't answer: forget the oldest
                    del self._waiting[next(iter(self._waiting))]
            self._pass(self._link.send, packet)

    @property
    def broadcast(self) -> Broadcast:
        """Everybody else: `socket.broadcast.emit('news', 'hello')`."""
        return self.nsp.everybody.except_(self.id)

    def to(self, room: str) -> Broadcast:
        """Everybody in a room but this client itself."""
        return self.broadcast.to(room)

    @property
    def rooms(self) -> list[str]:
        """The rooms that this client is in; its own id is the first."""
        return list(self.nsp.adapter.sids.get(self.id, ()))

    @property
    def bucket(self) -> Bucket | None:
        """How much this client may send, over all of its namespaces; None without a limit."""
        return self._link.bucket

    def join(self, room: str) -> None:
        """Put this client into a room."""
        on_loop(self._join, room)

    def _join(self, room: str) -> None:
        if self.connected:  # one that is gone must not come back into the maps
            self.nsp.adapter.add(self.id, room)

    def leave(self, room: str) -> None:
        """Take this client out of a room."""
        on_loop(self.nsp.adapter.remove, self.id, room)

    def disconnect(self, close: bool = False) -> None:
        """Send this client away from the namespace; with `close`, end its connection too."""
        on_loop(self._disconnect, close)

    def _disconnect(self, close: bool) -> None:
        if self.connected:
            self.release()
            self._link.send(encode(Packet(PacketType.DISCONNECT, namespace=self.nsp.name)))
            self.gone("server namespace disconnect")
        if close:
            self._link.close(1000, "server namespace disconnect")

    def lose(self, code: int, reason: str) -> None:
        """End the connection without a DISCONNECT packet: a client with reconnection comes back."""
        on_loop(self._link.close, code, reason)

    # What the link and the namespace call, on the background loop

    def share(self, packet: Shared) -> None:
        """Send a packet that others get too."""
        if self.connected:
            self._pass(self._link.share, packet)

    def _pass(self, send: Callable[[Any], None], packet: Any) -> None:
        """Send now, or when the first moment is over: the same bytes either way."""
        if self._held is None:
            send(packet)
        else:
            self._held.append((send, packet))

    def release(self) -> None:
        """The first moment is over: send what has waited."""
        held, self._held = self._held, None
        for send, packet in held or ():
            if self.connected:
                send(packet)

    def receive(self, packet: Packet) -> None:
        """Handle an EVENT or ACK of this client."""
        self.release()
        if packet.type is PacketType.EVENT:
            event, *args = packet.data
            if packet.id is not None:
                args.append(self._acknowledge(packet.id))
            self._listeners.emit(event, *args)
        elif packet.id is not None and (waiting := self._waiting.pop(packet.id, None)):
            waiting(*packet.data)

    def awaits(self, number: int | None) -> bool:
        """Whether this client owes an answer under this number."""
        return number in self._waiting

    def _acknowledge(self, number: int) -> Handler:
        answered = False

        def callback(*answer: Any) -> None:
            nonlocal answered
            packet = encode(Packet(PacketType.ACK, list(answer), self.nsp.name, number))
            if not answered:  # an event is answered once
                answered = True
                on_loop(self._emit, packet, None, None)

        return callback

    def gone(self, reason: str, description: str = "") -> None:
        """Leave all rooms and call the handlers of `disconnect`, once."""
        if self.connected:
            self.connected = False
            self._waiting.clear()
            self.nsp.forget(self)
            self._link.forget(self)
            self._listeners.emit("disconnect", reason, description)


def with_callback(args: tuple[Any, ...]) -> tuple[tuple[Any, ...], Handler | None]:
    """An event's arguments, and the function that stands last, as Socket.IO has it."""
    return (args[:-1], args[-1]) if args and callable(args[-1]) else (args, None)


def event_packet(
    namespace: str, event: str, args: tuple[Any, ...], number: int | None = None
) -> list[str | bytes]:
    """The packet of an event, as messages. Raises ValueError for the names that Socket.IO keeps for
    itself.
    """
    if event in RESERVED_EVENTS:
        raise ValueError(f'"{event}" is a reserved event name: Socket.IO emits it itself')
    return encode(Packet(PacketType.EVENT, [event, *args], namespace, number))
