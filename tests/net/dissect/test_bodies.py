"""wslab.net.dissect.bodies: bodies by length, in chunks, and up to the end."""

from __future__ import annotations

from tests.show.recorded import connection, streaming
from wslab.net.dissect import BodyItem, Item, UnparsedItem, dissect

ASK = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"


def answer(*parts: bytes, ask: bytes = ASK) -> list[Item]:
    """The items after the heads, for an answer recorded in these chunks."""
    return dissect(connection(("up", ask), *(("down", part) for part in parts)))[2:]


def bodies(items: list[Item]) -> list[tuple[bytes, bool]]:
    return [(item.data, item.last) for item in items if isinstance(item, BodyItem)]


def test_by_length_is_one_item_whatever_the_chunks() -> None:
    items = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab", b"cd", b"ef")
    assert bodies(items) == [(b"abcdef", True)]


def test_by_length_cut_short_says_how_much_came() -> None:
    items = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab")
    assert bodies(items) == [(b"ab", False)]
    assert items[0].problems == ("2 of 6 bytes came",)


def test_chunks_are_one_item_each_with_their_framing_in_raw() -> None:
    items = dissect(streaming())[2:]
    assert bodies(items) == [
        (b"data: 0\n\n", False), (b"data: 1\n\n", False), (b"data: 2\n\n", False), (b"", True),
    ]  # fmt: skip
    assert items[0].raw == b"9\r\ndata: 0\n\n\r\n" and items[3].raw == b"0\r\n\r\n"
    assert isinstance(items[0], BodyItem) and items[0].content_type == "text/event-stream"


def test_chunk_extensions_and_trailers() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    items = answer(head + b"2;x=y\r\nab\r\n0\r\nSet-Cookie: s=1\r\n\r\n")
    assert bodies(items) == [(b"ab", False), (b"", True)]
    assert b"s=1" not in items[1].shown_raw()


def test_broken_chunks_become_unparsed_with_the_reason() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    bad_size = answer(head + b"zz\r\nab")
    assert isinstance(bad_size[0], UnparsedItem) and "size line" in bad_size[0].reason
    no_end = answer(head + b"2\r\nabXX")
    assert no_end[0].problems == ("no line end after the chunk",)
    assert isinstance(no_end[1], UnparsedItem)
    short = answer(head + b"5\r\nab")
    assert short[0].problems == ("2 of 5 bytes of the chunk came",)
    no_last = answer(head + b"0\r\n")
    assert isinstance(no_last[0], UnparsedItem) and "last chunk" in no_last[0].reason


def test_up_to_the_end_of_the_connection() -> None:
    items = answer(b"HTTP/1.0 200 OK\r\n\r\nab", b"cd")
    assert bodies(items) == [(b"ab", False), (b"cd", True)]


def test_no_body_after_head_204_and_304() -> None:
    ask = b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"
    assert answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", ask=ask) == []
    for status in (b"204 No Content", b"304 Not Modified"):
        assert answer(b"HTTP/1.1 " + status + b"\r\nContent-Length: 9\r\n\r\n") == []


def test_lengths_that_disagree() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"
    item = answer(head)[0]
    assert isinstance(item, UnparsedItem) and "Content-Length" in item.reason
    same = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab"
    assert bodies(answer(same)) == [(b"ab", True)]


def test_request_bodies() -> None:
    post = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
    items = dissect(connection(("up", post)))
    assert bodies(items) == [(b"abc", True)]
