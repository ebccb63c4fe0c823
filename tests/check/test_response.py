"""A head is read strictly, and what is no head names its line."""

from __future__ import annotations

import pytest

from wslab.check.outcome import Wrong
from wslab.check.response import head_of

OK = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade:  websocket \r\nA: 1\r\na: 2\r\n\r\n\x81\x00"


def test_a_head_is_read() -> None:
    head = head_of(OK, "the answer")
    assert (head.status, head.rest, head.data) == (101, b"\x81\x00", OK)
    assert head.get("UPGRADE") == "websocket"
    assert head.get("a") == "1"
    assert head.get("b") is None


def test_a_request_has_one_too() -> None:
    head = head_of(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "the request")
    assert (head.status, head.get("host")) == (0, "h")


def test_bytes_may_change_and_lack_a_reason() -> None:
    assert head_of(bytearray(b"HTTP/1.1 404 \r\n\r\n"), "the answer").status == 404


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (None, "the answer is None; bytes were expected"),
        ("HTTP/1.1 101 Yes", "bytes were expected"),
        (b"", "is empty"),
        (b"HTTP/1.1 101 Yes\nUpgrade: websocket\n\n", "LF alone"),
        (b"HTTP/1.1 101 Yes\r\n", "no empty line"),
        (b"HTTP/1.1 101\r\n\r\n", "a status of three digits and a reason"),
        (b"HTTP/1.0 101 Yes\r\n\r\n", "'HTTP/1.0 101 Yes'; HTTP/1.1, "),
        (b"101 Yes\r\n\r\n", "begins with the line '101 Yes'"),
        (b"HTTP/1.1 101 Yes\r\nUpgrade websocket\r\n\r\n", "line 2 of the answer is 'Upgrade web"),
        (b"HTTP/1.1 101 Yes\r\nA: b\r\nUpgrade : websocket\r\n\r\n", "line 3 of the answer"),
        (b"HTTP/1.1 101 Yes\r\nA: b\nB: c\r\n\r\n", "line 2 of the answer"),
    ],
)
def test_what_is_no_head_is_told(got: object, words: str) -> None:
    with pytest.raises(Wrong) as caught:
        head_of(got, "the answer")
    assert words in str(caught.value)
