"""The recorded bytes with their secrets hidden, each chunk as long as it was."""

from __future__ import annotations

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import BodyItem, FrameItem, Item, dissect
from wslab.net.dissect.secrets import hide_secrets
from wslab.net.export.deflated import deflated_to
from wslab.net.export.loaded import BOTH
from wslab.protocol.masking import apply_mask


def hidden_chunks(connection: CapturedConnection) -> list[Chunk]:
    """The chunks of a connection, each byte of a secret an asterisk: all offsets stay true."""
    data = {way: bytearray(connection.data(way)) for way in BOTH}
    for item in dissect(connection):
        data[item.direction][item.offset : item.offset + len(item.raw)] = _hidden(item)
    at = dict.fromkeys(BOTH, 0)
    chunks = []
    for chunk in connection.chunks:
        start = at[chunk.direction]
        at[chunk.direction] = end = start + len(chunk.data)
        chunks.append(Chunk(chunk.t, chunk.direction, bytes(data[chunk.direction][start:end])))
    return chunks


def _hidden(item: Item) -> bytes:
    shown = hide_secrets(item)
    raw = shown.shown_raw()
    if isinstance(item, BodyItem) and isinstance(shown, BodyItem) and shown.data != item.data:
        raw = raw.replace(item.data, shown.data)  # the framing of a chunk stands before its data
    elif (
        isinstance(item, FrameItem)
        and isinstance(shown, FrameItem)
        and shown.inflated is not None
        and shown.inflated != item.inflated
    ):
        return _deflated(item, shown.inflated) or raw
    return raw


def _deflated(item: FrameItem, data: bytes) -> bytes | None:
    """A compressed message with other content, so that those after it can still be inflated."""
    if not item.fin or item.fragment > 1 or item.note:  # not all of it is here
        return None
    payload = deflated_to(data, len(item.payload))
    if payload is None:
        return None
    return item.raw[: item.header_length] + (
        apply_mask(payload, item.mask) if item.mask else payload
    )
