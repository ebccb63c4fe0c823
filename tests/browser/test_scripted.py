"""wslab.browser.scripted: the server does what its script says, byte for byte."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.net.support import raw, read_all, read_until
from wslab.browser.scripted import ScriptedServer
from wslab.net.loop import background

REQUEST = (
    b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MASK = b"\0\0\0\0"  # a mask that changes nothing keeps the bytes below readable
CLOSE = b"\x88\x82" + MASK + b"\x0f\xa1"


def converse(script: list[list[Any]], *data: bytes) -> bytes:
    """All that the server sends to a client which sends this and then ends its half."""
    with ScriptedServer(script) as server, raw(server.port) as client:
        client.sendall(REQUEST + b"".join(data))
        client.shutdown(socket.SHUT_WR)
        return read_all(client)


def after_head(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def test_accept_answers_101_and_lets_headers_be_changed() -> None:
    answer = converse([["accept", {"Sec-WebSocket-Protocol": "chat", "Upgrade": "h2c"}]])
    lines = answer.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 101 Switching Protocols"
    assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in lines
    assert "Sec-WebSocket-Protocol: chat" in lines
    assert "Upgrade: h2c" in lines


def test_respond_answers_something_else() -> None:
    answer = converse([["respond", 301, {"Location": "/"}]])
    assert answer.startswith(b"HTTP/1.1 301 ")
    assert b"Location: /\r\n" in answer


@pytest.mark.parametrize(
    ("script", "data", "sent"),
    [
        ([["text", "hé"], ["raw", "01 02"]], b"", b"\x81\x03h\xc3\xa9\x01\x02"),
        ([["echo", 1]], b"\x81\x82" + MASK + b"hi", b"\x81\x02hi"),
        ([["echo", 2]], b"\x82\x81" + MASK + b"\x07\x82\x80" + MASK, b"\x82\x01\x07\x82\x00"),
        ([["echo"]], CLOSE, b"\x88\x02\x0f\xa1"),
        ([["read"], ["text", "read"]], b"\x81\x80" + MASK, b"\x81\x04read"),
        ([["mirror"]], b"\x88\x84" + MASK + b"\x0f\xa1no", b"\x88\x04\x0f\xa1no"),
        ([["mirror"]], b"\x88\x80" + MASK, b"\x88\x00"),
        ([["close", 4001, "bye"]], CLOSE, b"\x88\x05\x0f\xa1bye"),
        ([["close"]], CLOSE, b"\x88\x00"),
        ([["hold"]], b"anything", b""),
        ([["end"]], b"anything", b""),
    ],
)
def test_what_each_step_sends(script: list[list[Any]], data: bytes, sent: bytes) -> None:
    assert after_head(converse([["accept"], *script], data)) == sent


def test_reset_is_an_error_at_the_other_end() -> None:
    with ScriptedServer([["accept"], ["reset"]]) as server, raw(server.port) as client:
        client.sendall(REQUEST)
        with pytest.raises(ConnectionResetError):
            read_until(client, b"never")


def test_a_request_that_is_no_upgrade_gets_a_page() -> None:
    with ScriptedServer([["accept"]]) as server, raw(server.port) as client:
        assert server.http_url == f"http://127.0.0.1:{server.port}/"
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        answer = read_until(client, b"<title>A page</title>")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")


def test_stopping_ends_conversations_and_the_log_has_the_steps() -> None:
    with ScriptedServer([["accept"], ["text", "hi"], ["hold"]]) as server:
        with raw(server.port) as client:
            client.sendall(REQUEST)
            read_until(client, b"\x81\x02hi")
            background().run(server.aclose())
            assert client.recv(1) == b""
        assert server.log == ["accept", "text"]
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)
