"""HTTP/2 frames read from recorded bytes (RFC 9113 section 4), whatever rules they break.

The libraries `hyperframe` and `hpack`, which h2 is made of, read frames and header blocks. Where
they refuse a frame, it is kept with their reason, and the next one begins where its length says.
Bytes of header blocks count as secret unless they could be read, and hold no credential: it can't
be seen in them which field is where (RFC 7541).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from wslab.net.dissect.credentials import redact
from wslab.net.dissect.http1 import rest_unparsed, take
from wslab.net.dissect.items import HTTP2Item, Item
from wslab.net.dissect.stream import Stream

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"  # section 3.4
HEAD = 9  # bytes before each payload, section 4.1
TYPES = (
    "DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY",
    "WINDOW_UPDATE", "CONTINUATION",
)  # fmt: skip
HEADERS, PUSH_PROMISE, CONTINUATION = _BLOCKS = 0x1, 0x5, 0x9
SETTINGS = {
    1: "HEADER_TABLE_SIZE", 2: "ENABLE_PUSH", 3: "MAX_CONCURRENT_STREAMS",
    4: "INITIAL_WINDOW_SIZE", 5: "MAX_FRAME_SIZE", 6: "MAX_HEADER_LIST_SIZE",
    8: "ENABLE_CONNECT_PROTOCOL",
}  # fmt: skip
ERRORS = (
    "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
    "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
    "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
)  # fmt: skip
TABLE = 1 << 24  # the largest table that a side may have agreed to


def http2_items(stream: Stream, going_on: HeaderBlocks | None = None) -> Iterator[Item]:
    """The preface, if it is here, and the frames of one direction, to the end of the stream.

    going_on: header blocks that were begun in a stream before, and may end in one after this.
    """
    if stream.data.startswith(PREFACE, stream.position):
        yield HTTP2Item(**take(stream, stream.position + len(PREFACE)), name="preface")
    blocks = going_on or HeaderBlocks()
    while stream.left:
        data, start = stream.data, stream.position
        if stream.left < HEAD:
            came = f"{stream.left} of {HEAD} bytes came"
            yield from rest_unparsed(stream, f"the head of an HTTP/2 frame is not complete: {came}")
            break
        length, kind = int.from_bytes(data[start : start + 3]), data[start + 3]
        here = stream.left - HEAD
        if here < length:
            came = f"{here} of {length} bytes of payload came"
            reason = f"a frame of HTTP/2, {type_name(kind)}, is not complete: {came}"
            hidden_from = start + HEAD if kind in _BLOCKS else None
            yield from rest_unparsed(stream, reason, hidden_from=hidden_from)
            break
        yield from blocks.join(_frame(stream, length, kind), kind)
    if going_on is None:
        yield from blocks.end()


def type_name(kind: int) -> str:
    """The name of a type of frame, section 6."""
    return TYPES[kind] if kind < len(TYPES) else f"type {kind:#x}"


def _frame(stream: Stream, length: int, kind: int) -> HTTP2Item:
    """The frame at the stream's position."""
    from hyperframe import frame as hyperframe
    from hyperframe.exceptions import HyperframeError

    start = stream.position
    body = stream.data[start + HEAD : start + HEAD + length]
    head = stream.data[start : start + HEAD]
    bare = HTTP2Item(
        **take(stream, start + HEAD + length),
        name=type_name(kind),
        stream=int.from_bytes(head[5:]) & 0x7FFFFFFF,
    )
    if kind in _BLOCKS:  # until more is known of it
        bare = replace(bare, block=(HEAD, bare.size))
    try:
        frame, _ = hyperframe.Frame.parse_frame_header(memoryview(head))
        frame.parse_body(memoryview(body))
    except HyperframeError as error:
        return replace(bare, problems=(f"{error} (RFC 9113, 6)",))
    flags = tuple(flag.name for flag in frame.defined_flags if flag.name in frame.flags)
    content = getattr(frame, "data", b"") if kind in (0, *_BLOCKS) else b""
    item = replace(bare, flags=flags, said=_said(frame))
    if kind in _BLOCKS:
        begin = HEAD + ("PADDED" in flags) + 5 * ("PRIORITY" in flags) + 4 * (kind == PUSH_PROMISE)
        return replace(item, block=(begin, begin + len(content)))
    return replace(item, data=content)


