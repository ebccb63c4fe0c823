"""Frames of HTTP/2 in words (RFC 9113)."""

from __future__ import annotations

from wslab.net.dissect import HTTP2Item, redact
from wslab.show.words import preview, shorten, visible

# The purpose of each type of frame, and the section that defines it.
TYPES = {
    "preface": ("the client speaks HTTP/2 from here on", "3.4"),
    "DATA": ("a part of the body", "6.1"),
    "HEADERS": ("opens a stream, or answers on it: the head", "6.2"),
    "PRIORITY": ("which stream is more urgent; not used any more", "6.3"),
    "RST_STREAM": ("gives the stream up", "6.4"),
    "SETTINGS": ("what this side allows", "6.5"),
    "PUSH_PROMISE": ("announces a response that nobody asked for", "6.6"),
    "PING": ("asks whether the other side is still there", "6.7"),
    "GOAWAY": ("no new streams: the connection ends", "6.8"),
    "WINDOW_UPDATE": ("more bytes of bodies may be sent", "6.9"),
    "CONTINUATION": ("more of the header block before it", "6.10"),
}
UNKNOWN = ("a type that HTTP/2 itself does not have: to be ignored", "5.5")


def told(item: HTTP2Item) -> str:
    """What a frame does."""
    said = TYPES.get(item.name, UNKNOWN)[0]
    if item.name == "SETTINGS" and "ACK" in item.flags:
        said = "has seen the other side's settings"
    elif item.name == "PING" and "ACK" in item.flags:
        said = "answers a ping with the same bytes"
    elif item.headers:
        names = {name for name, _ in item.headers}
        said = "what comes after the body: trailers"
        if ":method" in names:
            said = "opens the stream: the head of a request"
        elif ":status" in names:
            said = "the head of the response"
    if item.stream:
        said = f"stream {item.stream}: {said}"
    if item.said:
        said += f": {visible(item.said)}"
    return f"{said}; the stream's last frame from this side" if _ends(item) else said


def _ends(item: HTTP2Item) -> bool:
    return "END_STREAM" in item.flags


def content(item: HTTP2Item, limit: int = 60) -> str:
    """What a frame carries, short, without credentials."""
    if item.headers:
        pairs = redact(item.headers)
        first = {name: value for name, value in pairs if name.startswith(":")}
        if ":method" in first:
            line = f"{first[':method']} {first.get(':path', first.get(':authority', ''))}"
        else:
            line = first.get(":status", "")
        rest = [f"{name}: {value}" for name, value in pairs if not name.startswith(":")]
        return shorten(visible(" · ".join(part for part in (line, *rest) if part)), limit)
    if item.name == "DATA":
        return preview(item.data, limit=limit)
    if item.block or item.name == "preface":
        return preview(item.shown_raw()[item.block[0] if item.block else 0 :], limit=limit)
    said = "ACK" if item.name == "SETTINGS" and "ACK" in item.flags else item.said
    return shorten(visible(said), limit) or preview(item.raw[9:], limit=limit)
