"""What a packet from outside may cost, and the error of one that is wrong."""

from __future__ import annotations

from dataclasses import dataclass


class PacketError(ValueError):
    """A text that is no packet, or a value that can't become one; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class PacketLimits:
    """What a packet from outside may cost. Sizes in characters."""

    size: int = 65_536
    depth: int = 16  # of arrays and objects in each other
    namespace: int = 128
    attachments: int = 10  # of bytes in one packet


DEFAULT_LIMITS = PacketLimits()
