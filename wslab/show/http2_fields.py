"""The fields of a frame of HTTP/2 (RFC 9113 section 4.1), and the headers that its block holds."""

from __future__ import annotations

from wslab.net.dissect import HTTP2Item, redact
from wslab.show.frame_fields import Field
from wslab.show.http2 import TYPES, UNKNOWN
from wslab.show.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from wslab.show.words import hide_ports, plural, preview, visible

HEAD = ("length", 0, 3), ("type", 3, 4), ("flags", 4, 5), ("stream", 5, 9)
COLOURS = {"length": BLUE, "type": RED, "flags": PURPLE, "stream": ORANGE}


def http2_fields(item: HTTP2Item) -> list[Field]:
    """The head of nine bytes, the payload, and the headers in it."""
    meaning, section = TYPES.get(item.name, UNKNOWN)
    section = f"RFC 9113, {section}"
    if item.name == "preface":
        shown = preview(item.raw, text=True)
        return [Field("preface", 0, item.size, shown, meaning, section, BLUE)]
    says = {
        "length": plural(item.size - 9, "byte") + " of payload",
        "type": f"{item.name}: {meaning}",
        "flags": ", ".join(item.flags) or "none that this type has",
        "stream": "the connection itself" if not item.stream else "which exchange it belongs to",
    }
    out = []
    for name, start, end in HEAD:
        number = int.from_bytes(item.raw[start:end])
        value = str(item.stream if name == "stream" else number)
        value = f"{number:#04x}" if name in ("type", "flags") else value
        out.append(Field(name, start, end, value, says[name], "RFC 9113, 4.1", COLOURS[name]))
    if item.size > 9:
        out += _payload(item, section)
    for name, value in redact(item.headers):
        shown = hide_ports(visible(value))
        out.append(Field(visible(name), item.size, item.size, shown, "", "RFC 9113, 8.3", GREY))
    return out


def _payload(item: HTTP2Item, section: str) -> list[Field]:
    if item.block is None:
        shown = preview(item.data) if item.data else visible(item.said) or preview(item.raw[9:])
        return [Field("payload", 9, item.size, shown, "", section, GREEN)]
    start, end = item.block
    raw = item.shown_raw()
    shown = "[redacted]" if item.secrets else preview(raw[start:end], text=False)
    found = [
        ("before the block", 9, start, preview(raw[9:start]), "padding's length, or a priority"),
        ("header block", start, end, shown, "compressed (RFC 7541)"),
        ("padding", end, item.size, preview(raw[end:], text=False), "says nothing"),
    ]
    return [
        Field(name, a, b, value, meaning, section, GREEN if name == "header block" else GREY)
        for name, a, b, value, meaning in found
        if a < b
    ]
