"""wslab.net.dissect.events: an item for each event, whatever the chunks."""

from __future__ import annotations

import pytest

from tests.show.recorded import connection, events, streaming
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import BodyItem, dissect
from wslab.net.dissect.events import UNFINISHED


def bodies(recorded: CapturedConnection) -> list[BodyItem]:
    return [item for item in dissect(recorded) if isinstance(item, BodyItem)]


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize(
    "chunks",
    [
        (b"data: 1\n\ndata: 2\r\n\r\n:\r\r",),
        (b"data: 1\n", b"\nda", b"ta: 2\r\n", b"\r\n:\r\r"),
        (b"data: 1\n\n", b"data: 2\r\n\r\n", b":\r\r"),
    ],
)
def test_an_item_for_each_event(chunks: tuple[bytes, ...], chunked: bool) -> None:
    items = bodies(events(*chunks, chunked=chunked))
    assert [item.data for item in items if item.data] == [
        b"data: 1\n\n", b"data: 2\r\n\r\n", b":\r\r",
    ]  # fmt: skip
    assert items[-1].last and not any(item.problems for item in items)
    for item in items:
        assert b"".join(item.raw[a:b] for a, b in item.spans) == item.data


def test_an_event_over_two_chunks_has_the_framing_between_them() -> None:
    first = bodies(events(b"data", b": 1\n\ndata: 2\n\n"))[0]
    assert first.raw == b"4\r\ndata\r\ne\r\n: 1\n\n" and first.spans == ((3, 7), (12, 17))


def test_usual_chunks_are_the_items_that_they_were() -> None:
    assert [item.data for item in bodies(streaming())] == [
        b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n", b"",
    ]  # fmt: skip


def test_crlf_is_one_line_end() -> None:
    (item, _) = bodies(events(b"event: a\r\ndata: 1\r\n\r\n"))
    assert item.data == b"event: a\r\ndata: 1\r\n\r\n"


def test_what_no_empty_line_ends_is_not_whole() -> None:
    for chunked in (True, False):
        items = [i for i in bodies(events(b"data: 1\n\nda", b"ta", chunked=chunked)) if i.data]
        assert [item.data for item in items] == [b"data: 1\n\n", b"data"]
        assert items[1].problems == (UNFINISHED,)


def test_what_is_wrong_with_a_chunk_is_said_of_its_event() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    ask = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    (item,) = bodies(connection(("up", ask), ("down", head + b"20\r\ndata: 1\n\n")))
    assert item.problems == ("9 of 32 bytes of the chunk came",)


def test_other_bodies_stay_as_they_are() -> None:
    recorded = events(b"a\n\nb\n\n")
    for chunk in recorded.chunks:
        plain = chunk.data.replace(b"text/event-stream", b"text/plain")
        object.__setattr__(chunk, "data", plain)
    assert [item.data for item in bodies(recorded)] == [b"a\n\nb\n\n", b""]
