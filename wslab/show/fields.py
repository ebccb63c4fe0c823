"""Which bytes of an item are which field, with value, meaning and section."""

from __future__ import annotations

from wslab.net.dissect import (
    BodyItem,
    FrameItem,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
    UnparsedItem,
    redact,
    redact_text,
)
from wslab.show import explain
from wslab.show.frame_fields import Field, frame_fields
from wslab.show.http2_fields import http2_fields
from wslab.show.packet_fields import packet_fields
from wslab.show.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from wslab.show.words import hide_ports, plural, preview, visible


def fields_of(item: Item) -> list[Field]:
    """The fields of any item in the order of its bytes; together they cover all of them."""
    match item:
        case FrameItem():
            fields = frame_fields(item)
            return packet_fields(item, fields) if item.packets else fields
        case HTTP2Item():
            return http2_fields(item)
        case RequestItem() | ResponseItem():
            return _head_fields(item)
        case BodyItem():
            fields = _body_fields(item)
            return packet_fields(item, fields) if item.packets else fields
        case UnparsedItem():
            shown = hide_ports(preview(item.shown_raw()))
            return [Field("not parsed", 0, item.size, shown, item.reason, "", RED)]
    return []


def _head_fields(item: RequestItem | ResponseItem) -> list[Field]:
    is_request = isinstance(item, RequestItem)
    first, end = item.start_span
    meaning, section = explain.start_line(item)
    name = "request line" if is_request else "status line"
    said = hide_ports(visible(redact_text(item.start_line)))
    out = [Field(name, first, end, said, meaning, section, BLUE)]
    shown = item.shown_raw()
    for place, line in enumerate(item.lines):
        meaning, section = explain.header(line, request=is_request)
        if line.name:
            [(name, value)] = redact([(line.name, line.value)])
        else:  # not a header line: as it stands, credentials starred
            name, value = "(no name)", shown[line.start : line.end].decode("latin-1").strip()
        # Neighbours differ, and those of WebSocket from the others.
        hues = (GREEN, ORANGE) if name.lower().startswith("sec-websocket") else (GREY, PURPLE)
        value = hide_ports(visible(value))
        colour = hues[place % 2]
        out.append(Field(visible(name), line.start, line.end, value, meaning, section, colour))
    last = out[-1].end
    if last < item.size:
        out.append(
            Field("empty line", last, item.size, "", "the head ends here", "RFC 9112, 2.1", BLUE)
        )
    return out


def _body_fields(item: BodyItem) -> list[Field]:
    section = "RFC 9112, 7.1"
    if item.framing != "chunked":
        shown = hide_ports(preview(item.data))
        return [Field("body", 0, item.size, shown, item.content_type, "RFC 9112, 6", GREEN)]
    out: list[Field] = []
    spans = item.spans
    if not spans:  # the last chunk: its size is 0
        end = item.raw.find(b"\n") + 1
        size = visible(item.raw[:end].decode("latin-1").strip())
        out.append(Field("chunk size", 0, end, size, "in hex: 0 bytes follow", section, BLUE))
        spans = ((end, end),)
    place, taken = sum(field.end for field in out), 0
    for start, end in spans:
        if place < start:
            size = visible(item.raw[place:start].decode("latin-1").strip())
            meaning = _chunk_meaning(size)
            out.append(Field("chunk size", place, start, size, meaning, section, BLUE))
        if start < end:
            shown = hide_ports(preview(item.data[taken : taken + end - start]))
            field = Field("chunk data", start, end, shown, item.content_type, section, GREEN)
            out.append(field)
        taken += end - start
        place = end
    if place < item.size:
        ends = "the body ends here" if item.last else "the chunk ends here"
        out.append(Field("line end", place, item.size, "", ends, section, GREY))
    return out


def _chunk_meaning(size: str) -> str:
    count = int(size.partition(";")[0].strip(), 16)
    return f"in hex: {plural(count, 'byte')} follow"
