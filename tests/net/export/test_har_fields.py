"""wslab.net.export.har_fields: URL, headers, cookies, bodies."""

from __future__ import annotations

import gzip
import zlib

import pytest

from tests.show.recorded import connection
from wslab.net.dissect import Head, RequestItem, dissect
from wslab.net.export import har_fields as fields


def head(text: bytes) -> Head:
    way = "down" if text.startswith(b"HTTP/") else "up"
    found = dissect(connection((way, text)))[0]
    assert isinstance(found, Head)
    return found


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (b"GET /a?b HTTP/1.1\r\nHost: h:8", "http://h:8/a?b"),
        (b"GET /a HTTP/1.0\r\nX: y", "http://127.0.0.1:9/a"),
        (b"GET http://other/x HTTP/1.1\r\nHost: h", "http://other/x"),
        (b"OPTIONS * HTTP/1.1\r\nHost: h", "http://h/*"),
        (b"GET /a#part HTTP/1.1\r\nHost: h", "http://h/a"),
        (b"GET /?token=abc&x=1 HTTP/1.1\r\nHost: h", "http://h/?token=[redacted]&x=1"),
    ],
)
def test_the_url(line: bytes, url: str) -> None:
    request = head(line + b"\r\n\r\n")
    assert isinstance(request, RequestItem)
    assert fields.url_of(request, "127.0.0.1:9", upgraded=False, secrets=False) == url


def test_cookies_are_there_only_with_secrets() -> None:
    sent = head(b"GET / HTTP/1.1\r\nCookie: a=1; b=2=3\r\n\r\n")
    assert fields.cookies_of(sent, secrets=False) == []
    assert fields.cookies_of(sent, secrets=True) == [
        {"name": "a", "value": "1"},
        {"name": "b", "value": "2=3"},
    ]
    line = b"a=1; Path=/x; Secure; HttpOnly; SameSite=Lax; Expires=Wed, 21 Oct 2015 07:28:00 GMT"
    got = head(
        b"HTTP/1.1 200 OK\r\nSet-Cookie: " + line + b"\r\nSet-Cookie: b=2; Expires=x\r\n\r\n"
    )
    assert fields.cookies_of(got, secrets=True) == [
        {
            "name": "a", "value": "1", "httpOnly": True, "secure": True, "path": "/x",
            "sameSite": "Lax", "expires": "2015-10-21T07:28:00.000Z",
        },
        {"name": "b", "value": "2", "httpOnly": False, "secure": False},
    ]  # fmt: skip


def test_headers_keep_their_order_and_case() -> None:
    given = head(b"GET / HTTP/1.1\r\nhOst: h\r\nCookie: a=1\r\nX: 1\r\nX: 2\r\n\r\n")
    pairs = [(h["name"], h["value"]) for h in fields.headers_of(given, secrets=False)]
    assert pairs == [("hOst", "h"), ("Cookie", "[redacted]"), ("X", "1"), ("X", "2")]


@pytest.mark.parametrize(
    ("data", "kind", "wanted"),
    [
        (b"hi", "text/html", ("hi", False)),
        (b"{}", "application/problem+json; charset=utf-8", ("{}", False)),
        (b"hi", "", ("hi", False)),
        (b"hi", "image/png", ("aGk=", True)),
        (b"\xff", "text/html", ("/w==", True)),
    ],
)
def test_text_or_base64(data: bytes, kind: str, wanted: tuple[str, bool]) -> None:
    assert fields.text_or_base64(data, kind) == wanted


def test_a_body_is_decoded_where_that_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fields.decoded(gzip.compress(b"hello"), "gzip") == (b"hello", "")
    assert fields.decoded(zlib.compress(b"hello"), "deflate") == (b"hello", "")
    assert fields.decoded(b"hello", "identity") == (b"hello", "")
    assert fields.decoded(b"x", "br") == (b"x", "the body is still in its Content-Encoding, br")
    assert fields.decoded(b"xyz", "gzip") == (b"xyz", "the body is not valid gzip")
    monkeypatch.setattr(fields, "MAX_DECODED", 3)
    assert "too large" in fields.decoded(gzip.compress(b"hello"), "gzip")[1]


def test_a_date_as_javascript_has_it() -> None:
    assert fields.date_of(1_700_000_000.0019) == "2023-11-14T22:13:20.001Z"
