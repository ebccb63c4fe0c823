"""One client's connection: packets in, packets out, and the sockets that it has in the namespaces.

It speaks packets to whatever carries them, a `Transport`. A client that breaks a rule is
disconnected with the reason, a client that sends too fast is told so, and neither is noticed by the
others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wslab.chat.middleware import ask
from wslab.chat.namespace import Namespace
from wslab.chat.rates import Bucket, Rate
from wslab.chat.sockets import Handshake, Socket, event_packet
from wslab.chat.transport import NoTransport, Shared, Transport
from wslab.net.console import console
from wslab.net.loop import background
from wslab.protocol.socketio import (
    DEFAULT_LIMITS,
    Assembler,
    Packet,
    PacketError,
    PacketLimits,
    PacketType,
    encode,
)

POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1
GREETING_SECONDS = 0.01  # see Socket._held
DEFAULT_RATE = Rate(per_second=10, burst=30)


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """What one client may do. Times in seconds; None turns a limit off."""

    packets: PacketLimits = DEFAULT_LIMITS
    rate: Rate | None = DEFAULT_RATE
    max_refused: int = 100  # packets in a row over the rate, before the client is disconnected
    connect_timeout: float | None = 45.0  # to ask for a namespace after the connection is open


class Link:
    """Everything here runs on the background loop."""

    def __init__(
        self,
        transport: Transport,
        namespaces: Mapping[str, Namespace],
        handshake: Handshake,
        options: LinkOptions,
        make_id: Callable[[], str],
    ) -> None:
        self._transport: Transport = transport
        self._namespaces = namespaces
        self._handshake = handshake
        self._options = options
        self._make_id = make_id
        self._sockets: dict[str, Socket] = {}  # by namespace
        self._asking: set[str] = set()  # namespaces whose middlewares have not answered yet
        self.bucket = Bucket(options.rate, time.monotonic()) if options.rate else None
        self._assembler = Assembler(options.packets)
        self._ended = False
        self._timer: asyncio.TimerHandle | None = None
        self._wait_for_connect()

    def send(self, messages: Sequence[str | bytes]) -> None:
        """Send one packet."""
        for message in messages:
            self._transport.send(message)

    def share(self, packet: Shared) -> None:
        """Send a packet that others get too."""
        self._transport.share(packet)

    def close(self, code: int, reason: str, description: str = "") -> None:
        """Disconnect all sockets of this client, and close its connection."""
        if self._ended:
            return
        self._ended = True
        if self._timer:
            self._timer.cancel()
        self.hang_up(code, f"{reason}: {description}" if description else reason)
        for socket in list(self._sockets.values()):
            try:
                socket.gone(reason, description)
            except Exception as error:  # of a handler; the other sockets go all the same
                console.error(error)

    def hang_up(self, code: int, reason: str) -> None:
        """Close the connection alone: nothing is sent or received any more."""
        self._transport.close(code, reason)

    def lost(self, reason: str, description: str = "") -> None:
        """The transport ended by itself."""
        self._transport = NoTransport()
        self.close(1000, reason, description)

    def forget(self, socket: Socket) -> None:
        """A socket left its namespace; a connection without any has some time to join another."""
        self._sockets.pop(socket.nsp.name, None)
        if not self._sockets and not self._ended:
            self._wait_for_connect()

    def handler_failed(self, error: Exception) -> None:
        """A handler of this client raised: the program's fault, and the end of this connection."""
        self._transport.handler_failed(error)

    def receive(self, message: str | bytes) -> None:
        """Handle one message of the client: a packet, or bytes that belong to one."""
        if self._ended:
            return
        try:
            packet = self._assembler.take(message)
        except PacketError as error:
            self._broke_a_rule(str(error))
            return
        if packet is None:
            return
        bucket = None if self._is_free(packet) else self.bucket
        if bucket is not None and not bucket.take(time.monotonic()):
            self._too_fast(packet, bucket)
            return
        try:
            self._route(packet)
        except Exception as error:
            self.handler_failed(error)

    def _is_free(self, packet: Packet) -> bool:
        """An answer that the server asked for and a farewell cost no token: neither can be many."""
        socket = self._sockets.get(packet.namespace)
        asked = packet.type is PacketType.ACK and socket is not None and socket.awaits(packet.id)
        return asked or packet.type is PacketType.DISCONNECT

    def _route(self, packet: Packet) -> None:
        kind, socket = packet.type, self._sockets.get(packet.namespace)
        if kind is PacketType.CONNECT and socket is None and packet.namespace not in self._asking:
            self._connect(packet)
        elif socket is None:
            self._broke_a_rule(f"{kind.name} for {packet.namespace}, which is not connected")
        elif kind in (PacketType.EVENT, PacketType.ACK):
            socket.receive(packet)
        elif kind is PacketType.DISCONNECT:
            socket.release()
            socket.gone("client namespace disconnect")
        else:
            self._broke_a_rule(f"{kind.name} on a namespace that is connected")

    def _connect(self, packet: Packet) -> None:
        namespace = self._namespaces.get(packet.namespace)
        if namespace is None:
            self._refuse(packet.namespace, "Invalid namespace")  # Socket.IO's words
            return
        handshake = replace(self._handshake, auth=packet.data or {})
        socket = Socket(namespace, self, self._make_id(), handshake)
        self._asking.add(namespace.name)
        asked = tuple(namespace.middlewares)
        ask(asked, socket, self.handler_failed, lambda error: self._answered(socket, error))

    def _answered(self, socket: Socket, error: Exception | None) -> None:
        """The middlewares have let a socket in, or one of them has not."""
        namespace = socket.nsp
        self._asking.discard(namespace.name)
        if error is not None or self._ended:
            socket.connected = False
            namespace.forget(socket)
            if not self._ended:
                self._refuse(namespace.name, str(error), getattr(error, "data", None))
            return
        if self._timer:
            self._timer.cancel()
        namespace.admit(socket)
        self._sockets[namespace.name] = socket
        self.send(encode(Packet(PacketType.CONNECT, {"sid": socket.id}, namespace.name)))
        namespace.greet(socket)
        background().loop.call_later(GREETING_SECONDS, socket.release)

    def _refuse(self, namespace: str, message: str, details: Any = None) -> None:
        data = {"message": message} if details is None else {"message": message, "data": details}
        self.send(encode(Packet(PacketType.CONNECT_ERROR, data, namespace)))

    def _too_fast(self, packet: Packet, bucket: Bucket) -> None:
        if bucket.refused > self._options.max_refused:
            what = f"more than {bucket.rate.per_second:g} packets a second, in spite of warnings"
            self.close(POLICY_VIOLATION, "rate limit", what)
            return
        reason = f"You are sending too fast: wait {max(bucket.wait, 0.1):.1f} s."
        wait = round(bucket.wait, 3)
        answer = {"ok": False, "reason": reason, "code": "too fast", "retry_after": wait}
        connected = packet.namespace in self._sockets
        # The answer goes where the client listens for one.
        if packet.type is PacketType.CONNECT and not connected:
            self._refuse(packet.namespace, reason, answer)
        elif packet.type is not PacketType.EVENT or not connected:
            return
        elif packet.id is not None:
            self.send(encode(Packet(PacketType.ACK, [answer], packet.namespace, packet.id)))
        else:
            answer["event"] = packet.data[0]
            self.send(event_packet(packet.namespace, "rate limit", (answer,)))

    def _broke_a_rule(self, what: str) -> None:
        self.close(POLICY_VIOLATION, "parse error", what)

    def _wait_for_connect(self) -> None:
        seconds = self._options.connect_timeout
        if seconds is not None:
            self._timer = background().loop.call_later(seconds, self._never_connected)

    def _never_connected(self) -> None:
        self.close(POLICY_VIOLATION, "connect timeout", "no CONNECT packet came")
