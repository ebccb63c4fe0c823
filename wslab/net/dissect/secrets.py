"""Credentials that a message carries, hidden before it is shown.

HTTP's are known by their headers (`items.secret_spans`). Here are those of Socket.IO: what a client
says of itself when it connects, `40{"key":"…"}` (the `auth` of its handshake).
"""

from __future__ import annotations

import re
from dataclasses import replace

from wslab.net.dissect.items import BodyItem, FrameItem, Item
from wslab.protocol.masking import apply_mask

# A CONNECT packet inside an Engine.IO message, perhaps behind others of one body (U+001E).
_CONNECT = re.compile(rb'(?:^|\x1e)40(?:/[^,{]*,)?\{[^\x1e]*')
_VALUE = re.compile(rb'("(?:[^"\\]|\\.)*"\s*:\s*")((?:[^"\\]|\\.)*)')


def hide_secrets(item: Item) -> Item:
    """The item as it may be shown: each byte of a secret is an asterisk, and the lengths stay. Of a
    compressed frame with one, all that is compressed is.
    """
    if item.direction != "up":
        return item
    if isinstance(item, FrameItem):
        return _frame(item)
    if isinstance(item, BodyItem):
        data = _hidden(item.data)
        return item if data == item.data else replace(item, data=data, raw=_hidden(item.raw))
    return item


def _frame(item: FrameItem) -> FrameItem:
    data = _hidden(item.data)
    if data == item.data:
        return item
    payload = data if item.inflated is None else b"*" * len(item.payload)
    wire = apply_mask(payload, item.mask) if item.mask else payload
    raw = item.raw[: item.header_length] + wire
    return replace(item, raw=raw, payload=payload, inflated=None if item.inflated is None else data)


def _hidden(data: bytes) -> bytes:
    if b"40" not in data:
        return data
    return _CONNECT.sub(lambda packet: _VALUE.sub(_asterisks, packet[0]), data)


def _asterisks(value: re.Match[bytes]) -> bytes:
    return value[1] + b"*" * len(value[2])
