"""Credentials in the contents of an item, hidden before it is shown.

Those in HTTP's heads are marked when they are read (`Item.secrets`); what is one, says
`credentials`.
"""

from __future__ import annotations

from dataclasses import replace

from wslab.net.dissect.credentials import hide, redact_text
from wslab.net.dissect.frames import read_close
from wslab.net.dissect.items import BodyItem, Direction, FrameItem, HTTP2Item, Item
from wslab.net.dissect.packets import LIMITS, SentPacket
from wslab.protocol.masking import apply_mask
from wslab.protocol.socketio import PacketError, PacketType, decode


def hide_secrets(item: Item) -> Item:
    """The item as it may be shown: each byte of a secret is an asterisk, and the lengths stay. Of a
    compressed frame with one, all that is compressed is.
    """
    if isinstance(item, FrameItem):
        return _frame(item)
    if isinstance(item, BodyItem):
        return _body(item)
    if isinstance(item, HTTP2Item) and item.data:
        data = hide(item.data, item.direction)
        return replace(item, raw=item.raw.replace(item.data, data), data=data)
    return item


def _frame(item: FrameItem) -> FrameItem:
    data = _from(item.data, item.hidden_from, item.direction)
    packets = _packets(item.packets, item.direction)
    if data == item.data and packets == item.packets:
        return item
    payload = data if item.inflated is None else b"*" * len(item.payload)
    wire = apply_mask(payload, item.mask) if item.mask else payload
    raw = item.raw[: item.header_length] + wire
    inflated = None if item.inflated is None else data
    reason = read_close(payload)[1] if item.opcode == 8 else item.close_reason
    return replace(
        item, raw=raw, payload=payload, inflated=inflated, packets=packets, close_reason=reason
    )


def _body(item: BodyItem) -> BodyItem:
    data = _from(item.data, item.hidden_from, item.direction)
    packets = _packets(item.packets, item.direction)
    if data == item.data and packets == item.packets:
        return item
    if data == item.data:  # the body is compressed, and the secret is in there
        data = b"*" * len(data)
    raw, place = bytearray(item.raw), 0
    for start, end in item.spans:
        raw[start:end] = data[place : place + end - start]
        place += end - start
    return replace(item, raw=bytes(raw), data=data, packets=packets)


def _packets(packets: tuple[SentPacket, ...], direction: Direction) -> tuple[SentPacket, ...]:
    return tuple(_packet(sent, direction) for sent in packets)


def _packet(sent: SentPacket, direction: Direction) -> SentPacket:
    """A packet as it may be shown: what is read in it is read again in what is left."""
    wire = hide(sent.wire, direction)
    if wire == sent.wire:
        return sent
    if isinstance(sent.content, bytes):
        return replace(sent, wire=wire, content=hide(sent.content, direction))
    content, packet = wire[1:].decode("utf-8", "replace"), sent.packet
    if packet is not None and packet.type is PacketType.CONNECT:
        packet = replace(packet, namespace=redact_text(packet.namespace), data=None)
    elif packet is not None:
        try:
            packet = decode(content, LIMITS)
        except PacketError:  # an asterisk stands where it broke the JSON
            packet = None
    return replace(sent, wire=wire, content=content, packet=packet)


def _from(data: bytes, hidden_from: int | None, direction: Direction) -> bytes:
    if hidden_from is None:
        return hide(data, direction)
    return data[:hidden_from] + b"*" * len(data[hidden_from:])
