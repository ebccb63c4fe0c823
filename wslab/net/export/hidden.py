"""The recorded bytes with their secrets hidden, cut into the chunks that they came in."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import BodyItem, FrameItem, Item, dissect
from wslab.net.dissect.credentials import hide
from wslab.net.dissect.secrets import hide_secrets
from wslab.net.export.deflated import deflated_to
from wslab.net.export.har_fields import MAX_DECODED
from wslab.net.export.header_blocks import rewritten
from wslab.net.export.loaded import BOTH
from wslab.net.relay import Direction
from wslab.protocol.masking import apply_mask


def hidden_chunks(connection: CapturedConnection) -> list[Chunk]:
    """The chunks of a connection, each byte of a secret an asterisk: all offsets stay true, but
    where header blocks of HTTP/2 are written anew.
    """
    items = dissect(connection)
    shown: dict[Direction, Iterator[bytes]] = {}
    for way in BOTH:
        anew = rewritten(items, way)
        mine = sorted((i for i in items if i.direction == way), key=lambda item: item.offset)
        parts = [(item.size, anew.get(item.offset) or _hidden(item)) for item in mine]
        sizes = [len(chunk.data) for chunk in connection.chunks if chunk.direction == way]
        shown[way] = _cut(parts, sizes)
    return [
        Chunk(chunk.t, chunk.direction, next(shown[chunk.direction])) for chunk in connection.chunks
    ]


def _cut(parts: Iterable[tuple[int, bytes]], sizes: Iterable[int]) -> Iterator[bytes]:
    """Parts, each with the size that it had, cut where the chunks were. What a part has more than
    before comes with its end.
    """
    coming, left, data = iter(parts), 0, b""
    for size in sizes:
        chunk = bytearray()
        while size:
            if not left:
                left, data = next(coming)
            here = min(size, left)
            size, left = size - here, left - here
            chunk += data[:here] if left else data
            data = data[here:]
        yield bytes(chunk)


def _hidden(item: Item) -> bytes:
    shown = hide_secrets(item)
    raw = shown.shown_raw()
    if isinstance(item, BodyItem) and _is_packed_secret(item):
        return raw.replace(item.data, b"*" * len(item.data))
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


def _is_packed_secret(item: BodyItem) -> bool:
    """Whether a body, or its first part, is compressed with a credential in it: Wireshark unpacks
    gzip and deflate, which is zlib's format (RFC 9110 8.4.1.2) or, of some senders, bare.
    """
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            plain = zlib.decompressobj(bits).decompress(item.data, MAX_DECODED)
        except zlib.error:
            continue
        return hide(plain, item.direction) != plain
    return False


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
