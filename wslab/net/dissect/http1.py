"""HTTP/1.1 messages read from recorded bytes: heads, with the place of every line.

h11 parses HTTP for the servers; it does not say where in the bytes a header lies, and it stops at
what it dislikes. A dissection must show both. Rules: RFC 9112 sections 2.2 (line ends, empty lines
before a request), 3 and 4 (start lines), 5 (header lines). Bodies are in bodies.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wslab.net.dissect.credentials import Span, secret_spans
from wslab.net.dissect.items import (
    Head,
    HeaderLine,
    RequestItem,
    ResponseItem,
    UnparsedItem,
)
from wslab.net.dissect.stream import Stream
from wslab.protocol.http_fields import TOKEN, is_token

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_REQUEST_LINE = re.compile(rf"({TOKEN}) (\S+) (HTTP/\d\.\d)")
_STATUS_LINE = re.compile(r"(HTTP/\d\.\d) (\d{3})(?: (.*))?")


@dataclass(frozen=True, slots=True)
class Cannot:
    """Why the bytes that follow can't be read as HTTP."""

    reason: str


def rest_unparsed(
    stream: Stream, reason: str, *, hidden_from: int | None = None
) -> Iterator[UnparsedItem]:
    """Everything left in the stream as items, one for each chunk that was recorded. What stands
    behind `hidden_from`, a position in the stream, counts as secret.
    """
    start = stream.position
    # Looked for in the whole, so that a credential cut in two by a chunk's end is still found.
    secrets = secret_spans(stream.data[start:])
    if hidden_from is not None:
        begin = hidden_from - start
        secrets = (*((a, min(b, begin)) for a, b in secrets if a < begin), (begin, stream.left))
    for end in stream.chunk_ends(start):
        begin = stream.position
        clipped = tuple(
            (max(a + start, begin) - begin, min(b + start, end) - begin)
            for a, b in secrets
            if a + start < end and b + start > begin
        )
        yield UnparsedItem(**take(stream, end), reason=reason, secrets=clipped)
        reason = "more of the bytes that could not be parsed"


def read_request(stream: Stream) -> RequestItem | Cannot:
    """The request head at the stream's position; the position moves only when there is one."""
    found = _find_head(stream, "request", _REQUEST_LINE)
    if isinstance(found, Cannot):
        return found
    start_line, match, fields = found
    method, target, version = match.groups()
    head = RequestItem(
        **fields,
        start_line=start_line,
        version=version,
        method=method,
        target=target,
        upgrade=False,
    )
    upgrade = head.has_token("Upgrade", "websocket") and head.has_token("Connection", "upgrade")
    stream.position += len(head.raw)
    if not upgrade:
        return head
    return RequestItem(
        **fields, start_line=start_line, version=version, method=method, target=target, upgrade=True
    )


def read_response(stream: Stream) -> ResponseItem | Cannot:
    """The response head at the stream's position; the position moves only when there is one."""
    found = _find_head(stream, "response", _STATUS_LINE)
    if isinstance(found, Cannot):
        return found
    start_line, match, fields = found
    version, status, reason = match.group(1), int(match.group(2)), match.group(3) or ""
    head = ResponseItem(
        **fields,
        start_line=start_line,
        version=version,
        status=status,
        reason=reason,
        upgrade=False,
    )
    stream.position += len(head.raw)
    if status != 101 or not head.has_token("Upgrade", "websocket"):
        return head
    return ResponseItem(
        **fields, start_line=start_line, version=version, status=status, reason=reason, upgrade=True
    )


def take(stream: Stream, end: int) -> dict[str, Any]:
    """The common fields of an item that ends at `end`; the position moves there."""
    fields = _fields(stream, stream.position, end)
    stream.position = end
    return fields


def _fields(stream: Stream, start: int, end: int) -> dict[str, Any]:
    return {
        "connection": stream.connection,
        "direction": stream.direction,
        "t": stream.arrival(end)[1],
        "offset": start,
        "raw": stream.data[start:end],
    }


def _find_head(
    stream: Stream, what: str, pattern: re.Pattern[str]
) -> tuple[str, re.Match[str], dict[str, Any]] | Cannot:
    data, start = stream.data, stream.position
    first = start
    while line_end := _LINE_END.match(data, first):  # empty lines before a message are allowed
        first = line_end.end()
    line_end = _LINE_END.search(data, first)
    line = data[first : line_end.start() if line_end else len(data)].decode("latin-1")
    match = pattern.fullmatch(line)
    if line.startswith("PRI * HTTP/2"):
        return Cannot("this begins as HTTP/2, but is cut short, or the server speaks HTTP/1.1")
    if line_end and not match:
        return Cannot(_guess(data[first : first + 3], what))
    end = _HEAD_END.search(data, first)
    if line_end is None or match is None or end is None:
        looks = match or re.match(rf"(HTTP/|{TOKEN} )|{TOKEN}$", line)
        return Cannot(
            f"the head of the {what} is not complete"
            if looks
            else _guess(data[first : first + 3], what)
        )
    raw = data[start : end.end()]
    lines, problems = _header_lines(raw, line_end.end() - start)
    fields = _fields(stream, start, end.end()) | {
        "start_span": (0, line_end.end() - start),
        "lines": lines,
        "problems": problems,
        "secrets": secret_spans(raw),
    }
    return line, match, fields


def _header_lines(raw: bytes, start: int) -> tuple[tuple[HeaderLine, ...], tuple[str, ...]]:
    lines: list[HeaderLine] = []
    while start < len(raw):
        line_end = _LINE_END.search(raw, start)
        stop, end = line_end.span() if line_end else (len(raw), len(raw))
        if stop == start:
            break
        text = raw[start:stop].decode("latin-1")
        name, colon, value = text.partition(":")
        problem = ""
        if text[0] in " \t":
            name, value, problem = "", text.strip(), "a folded header line (RFC 9112, 5.2)"
        elif not colon or not is_token(name):
            problem = f"{name[:40]!r} is not the name of a header (RFC 9112, 5.1)"
            name, value = (name, value.strip()) if colon else ("", text)
        lines.append(HeaderLine(name, value.strip(" \t"), start, end, problem))
        start = end
    problems = [line.problem for line in lines if line.problem]
    if re.search(rb"[^\r]\n", raw):
        problems.append("a line ends with a bare line feed (RFC 9112, 2.2)")
    return tuple(lines), tuple(problems)


def _guess(first: bytes, what: str) -> str:
    if first[:1] == b"\x16":
        return "this looks like TLS: a wss: or https: client speaks to a plain port"
    return f"this is not the first line of an HTTP/1.1 {what}"


def span_of_value(head: Head, line: HeaderLine) -> Span:
    """Where the value of a header line lies in the head's bytes."""
    text = head.raw[line.start : line.end]
    start = text.find(b":") + 1
    value = text[start:].strip()
    begin = line.start + start + (len(text[start:]) - len(text[start:].lstrip()))
    return begin, begin + len(value)
