"""Packets put together again from the messages that they were sent as."""

from __future__ import annotations

from dataclasses import replace

from wslab.protocol.socketio.limits import DEFAULT_LIMITS, PacketError, PacketLimits
from wslab.protocol.socketio.packets import Packet, PacketType, check, decode
from wslab.protocol.socketio.placeholders import put_back


class Assembler:
    """Messages in, packets out: those with bytes are complete when their bytes have come."""

    def __init__(self, limits: PacketLimits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._packet: Packet | None = None  # waits for its bytes
        self._found: list[bytes] = []

    def take(self, message: str | bytes) -> Packet | None:
        """The packet that this message completes, if it does. Raises PacketError."""
        packet = self._packet
        if isinstance(message, str):
            if packet is not None:
                raise PacketError("a text came where the bytes of a packet should")
            packet = decode(message, self.limits)
            if packet.type < PacketType.BINARY_EVENT:
                return packet
            self._packet, self._found = packet, []
        elif packet is None:
            raise PacketError("bytes came that no packet has announced")
        else:
            if len(message) > self.limits.size:
                most = self.limits.size
                raise PacketError(f"an attachment has {len(message)} bytes; the limit is {most}")
            self._found.append(message)
        if len(self._found) < packet.attachments:
            return None
        self._packet = None
        kind = PacketType(packet.type - PacketType.BINARY_EVENT + PacketType.EVENT)
        whole = replace(packet, type=kind, data=put_back(packet.data, self._found), attachments=0)
        check(whole)
        return whole
