"""What carries packets between a link and its client: here, one packet in one WebSocket message.

`Transport` is the seam. A link knows nothing else of the wire, so another carrier (long polling, or
Engine.IO around both) takes this one's place without a change to what is above it.
"""

from __future__ import annotations

from typing import Protocol

from wslab.net.console import console
from wslab.node.connection import WebSocketConnection
from wslab.protocol.broadcast import Broadcast
from wslab.protocol.closing import MAX_REASON


class Shared:
    """A packet on its way to many clients; its frame is made by the first and used by all."""

    __slots__ = ("frame", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.frame: Broadcast | None = None


class Transport(Protocol):
    """It calls `Link.receive` for each packet, and `Link.lost` when it has ended."""

    def send(self, text: str) -> None:
        """Send one packet; nothing happens when the connection is gone."""

    def share(self, packet: Shared) -> None:
        """Send a packet that others get too."""

    def close(self, code: int, reason: str) -> None:
        """Close with a WebSocket close code; a reason that is too long is cut."""

    def handler_failed(self, error: Exception) -> None:
        """Log what a handler raised, and close with 1011."""


class WebSocketTransport:
    """A connection of `wslab.node`."""

    def __init__(self, connection: WebSocketConnection) -> None:
        self._connection = connection

    def send(self, text: str) -> None:
        self._connection.sendUTF(text)

    def share(self, packet: Shared) -> None:
        if packet.frame is None:
            packet.frame = Broadcast(packet.text)
        self._connection.write_encoded(packet.frame)

    def close(self, code: int, reason: str) -> None:
        self._connection.close(code, shortened(reason))

    def handler_failed(self, error: Exception) -> None:
        self._connection._listener_failed(error)


class NoTransport:
    """The transport of a client that is gone."""

    def send(self, text: str) -> None:
        pass

    def share(self, packet: Shared) -> None:
        pass

    def close(self, code: int, reason: str) -> None:
        pass

    def handler_failed(self, error: Exception) -> None:
        console.error(error)


def shortened(reason: str) -> str:
    """As much of a reason as a close frame has room for."""
    data = reason.encode("utf-8", "replace")
    if len(data) <= MAX_REASON:
        return data.decode()
    return data[: MAX_REASON - len("…".encode())].decode("utf-8", "ignore") + "…"
