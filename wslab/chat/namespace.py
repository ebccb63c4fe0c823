"""A namespace: the clients that talk about one thing, and the ways to send to many of them.

Socket.IO lets several conversations share one connection, each under a name that begins with "/".
The one that nobody names is "/". Sending to many encodes the packet once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from wslab.chat.adapter import Adapter
from wslab.chat.listeners import Handler, Listeners
from wslab.chat.sockets import Socket, event_packet
from wslab.chat.transport import Shared
from wslab.node.threads import on_loop


class Namespace:
    """The sockets of one namespace, by id. Read them on the background loop."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sockets: dict[str, Socket] = {}
        self.adapter = Adapter()
        self.middlewares: list[Handler] = []
        self._listeners = Listeners()

    def on(self, event: str, handler: Handler | None = None) -> Any:
        """Call `handler(socket)` at each `connection`; without `handler`, a decorator."""
        if event not in ("connection", "connect"):
            raise ValueError(
                f"a namespace has the event 'connection', not {event!r}: try socket.on"
            )
        return self._listeners.listen("connection", handler)

    def use(self, middleware: Handler) -> Handler:
        """Call `middleware(socket, next)` before a client enters: see `wslab.chat.middleware`."""
        self.middlewares.append(middleware)
        return middleware

    @property
    def everybody(self) -> Broadcast:
        """All sockets of the namespace."""
        return Broadcast(self)

    def emit(self, event: str, *args: Any) -> None:
        """Send an event to all."""
        self.everybody.emit(event, *args)

    def to(self, room: str) -> Broadcast:
        """Those in a room; a socket's id is a room too."""
        return self.everybody.to(room)

    def except_(self, room: str) -> Broadcast:
        """All but those in a room."""
        return self.everybody.except_(room)

    def disconnect_sockets(self, close: bool = False) -> None:
        """Send everybody away."""
        on_loop(self._disconnect_sockets, close)

    def _disconnect_sockets(self, close: bool) -> None:
        for socket in list(self.sockets.values()):
            socket.disconnect(close)

    # What the link and the socket call

    def admit(self, socket: Socket) -> None:
        """A new socket. `greet` tells the handlers of it, once the client knows."""
        self.sockets[socket.id] = socket
        self.adapter.add(socket.id, socket.id)

    def greet(self, socket: Socket) -> None:
        """Call the handlers of `connection`."""
        self._listeners.emit("connection", socket)

    def forget(self, socket: Socket) -> None:
        """Take a socket out of everything."""
        self.sockets.pop(socket.id, None)
        self.adapter.remove_all(socket.id)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Some of a namespace's sockets: `io.to('a').to('b').except_('c').emit('news')`."""

    namespace: Namespace
    rooms: tuple[str, ...] = ()  # none means everybody
    excluded: tuple[str, ...] = ()

    def to(self, room: str) -> Broadcast:
        """Those in this room as well; each gets the event once."""
        return replace(self, rooms=(*self.rooms, room))

    def except_(self, room: str) -> Broadcast:
        """Without those in this room."""
        return replace(self, excluded=(*self.excluded, room))

    def emit(self, event: str, *args: Any) -> None:
        """Send an event to them. Raises ValueError and PacketError as `Socket.emit` does."""
        on_loop(self._send, event_packet(self.namespace.name, event, args))

    def _send(self, messages: list[str | bytes]) -> None:
        namespace = self.namespace
        rooms = self.rooms or tuple(namespace.sockets)  # a socket's id is a room of its own
        members = namespace.adapter.members(rooms, self.excluded)
        packet = Shared(messages)
        for sid in members:
            if socket := namespace.sockets.get(sid):  # a middleware may have put one into a room
                socket.share(packet)