def _said(said: Any) -> str:
    """What the fields of a frame of hyperframe's say, short."""
    match type_name(said.type):
        case "SETTINGS":
            pairs = said.settings.items()
            return ", ".join(f"{SETTINGS.get(key, f'{key:#x}')} {value}" for key, value in pairs)
        case "WINDOW_UPDATE":
            return f"{said.window_increment:,} bytes more"
        case "RST_STREAM":
            return _error(said.error_code)
        case "GOAWAY":
            debug = said.additional_data.decode("latin-1")
            return f"{_error(said.error_code)}, last stream {said.last_stream_id} {debug}".rstrip()
        case "PING":
            return str(said.opaque_data.hex(" "))
        case "PUSH_PROMISE":
            return f"stream {said.promised_stream_id}"
        case "PRIORITY":
            return f"after stream {said.depends_on}, weight {said.stream_weight + 1}"
    return ""


def _error(code: int) -> str:
    return ERRORS[code] if code < len(ERRORS) else f"error {code:#x}"


class HeaderBlocks:
    """Joins the parts of header blocks, and reads them. What one says may refer to those before."""

    def __init__(self) -> None:
        from hpack import Decoder

        self._decoder = Decoder()
        self._decoder.max_allowed_table_size = TABLE
        self._parts: list[HTTP2Item] = []  # of a block that has not ended
        self._lost = ""  # why no more blocks can be read

    def join(self, item: HTTP2Item, kind: int) -> Iterator[HTTP2Item]:
        """The items that are complete with this one."""
        if self._parts and (kind != CONTINUATION or item.stream != self._parts[0].stream):
            yield from self.end()
        elif not self._parts and kind == CONTINUATION:
            problem = "a CONTINUATION without a header block to continue (RFC 9113, 6.10)"
            item = replace(item, problems=(*item.problems, problem))
        if item.block is None:
            yield item
            return
        self._parts.append(item)
        if "END_HEADERS" in item.flags or item.problems:
            yield from self._read()

    def end(self) -> Iterator[HTTP2Item]:
        """The parts of a block whose end does not come."""
        if self._parts:
            self._lost = self._lost or "a header block before it has no end"
            *parts, last = self._parts
            problem = "the header block has no end: END_HEADERS is not set (RFC 9113, 6.10)"
            self._parts = [*parts, replace(last, problems=(*last.problems, problem))]
            yield from self._done(hidden=True)

    def _read(self) -> Iterator[HTTP2Item]:
        from hpack import HPACKError

        last = self._parts[-1]
        if self._lost or last.problems:
            self._lost = self._lost or "a header block before it could not be read"
            if not last.problems:
                problem = f"its header block can't be read: {self._lost}"
                self._parts[-1] = replace(last, problems=(problem,))
            yield from self._done(hidden=True)
            return
        data = b"".join(part.raw[slice(*part.block)] for part in self._parts if part.block)
        try:
            found = self._decoder.decode(data, raw=True)
            headers = tuple((_text(name), _text(value)) for name, value in found)
        except HPACKError as error:
            self._lost = "a header block before it could not be read"
            problem = f"its header block can't be read: {error} (RFC 7541)"
            self._parts[-1] = replace(last, problems=(problem,))
            yield from self._done(hidden=True)
            return
        self._parts[-1] = replace(last, headers=headers)
        yield from self._done(hidden=redact(headers) != list(headers))

    def _done(self, *, hidden: bool) -> Iterator[HTTP2Item]:
        parts, self._parts = self._parts, []
        for part in parts:
            secret = hidden and part.block and part.block[0] < part.block[1]
            yield replace(part, secrets=(part.block,)) if secret and part.block else part


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")
