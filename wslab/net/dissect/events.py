"""Server-sent events: a body cut where its events end, not where its chunks do.

An event ends with an empty line; a line ends with CRLF, LF or CR (HTML, 9.2.5). One chunk may hold
several events, and one event may come in several chunks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate

from wslab.net.dissect.credentials import Span
from wslab.net.dissect.items import BodyItem, Head, Item
from wslab.net.dissect.stream import Stream

_END = re.compile(rb"(?>\r\n|\n|\r){2}")
UNFINISHED = "the event is not whole: no empty line ends it (HTML, 9.2.6)"


def events(stream: Stream, body: Iterable[Item], head: Head) -> Iterator[Item]:
    """The items of a body; of one of server-sent events, an item for each event."""
    kind = head.get("Content-Type").partition(";")[0].strip().lower()
    if kind != "text/event-stream" or head.get("Content-Encoding"):
        yield from body
        return
    items = list(body)
    parts = [item for item in items if isinstance(item, BodyItem) and item.data]
    if parts:
        yield from _cut(stream, parts)
    yield from (item for item in items if not (isinstance(item, BodyItem) and item.data))


def _cut(stream: Stream, parts: list[BodyItem]) -> Iterator[BodyItem]:
    data = b"".join(part.data for part in parts)
    ends = list(accumulate(len(part.data) for part in parts))  # of the parts, in `data`
    cuts = [match.end() for match in _END.finditer(data)]
    whole = len(cuts)
    if not cuts or cuts[-1] < len(data):
        cuts.append(len(data))
    start, place = 0, 0  # in `data`, and the part that it is in
    offset = parts[0].offset
    for number, end in enumerate(cuts):
        spans: list[Span] = []
        problems: list[str] = []
        while True:
            part = parts[place]
            first = ends[place] - len(part.data)
            begins = part.offset + part.spans[0][0] - first  # of `data`'s first byte, as if
            here = min(end, ends[place])
            spans.append((begins + max(start, first) - offset, begins + here - offset))
            if end < ends[place]:
                stop = begins + end
                break
            problems += part.problems
            stop = part.offset + part.size
            place += 1
            if end == ends[place - 1]:
                break
        if number >= whole and not problems:
            problems = [UNFINISHED]
        yield BodyItem(
            connection=stream.connection,
            direction=stream.direction,
            t=stream.arrival(stop)[1],
            offset=offset,
            raw=stream.data[offset:stop],
            data=data[start:end],
            framing=part.framing,
            last=part.last and end == len(data),
            content_type=part.content_type,
            spans=tuple(spans),
            problems=tuple(problems),
        )
        start, offset = end, stop
