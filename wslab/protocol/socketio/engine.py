"""Engine.IO packets, protocol 4: a digit that says what it is, and what it says.

    0{"sid":"…"}   open        2   ping, from the server      4hello   message
    1              close       3   pong, from the client      5        upgrade      6   noop

In a WebSocket a packet is a text message, and a binary message of the application is a binary one.
In long polling several packets share a body, U+001E between them, and bytes are "b" and base64.
Pure: nothing here touches a socket.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from enum import IntEnum

from wslab.protocol.socketio.limits import PacketError

SEPARATOR = "\x1e"


class Kind(IntEnum):
    """What a packet is."""

    OPEN = 0
    CLOSE = 1
    PING = 2
    PONG = 3
    MESSAGE = 4
    UPGRADE = 5
    NOOP = 6


def write(message: str | bytes) -> str | bytes:
    """A message of the application as a packet; bytes are one as they are."""
    return f"4{message}" if isinstance(message, str) else message


def read(packet: str | bytes) -> tuple[Kind, str | bytes]:
    """What a packet is, and what it says. Raises PacketError for what is no packet."""
    if isinstance(packet, bytes):
        return Kind.MESSAGE, packet
    if packet[:1] not in ("0", "1", "2", "3", "4", "5", "6"):
        raise PacketError(f"an Engine.IO packet begins with 0 to 6; this begins {packet[:1]!a}")
    return Kind(int(packet[0])), packet[1:]


def write_payload(packets: Iterable[str | bytes]) -> str:
    """Several packets as one body."""
    return SEPARATOR.join(
        packet if isinstance(packet, str) else f"b{base64.b64encode(packet).decode()}"
        for packet in packets
    )


def read_payload(body: str) -> list[str | bytes]:
    """The packets of a body. Raises PacketError for bytes that are not base64."""
    return [_unpacked(part) if part[:1] == "b" else part for part in body.split(SEPARATOR)]


def _unpacked(part: str) -> bytes:
    try:
        return base64.b64decode(part[1:], validate=True)
    except (binascii.Error, ValueError):
        raise PacketError("a binary packet is b and base64, and this is not base64") from None
