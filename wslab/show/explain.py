"""What headers, opcodes and close codes mean, one short sentence each, and the section that says
so."""

from __future__ import annotations

from wslab.net.dissect import HeaderLine, RequestItem, ResponseItem
from wslab.protocol.closing import MEANINGS, is_sendable

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
