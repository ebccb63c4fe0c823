"""What headers, opcodes and close codes mean, one short sentence each, and the section that says
so."""

from __future__ import annotations

from wslab.net.dissect import (
    BodyItem,
    FrameItem,
    HeaderLine,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
    UnparsedItem,
    redact_text,
)
from wslab.protocol.closing import MEANINGS, is_sendable
from wslab.show import http2, packets

# name: (in a request, in a response, where it is defined)
HEADERS: dict[str, tuple[str, str, str]] = {
    "host": ("which server is meant: one machine may serve many names", "", "RFC 9110, 7.2"),
    "upgrade": (
        "the protocol that the client wants to change to",
        "the protocol that both speak from here on",
        "RFC 6455, 4.1",
    ),
    "connection": (
        "names what concerns this hop only; here Upgrade",
        "names what concerns this hop only",
        "RFC 9110, 7.6.1",
    ),
    "sec-websocket-key": (
        "16 random bytes in base64: the answer must show that it read them",
        "",
        "RFC 6455, 11.3.1",
    ),
    "sec-websocket-accept": (
        "",
        "SHA-1 of key and GUID: the server speaks WebSocket, no more",
        "RFC 6455, 11.3.3",
    ),
    "sec-websocket-version": (
        "the version of the protocol; 13 is the one in use",
        "the version that the server speaks",
        "RFC 6455, 11.3.5",
    ),
    "sec-websocket-protocol": (
        "subprotocols that the client offers, best first",
        "the one subprotocol that the server chose",
        "RFC 6455, 11.3.4",
    ),
    "sec-websocket-extensions": (
        "extensions that the client offers",
        "extensions that the server agreed to",
        "RFC 6455, 11.3.2",
    ),
    "origin": (
        "where the page came from: the server must judge it",
        "the origin that was let in; clients do not look at it",
        "RFC 6455, 10.2",
    ),
    "user-agent": ("which program asks", "", "RFC 9110, 10.1.5"),
    "accept": ("the kinds of content that the client takes", "", "RFC 9110, 12.5.1"),
    "accept-encoding": ("the compressions of a body that the client takes", "", "RFC 9110, 12.5.3"),
    "accept-language": ("the languages that the reader prefers", "", "RFC 9110, 12.5.4"),
    "cache-control": (
        "no answer out of a cache",
        "whether the answer may be kept",
        "RFC 9111, 5.2",
    ),
    "pragma": ("the same for caches from before 1997", "", "RFC 9111, 5.4"),
    "cookie": ("what the server stored in this browser; not shown", "", "RFC 6265, 4.2"),
    "set-cookie": ("", "asks the browser to store this; not shown", "RFC 6265, 4.1"),
    "authorization": ("who asks, and the proof of it; not shown", "", "RFC 9110, 11.6.2"),
    "proxy-authorization": ("who asks the proxy; not shown", "", "RFC 9110, 11.7.2"),
    "content-type": ("what the body is", "what the body is", "RFC 9110, 8.3"),
    "content-length": (
        "how many bytes of body follow",
        "how many bytes of body follow",
        "RFC 9110, 8.6",
    ),
    "transfer-encoding": (
        "the body comes in chunks, its length unknown at first",
        "the body comes in chunks, its length unknown at first",
        "RFC 9112, 6.1",
    ),
    "keep-alive": (
        "how long to keep the connection",
        "how long to keep the connection",
        "RFC 2068, 19.7",
    ),
    "date": ("", "when the answer was made", "RFC 9110, 6.6.1"),
    "server": ("", "which program answers", "RFC 9110, 10.2.4"),
    "allow": ("", "the methods that are allowed here", "RFC 9110, 10.2.1"),
    "location": ("", "where to look instead", "RFC 9110, 10.2.2"),
    "referer": ("the page that the request came from", "", "RFC 9110, 10.1.3"),
    "last-event-id": ("the last event that the client saw", "", "HTML, 9.2.4"),
    "x-forwarded-for": ("a proxy's word for where the request came from", "", "not a standard"),
}
CONNECTION_WORDS = {
    "upgrade": "the Upgrade header is meant for this hop only",
    "keep-alive": "the connection stays open for more requests",
    "close": "the connection ends after this",
}
OPCODES = {
    0: ("continues a fragmented message", "RFC 6455, 5.4"),
    1: ("a text message, in UTF-8", "RFC 6455, 5.6"),
    2: ("a binary message", "RFC 6455, 5.6"),
    8: ("begins or answers the closing handshake", "RFC 6455, 5.5.1"),
    9: ("asks whether the other side is still there", "RFC 6455, 5.5.2"),
    10: ("answers a ping with the same payload", "RFC 6455, 5.5.3"),
}
STATUS = {
    101: "the server agrees",
    200: "the answer",
    204: "done, and there is nothing to say",
    304: "nothing is new since the client asked last",
    400: "the server calls the request faulty",
    401: "the server asks who is there",
    403: "the server refuses",
    404: "nothing is there",
    405: "the method is not allowed here",
    408: "the request took too long",
    426: "the server asks for an upgrade that it did not get",
    431: "the header block is too large",
    500: "the server failed",
    503: "the server is too busy",
}


