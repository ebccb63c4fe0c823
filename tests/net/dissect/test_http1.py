"""wslab.net.dissect.http1: heads, and where each of their lines lies."""

from __future__ import annotations

from tests.show.recorded import REQUEST, connection
from wslab.net.dissect import Head, RequestItem, UnparsedItem, dissect, span_of_value


def head_of(data: bytes) -> Head:
    item = dissect(connection(("up", data)))[0]
    assert isinstance(item, Head), item
    return item


def test_the_spans_of_all_lines_cover_the_head() -> None:
    head = head_of(REQUEST)
    lines = REQUEST.split(b"\r\n")
    assert REQUEST[slice(*head.start_span)] == lines[0] + b"\r\n"
    for line, expected in zip(head.lines, lines[1:-2], strict=True):
        assert REQUEST[line.start : line.end] == expected + b"\r\n"
        assert f"{line.name}: {line.value}".encode() == expected
    assert head.lines[-1].end == len(REQUEST) - 2


def test_span_of_value_is_the_value_without_its_spaces() -> None:
    head = head_of(b"GET / HTTP/1.1\r\nHost: \t h:1  \r\nEmpty:\r\n\r\n")
    assert [head.raw[slice(*span_of_value(head, line))] for line in head.lines] == [b"h:1", b""]


def test_empty_lines_before_a_request_belong_to_it() -> None:
    head = head_of(b"\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
    assert head.start_line == "GET / HTTP/1.1" and head.raw.startswith(b"\r\n\r\nGET")


def test_bad_lines_are_kept_with_the_reason() -> None:
    head = head_of(b"GET / HTTP/1.1\r\nHost : h\r\nnonsense\r\n folded\r\nFine: yes\r\n\r\n")
    assert [bool(line.problem) for line in head.lines] == [True, True, True, False]
    assert len(head.problems) == 3 and "'Host '" in head.problems[0]
    assert head.get("Fine") == "yes"


def test_bare_line_feeds_are_read_and_named() -> None:
    head = head_of(b"GET / HTTP/1.1\nHost: h\n\n")
    assert head.get("host") == "h" and "bare line feed" in head.problems[0]


def test_an_upgrade_needs_both_headers() -> None:
    only = head_of(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n")
    assert isinstance(only, RequestItem) and not only.upgrade


def test_what_is_left_comes_in_the_chunks_it_was_recorded_in() -> None:
    items = dissect(connection(("up", b"\x00\x01"), ("up", b"\x02"), ("up", b"\x03\x04")))
    assert [item.raw for item in items] == [b"\x00\x01", b"\x02", b"\x03\x04"]
    reasons = [item.reason for item in items if isinstance(item, UnparsedItem)]
    assert "first line" in reasons[0] and reasons[1] == reasons[2] != reasons[0]


def test_a_bad_status_line() -> None:
    ask = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    answer = dissect(connection(("up", ask), ("down", b"ICY 200 OK\r\n\r\n")))[1]
    assert isinstance(answer, UnparsedItem) and "HTTP/1.1 response" in answer.reason
