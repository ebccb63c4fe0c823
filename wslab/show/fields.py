"""Which bytes of an item are which field, with value, meaning and section."""

from __future__ import annotations

from wslab.net.dissect import (
    BodyItem,
    FrameItem,
    Item,
    RequestItem,
    ResponseItem,
    UnparsedItem,
    redact,
    redact_text,
)
from wslab.show import explain
from wslab.show.frame_fields import Field, frame_fields
from wslab.show.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from wslab.show.words import hide_ports, plural, preview, visible


def fields_of(item: Item) -> list[Field]:
    """The fields of any item in the order of its bytes; together they cover all of them."""
    match item:
        case FrameItem():
            return frame_fields(item)
        case RequestItem() | ResponseItem():
            return _head_fields(item)
        case BodyItem():
            return _body_fields(item)
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
    shown = hide_ports(preview(item.data))
    if item.framing != "chunked":
        return [Field("body", 0, item.size, shown, item.content_type, "RFC 9112, 6", GREEN)]
    line_end = item.raw.find(b"\n") + 1
    data_end = line_end + len(item.data)
    size_text = visible(item.raw[:line_end].decode("latin-1").strip())
    out = [
        Field(
            "chunk size",
            0,
            line_end,
            size_text,
            f"in hex: {plural(len(item.data), 'byte')} follow",
            "RFC 9112, 7.1",
            BLUE,
        )
    ]
    if item.data:
        out.append(
            Field(
                "chunk data", line_end, data_end, shown, item.content_type, "RFC 9112, 7.1", GREEN
            )
        )
    if data_end < item.size:
        ends = "the body ends here" if item.last else "the chunk ends here"
        out.append(Field("line end", data_end, item.size, "", ends, "RFC 9112, 7.1", GREY))
    return out
