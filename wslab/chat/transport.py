"""What carries packets between a link and its client, as a link sees it.

`Transport` is the seam. A link knows nothing else of the wire. An Engine.IO session is one
(`wslab.chat.engine`): long polling, a WebSocket, or first the one and then the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

from wslab.net.console import console
from wslab.protocol.broadcast import Broadcast
from wslab.protocol.closing import MAX_REASON


class Shared:
    """A packet on its way to many clients: its messages, and the frames that a WebSocket carries,
    made once for all.
    """

    def __init__(self, messages: Sequence[str | bytes]) -> None:
        self.messages = messages

    @cached_property
    def frames(self) -> list[Broadcast]:
        """Engine.IO's: the digit 4 before a text, bytes as they are."""
        return [Broadcast(m if isinstance(m, bytes) else f"4{m}") for m in self.messages]


class Transport(Protocol):
    """It calls `Link.receive` for each message, and `Link.lost` when it has ended."""

    def send(self, message: str | bytes) -> None:
        """Send one message; nothing happens when the connection is gone."""

    def share(self, packet: Shared) -> None:
        """Send a packet that others get too."""

    def close(self, code: int, reason: str) -> None:
        """Close with a WebSocket close code; a reason that is too long is cut."""

    def handler_failed(self, error: Exception) -> None:
        """Log what a handler raised, and close with 1011."""


class NoTransport:
    """The transport of a client that is gone."""

    def send(self, message: str | bytes) -> None:
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
