"""wslab.net.dissect.items: credentials are found and hidden."""

from __future__ import annotations

from tests.show.recorded import REQUEST, RESPONSE, connection
from wslab.net.dissect import REDACTED, RequestItem, dissect, redact, redact_text, secret_spans


def test_redact_replaces_values_and_keeps_names_and_order() -> None:
    pairs = [
        ("Host", "h"), ("COOKIE", "a=b"), ("set-cookie", "c=d"), ("Authorization", "Basic eA=="),
        ("Proxy-Authorization", "x"), ("Referer", "http://h/lab?token=abc&x=1"),
    ]  # fmt: skip
    assert redact(pairs) == [
        ("Host", "h"), ("COOKIE", REDACTED), ("set-cookie", REDACTED), ("Authorization", REDACTED),
        ("Proxy-Authorization", REDACTED), ("Referer", f"http://h/lab?token={REDACTED}&x=1"),
    ]  # fmt: skip


def test_redact_text_only_touches_tokens() -> None:
    assert redact_text("/a?x=1&_xsrf=2|3") == f"/a?x=1&_xsrf={REDACTED}"
    assert redact_text("/a?tokens=1") == "/a?tokens=1"


def test_secret_spans_cover_folded_and_repeated_lines() -> None:
    raw = b"Cookie: a\r\n b\r\nX: y\r\nset-cookie:c\r\n\r\n"
    hidden = [raw[start:end] for start, end in secret_spans(raw)]
    assert hidden == [b"a\r\n b", b"c"]


def test_shown_raw_keeps_the_length() -> None:
    request = dissect(connection(("up", REQUEST), ("down", RESPONSE)))[0]
    assert isinstance(request, RequestItem)
    shown = request.shown_raw()
    assert len(shown) == request.size
    assert b"topsecret" not in shown and b"s3cret" not in shown
    assert b"Cookie: *****" in shown and b"Origin: http://localhost:8888\r\n" in shown


def test_a_head_answers_like_a_mapping() -> None:
    request = dissect(connection(("up", REQUEST)))[0]
    assert isinstance(request, RequestItem)
    assert request.get("sec-websocket-version") == "13"
    assert request.get("X-None", "-") == "-"
    assert request.has_token("connection", "UPGRADE") and not request.has_token("connection", "up")
