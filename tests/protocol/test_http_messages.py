from __future__ import annotations

import pytest

from wslab.protocol.errors import InvalidHeader
from wslab.protocol.headers import Headers
from wslab.protocol.http_messages import Request, Response, reason_phrase


def test_a_request_on_the_wire() -> None:
    request = Request("GET", "/chat?a=b", Headers([("Host", "example.org"), ("X-A", "ü")]))
    assert request.serialize() == (
        b"GET /chat?a=b HTTP/1.1\r\nHost: example.org\r\nX-A: \xfc\r\n\r\n"
    )


def test_a_response_on_the_wire() -> None:
    response = Response(404, "Not Found", Headers([("Content-Length", "2")]), b"no")
    assert response.serialize() == b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"
    assert Response(299).serialize() == b"HTTP/1.1 299 \r\n\r\n"


@pytest.mark.parametrize("target", ["/a b", "/a\r\nX: y", "", "/ä", "/\x00"])
def test_a_target_that_would_break_the_start_line_is_refused(target: str) -> None:
    with pytest.raises(InvalidHeader, match="target"):
        Request("GET", target).serialize()


@pytest.mark.parametrize("method", ["", "G T", "GET\r\n"])
def test_so_is_a_method(method: str) -> None:
    with pytest.raises(InvalidHeader, match="method"):
        Request(method, "/").serialize()


@pytest.mark.parametrize("reason", ["a\r\nX: y", "a\x00", "\u20ac"])
def test_so_is_a_reason(reason: str) -> None:
    with pytest.raises(InvalidHeader):
        Response(200, reason).serialize()


@pytest.mark.parametrize("status", [0, 99, 1000])
def test_so_is_a_status(status: int) -> None:
    with pytest.raises(InvalidHeader, match=str(status)):
        Response(status).serialize()


def test_so_is_a_header() -> None:
    fields = Headers([("X-A", "b\r\nX-B: c")])
    for message in (Request("GET", "/", fields), Response(200, "OK", fields)):
        with pytest.raises(InvalidHeader, match="X-A"):
            message.serialize()


def test_two_messages_do_not_share_their_headers() -> None:
    Request("GET", "/").headers.add("A", "b")
    assert "A" not in Request("GET", "/").headers


def test_the_words_for_a_status() -> None:
    assert reason_phrase(101) == "Switching Protocols"
    assert reason_phrase(426) == "Upgrade Required"
    assert reason_phrase(299) == ""
