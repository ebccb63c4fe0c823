"""Credentials that a message carries, hidden before it is shown.

HTTP's are known by their headers (`items.secret_spans`). Here are those of Socket.IO: what a client
says of itself when it connects, `40{"key":"…"}` (the `auth` of its handshake).
"""

from __future__ import annotations

import re
from dataclasses import replace

from wslab.net.dissect.items import REDACTED, BodyItem, FrameItem, Item
from wslab.net.dissect.packets import SentPacket
from wslab.protocol.masking import apply_mask

# A CONNECT packet inside an Engine.IO message, perhaps behind others of one body (U+001E).
_CONNECT = re.compile(rb'((?:^|\x1e)40(?:/[^,{]*,)?)(\{[^\x1e]*)')
# A text with the colon of a name behind it, another text, or a number.
_TOKEN = re.compile(rb'(")((?:[^"\\]|\\.)*)("|$)(\s*:)?|(-?\d[\d.eE+-]*)', re.DOTALL)


def hide_secrets(item: Item) -> Item:
    """The item as it may be shown: each byte of a secret is an asterisk, and the lengths stay. Of a
    compressed frame with one, all that is compressed is.
    """
    if item.direction != "up":
        return item
    if isinstance(item, FrameItem):
        return _frame(item)
    if isinstance(item, BodyItem):
        return _body(item)
    return item


def _frame(item: FrameItem) -> FrameItem:
    data = _from(item.data, item.hidden_from)
    packets = _packets(item.packets)
    if data == item.data and packets == item.packets:
        return item
    payload = data if item.inflated is None else b"*" * len(item.payload)
    wire = apply_mask(payload, item.mask) if item.mask else payload
    raw = item.raw[: item.header_length] + wire
    inflated = None if item.inflated is None else data
    return replace(item, raw=raw, payload=payload, inflated=inflated, packets=packets)


def _body(item: BodyItem) -> BodyItem:
    data = _from(item.data, item.hidden_from)
    packets = _packets(item.packets)
    if data == item.data and packets == item.packets:
        return item
    if data == item.data:  # the body is compressed, and the secret is in there
        data = b"*" * len(data)
    raw, place = bytearray(item.raw), 0
    for start, end in item.spans:
        raw[start:end] = data[place : place + end - start]
        place += end - start
    return replace(item, raw=bytes(raw), data=data, packets=packets)


def _packets(packets: tuple[SentPacket, ...]) -> tuple[SentPacket, ...]:
    return tuple(map(_packet, packets))


def _packet(sent: SentPacket) -> SentPacket:
    """A CONNECT packet as it may be shown."""
    wire = _hidden(sent.wire)
    if wire == sent.wire:
        return sent
    packet = sent.packet
    if packet is not None and isinstance(packet.data, dict):
        packet = replace(packet, data=dict.fromkeys(packet.data, REDACTED))
    return replace(sent, wire=wire, content=wire[1:].decode("utf-8", "replace"), packet=packet)


def _from(data: bytes, hidden_from: int | None) -> bytes:
    if hidden_from is None:
        return _hidden(data)
    return data[:hidden_from] + b"*" * len(data[hidden_from:])


def _hidden(data: bytes) -> bytes:
    if b"40" not in data:
        return data
    return _CONNECT.sub(lambda packet: packet[1] + _TOKEN.sub(_asterisks, packet[2]), data)


def _asterisks(token: re.Match[bytes]) -> bytes:
    opens, text, closes, colon, number = token.groups()
    if colon:
        return token[0]
    return b"*" * len(number) if number else opens + b"*" * len(text) + closes
