"""What an item does in its conversation, one short sentence each."""

from __future__ import annotations

from wslab.net.dissect import (
    BodyItem,
    FrameItem,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
    RunItem,
    UnparsedItem,
    redact_text,
)
from wslab.net.dissect.packets import session_of, speaks_engine
from wslab.show import explain, http2, packets
from wslab.show.words import visible


def meaning(item: Item) -> str:
    """What an item does in the conversation, problems included."""
    said = _meaning(item)
    if item.problems:
        return (
            f"{said}; wrong: {'; '.join(item.problems)}"
            if said
            else f"wrong: {'; '.join(item.problems)}"
        )
    return said


def _meaning(item: Item) -> str:
    match item:
        case RequestItem(upgrade=True):
            return "asks to change to WebSocket"
        case RequestItem() if speaks_engine(item.target):
            return _poll(item)
        case RequestItem():
            verb = "asks for" if item.method in ("GET", "HEAD") else "sends to"
            return f"{verb} {redact_text(item.target)}"
        case ResponseItem(upgrade=True):
            return "agrees: from here on, WebSocket frames"
        case ResponseItem(status=101):
            other = item.get("Upgrade")
            name = "h2c, which is HTTP/2 without TLS" if other.lower() == "h2c" else visible(other)
            return f"agrees: from here on, {name or 'another protocol'}"
        case ResponseItem():
            return explain.start_line(item)[0]
        case BodyItem(packets=(_, *_)):
            return packets.told(item.packets)
        case BodyItem() if item.note:
            return f"the body; {item.note}"
        case HTTP2Item():
            return http2.told(item)
        case BodyItem(framing="chunked", last=True):
            return "the empty chunk that ends the body"
        case BodyItem(framing="chunked"):
            return _chunk(item)
        case BodyItem():
            return (
                "the body" if item.framing == "length" else "body, up to the end of the connection"
            )
        case FrameItem():
            return _frame(item)
        case RunItem():
            return f"{item.count:,} frames, counted and not taken apart"
        case UnparsedItem():
            return f"can't be parsed: {item.reason}"
    return ""


def _poll(item: RequestItem) -> str:
    """A request of Engine.IO's long polling."""
    if item.method == "POST":
        return "Engine.IO: brings packets"
    asked = "packets" if session_of(item.target) else "a session"
    return f"Engine.IO: asks for {asked}"


def _chunk(item: BodyItem) -> str:
    """A chunk, or a server-sent event, which is what a chunk usually has."""
    if len(item.spans) > 1:
        return f"one event, in {len(item.spans)} chunks of the body"
    (start, end), is_events = item.spans[0], item.content_type.startswith("text/event-stream")
    if is_events and not item.problems and not 0 < start < end < item.size:
        return "one event, in a chunk of the body that has more"
    return "one chunk of the body"


def _frame(item: FrameItem) -> str:
    said = _opcode(item)
    if item.packets:
        told = packets.told(item.packets)
        said = told if item.opcode and not item.compressed else f"{told}; {said}"
    return said


def _opcode(item: FrameItem) -> str:
    if item.opcode == 8:
        if item.close_code is None:
            return "close without a code"
        return f"close {item.close_code}: {explain.close_code(item.close_code)}"
    said = explain.OPCODES.get(item.opcode, ("", ""))[0]
    if item.opcode == 0 or (item.opcode in (1, 2) and not item.fin):
        more = "the last one" if item.fin else "more follow"
        kind = {1: "text ", 2: "binary "}.get(item.message_opcode or 0, "")
        said = f"fragment {item.fragment} of {kind}message {item.message}, {more}"
    if item.compressed:
        grown = "" if item.inflated is None else f", {len(item.inflated)} bytes inflated"
        said += f", compressed{grown}" + (f" ({item.note})" if item.note else "")
    return said
