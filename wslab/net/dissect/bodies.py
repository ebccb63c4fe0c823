"""HTTP/1.1 bodies read from recorded bytes: how long they are, and their chunks.

Rules: RFC 9112 sections 6.3 (how long a body is) and 7.1 (chunks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from wslab.net.dissect.credentials import Parts, secret_spans
from wslab.net.dissect.http1 import rest_unparsed, take
from wslab.net.dissect.items import BodyItem, Head, Item, ResponseItem
from wslab.net.dissect.stream import Stream

_LINE_END = re.compile(rb"\r?\n")
_TRAILER_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LENGTH = re.compile(r"\d{1,15}")
MOST_BEFORE = 256  # bytes before a chunk in which a credential may begin; there may be many chunks


def read_body(stream: Stream, head: Head, *, method: str = "") -> Iterator[Item]:
    """The body that belongs to this head, as RFC 9112 section 6.3 decides how long it is.

    `method` is the method of the request that a response answers.
    """
    parts = Parts(MOST_BEFORE)
    for item in _items(stream, head, method):
        if (
            isinstance(item, BodyItem)
            and item.data
            and item.framing != "length"
            and parts.goes_on(item.data, item.direction, first=False)
        ):
            item = replace(item, hidden_from=0)
        yield item


def _items(stream: Stream, head: Head, method: str) -> Iterator[Item]:
    if isinstance(head, ResponseItem) and (
        method == "HEAD" or head.status < 200 or head.status in (204, 304)
    ):
        return
    content_type = head.get("Content-Type")
    if head.has_token("Transfer-Encoding", "chunked"):
        yield from _chunked(stream, content_type)
    elif head.get("Content-Length"):
        lengths = {part.strip() for part in head.get("Content-Length").split(",")}
        value = lengths.pop()
        if lengths or not _LENGTH.fullmatch(value):
            shown = head.get("Content-Length")[:40]
            yield from rest_unparsed(stream, f"Content-Length {shown!r} is not one number")
        else:
            yield from _by_length(stream, int(value), content_type)
    elif isinstance(head, ResponseItem):
        for end in stream.chunk_ends(stream.position) if stream.left else ():
            yield _body(stream, end, stream.data[stream.position : end], "close", content_type)


def _body(
    stream: Stream,
    end: int,
    data: bytes,
    framing: Literal["length", "chunked", "close"],
    content_type: str,
    problem: str = "",
) -> BodyItem:
    raw = stream.data[stream.position : end]
    last = not problem and (
        framing == "length"
        or (framing == "close" and end == len(stream))
        or (framing == "chunked" and not data)
    )
    begin = raw.find(b"\n") + 1 if framing == "chunked" else 0
    # Only the trailer of a chunked body can hold header lines.
    secrets = secret_spans(raw) if framing == "chunked" and not data else ()
    return BodyItem(
        **take(stream, end),
        data=data,
        framing=framing,
        last=last,
        content_type=content_type,
        spans=((begin, begin + len(data)),) if data else (),
        problems=(problem,) if problem else (),
        secrets=secrets,
    )


def _by_length(stream: Stream, length: int, content_type: str) -> Iterator[Item]:
    here = min(length, stream.left)
    if not here:
        return
    end = stream.position + here
    problem = f"{here} of {length} bytes came" if here < length else ""
    yield _body(stream, end, stream.data[stream.position : end], "length", content_type, problem)


def _chunked(stream: Stream, content_type: str) -> Iterator[Item]:
    while stream.left:
        line = _CHUNK_LINE.match(stream.data, stream.position)
        if line is None:
            yield from rest_unparsed(stream, "this is not the size line of a chunk (RFC 9112, 7.1)")
            return
        size = int(line[1], 16)
        if size == 0:
            yield from _last_chunk(stream, line.end(), content_type)
            return
        end = line.end() + size
        data = stream.data[line.end() : end]
        if len(data) < size:
            problem = f"{len(data)} of {size} bytes of the chunk came"
            yield _body(stream, len(stream), data, "chunked", content_type, problem)
            return
        line_end = _LINE_END.match(stream.data, end)
        if line_end is None:
            missing = stream.data[end : end + 2] in (b"", b"\r")
            problem = "" if missing else "no line end after the chunk"
            yield _body(
                stream, len(stream) if missing else end, data, "chunked", content_type, problem
            )
            if not missing:
                yield from rest_unparsed(stream, "no chunk begins here (RFC 9112, 7.1)")
            return
        yield _body(stream, line_end.end(), data, "chunked", content_type)


def _last_chunk(stream: Stream, after_size: int, content_type: str) -> Iterator[Item]:
    """The chunk of size 0, with trailers up to the empty line."""
    if empty := _LINE_END.match(stream.data, after_size):
        yield _body(stream, empty.end(), b"", "chunked", content_type)
    elif trailer := _TRAILER_END.search(stream.data, after_size):
        yield _body(stream, trailer.end(), b"", "chunked", content_type)
    else:
        yield from rest_unparsed(stream, "the end of the last chunk is missing")