def close_code(code: int | None) -> str:
    """What a close code means."""
    if code is None:
        return "no code"
    if code in MEANINGS:
        return MEANINGS[code] if is_sendable(code) else f"{MEANINGS[code]} (never sent)"
    if 3000 <= code <= 3999:
        return "a code registered by a library or framework"
    return "a code of the application's own" if 4000 <= code <= 4999 else "not a valid code"


def header(line: HeaderLine, *, request: bool) -> tuple[str, str]:
    """What a header line does, and the section that defines it."""
    if line.problem:
        return line.problem, ""
    name = line.name.lower()
    if name == "connection":
        words = [w.strip().lower() for w in line.value.split(",")]
        known = [CONNECTION_WORDS[w] for w in words if w in CONNECTION_WORDS]
        if known:
            return "; ".join(known), HEADERS[name][2]
    if name.startswith("sec-fetch-"):
        return "tells the server what kind of request the browser makes", "Fetch Metadata"
    in_request, in_response, section = HEADERS.get(name, ("", "", ""))
    return (in_request if request else in_response) or in_request or in_response, section


def start_line(item: RequestItem | ResponseItem) -> tuple[str, str]:
    """What the first line of a head says."""
    if isinstance(item, RequestItem):
        if item.upgrade:
            return (
                "asks for this path: the opening handshake is a GET, HTTP/1.1 or later",
                "RFC 6455, 4.1",
            )
        return "method, target and version", "RFC 9112, 3"
    if item.upgrade:
        return "agrees: after the empty line there are WebSocket frames", "RFC 6455, 4.2.2"
    return STATUS.get(
        item.status, _status_class(item.status)
    ), f"RFC 9110, 15.{item.status // 100 + 1}"


def _status_class(status: int) -> str:
    names = {
        1: "not final yet",
        2: "it worked",
        3: "look elsewhere",
        4: "the client's fault",
        5: "the server's fault",
    }
    return names.get(status // 100, "a status of no known class")


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
        case RequestItem():
            verb = "asks for" if item.method in ("GET", "HEAD") else "sends to"
            return f"{verb} {redact_text(item.target)}"
        case ResponseItem(upgrade=True):
            return "agrees: from here on, WebSocket frames"
        case ResponseItem():
            return STATUS.get(item.status, _status_class(item.status))
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
        case UnparsedItem():
            return f"can't be parsed: {item.reason}"
    return ""


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
        return f"close {item.close_code}: {close_code(item.close_code)}"
    said = OPCODES.get(item.opcode, ("", ""))[0]
    if item.opcode == 0 or (item.opcode in (1, 2) and not item.fin):
        more = "the last one" if item.fin else "more follow"
        kind = {1: "text ", 2: "binary "}.get(item.message_opcode or 0, "")
        said = f"fragment {item.fragment} of {kind}message {item.message}, {more}"
    if item.compressed:
        grown = "" if item.inflated is None else f", {len(item.inflated)} bytes inflated"
        said += f", compressed{grown}" + (f" ({item.note})" if item.note else "")
    return said
