"""wslab.show.handshake: both heads line by line, and the sum behind Sec-WebSocket-Accept."""

from __future__ import annotations

import pytest

from tests.show.looking import everything, html_of, parsed, rows_of, texts
from tests.show.recorded import KEY, REQUEST, RESPONSE, captured, chat, connection, polling
from wslab import show
from wslab.net.dissect import dissect


def test_every_line_of_both_heads_is_there_and_explained() -> None:
    shown = show.handshake(captured(chat()))
    rows = rows_of(shown)
    lines = (REQUEST + RESPONSE).decode().split("\r\n")
    names = [line.partition(":")[0] for line in lines if line]
    assert [row[1].partition(":")[0].partition("?")[0] for row in rows] == [
        name.partition("?")[0] for name in names
    ]
    assert all(row[2] and row[3] for row in rows)
    found = texts(shown)
    assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in found
    assert "Request" in found and "Response" in found
    assert repr(shown) == "<handshake: GET, 101>"


def test_secrets_and_ports_are_not_shown() -> None:
    out = everything(show.handshake(captured(chat())))
    for secret in ("topsecret", "s3cret", "41234", "8888"):
        assert secret not in out
    assert "Cookie: [redacted]" in out and "127.0.0.1:PORT" in out


def test_the_key_is_linked_to_accept_and_the_offer_to_the_choice() -> None:
    titles = [element.text for element in parsed(show.handshake(captured(chat()))).iter()]
    assert "sec-websocket-accept is computed from sec-websocket-key" in titles
    assert "sec-websocket-protocol is chosen from sec-websocket-protocol" in titles
    assert "sec-websocket-extensions is agreed from sec-websocket-extensions" not in titles


def test_the_first_connection_that_asks_for_websocket_is_chosen() -> None:
    capture = captured(polling(1, 1), chat(2))
    assert repr(show.handshake(capture)) == "<handshake: GET, 101>"
    assert repr(show.handshake(capture, connection=1)) == "<handshake: GET, 200>"
    assert repr(show.handshake(dissect(capture.connections[1]))) == "<handshake: GET, 101>"


def test_a_refusal_is_shown_with_its_body() -> None:
    body = b"Sec-WebSocket-Version: 8 is <b>not</b> 13\n"
    refusal = (
        b"HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    shown = show.handshake(captured(connection(("up", REQUEST), ("down", refusal))))
    html_of(shown)
    assert "is <b>not</b> 13" in rows_of(shown)[-1][1]
    assert "&lt;b&gt;not" in shown.svg
    assert repr(shown) == "<handshake: GET, 426>"


def refused_with(body: bytes) -> str:
    head = b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n" % len(body)
    return show.handshake(captured(connection(("up", REQUEST), ("down", head + body)))).svg


def test_a_short_text_in_the_body_stands_in_lines() -> None:
    svg = refused_with(b"400 Bad Request\r\n\r\nHeader: Host\nIt is missing.\n")
    for line in ("400 Bad Request", "Header: Host", "It is missing."):
        assert f">{line}</text>" in svg
    assert ">It is long</text>" not in refused_with(b"It is long\n" * 20)
    assert "see /?token=[redacted]</text>" in refused_with(b"see /?token=abc")


def test_a_body_that_is_no_text_is_a_preview() -> None:
    assert ">00 ff 00 ff</text>" in refused_with(b"\0\xff\0\xff")
    assert ">1b 5b 32 4a</text>" in refused_with(b"\x1b[2J")


def test_a_request_without_an_answer_and_an_answer_without_a_request() -> None:
    assert repr(show.handshake(connection(("up", REQUEST)))) == "<handshake: GET>"
    assert repr(show.handshake(connection(("down", RESPONSE)))) == "<handshake: 101>"
    with pytest.raises(ValueError, match="no HTTP request"):
        show.handshake(connection(("up", b"\x00\x01")))
    with pytest.raises(ValueError, match="no HTTP request"):
        show.handshake(captured())


def test_hostile_headers_stay_text() -> None:
    hostile = b"<script>alert(1)</script>: </svg><script>\r\n\x1b: \x00\r\n"
    head = b"GET / HTTP/1.1\r\nHost: h\r\n" + hostile + b"\r\n"
    shown = show.handshake(connection(("up", head)))
    parsed(shown)
    html_of(shown)


def test_long_values_are_wrapped_then_cut() -> None:
    head = b"GET / HTTP/1.1\r\nHost: h\r\nX-Long: " + b"word " * 200 + b"\r\n\r\n"
    shown = show.handshake(connection(("up", head)))
    assert shown.height < 250 and any(text.endswith("…") for text in texts(shown))


def test_the_same_capture_gives_the_same_bytes_whatever_the_port() -> None:
    one = show.handshake(captured(chat()))
    two = show.handshake(captured(chat(), port=50123, server_port=50124))
    assert (one.svg, one.html, one.text) == (two.svg, two.html, two.text)


def test_accept_step_by_step_with_the_example_of_rfc_6455() -> None:
    rows = rows_of(show.accept(KEY))
    assert [row[2] for row in rows] == [
        KEY,
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
        KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
        "b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea",
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ]
    with pytest.raises(TypeError, match="not bytes"):
        show.accept(KEY.encode())  # type: ignore[arg-type]
