"""wslab.node.response: headers, whole answers, streams, and answers from a cell."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.net.support import read_until
from tests.node.support import ask
from tests.waiting import wait_for
from wslab.net import console, repeatable
from wslab.node import http
from wslab.node.http import ServerResponse
from wslab.protocol.errors import InvalidHeader

GET = "GET / HTTP/1.1\nHost: h\nConnection: close\n\n"


@contextmanager
def answering(handler: Callable[[ServerResponse], Any]) -> Iterator[http.Server]:
    server = http.createServer(lambda request, response: handler(response) and None).listen(0)
    try:
        yield server
    finally:
        server.close()


def answer(handler: Callable[[ServerResponse], Any], request: str = GET) -> tuple[list[str], bytes]:
    """The lines of the head, Date left out, and the body."""
    with answering(handler) as server:
        head, body = ask(server.port, request)
    return [line for line in head.split("\r\n") if not line.startswith("Date: ")], body


def test_write_head_and_end_with_a_length() -> None:
    def handler(response: ServerResponse) -> None:
        assert response.headersSent is False
        assert response.writeHead(200, {"Content-Type": "text/plain"}) is response
        assert response.headersSent is True and response.writableEnded is False
        response.end("hé")
        assert response.writableEnded is True

    lines, body = answer(handler)
    assert lines == [
        "HTTP/1.1 200 OK",
        "Content-Type: text/plain",
        "Content-Length: 3",
        "Connection: close",
    ]
    assert body == "hé".encode()
    assert console.lines == []


def test_a_status_message_and_headers_as_pairs() -> None:
    lines, _ = answer(
        lambda r: r.writeHead(404, "Nothing", [("X-A", 1), ("X-B", ["2", "3"])]).end()
    )
    assert lines[0] == "HTTP/1.1 404 Nothing"
    assert lines[1:4] == ["X-A: 1", "X-B: 2", "X-B: 3"]


def test_headers_can_be_set_read_and_removed() -> None:
    def handler(response: ServerResponse) -> None:
        response.setHeader("X-One", "1").setHeader("X-Two", ["a", "b"]).setHeader("X-Gone", "x")
        response.removeHeader("x-gone")
        assert response.getHeader("x-one") == "1" and response.getHeader("nope") is None
        assert response.hasHeader("X-TWO") and not response.hasHeader("X-Gone")
        assert response.getHeaderNames() == ["x-one", "x-two"]
        assert response.getHeaders() == {"x-one": "1", "x-two": ["a", "b"]}
        response.statusCode = 201
        response.statusMessage = "Made"
        response.end()

    lines, _ = answer(handler)
    assert lines[:4] == ["HTTP/1.1 201 Made", "X-One: 1", "X-Two: a", "X-Two: b"]
    assert console.lines == []


def test_writes_are_chunked_and_arrive_at_once() -> None:
    kept: list[ServerResponse] = []
    with (
        answering(kept.append) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=5) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        wait_for(lambda: kept, "the request")
        [response] = kept
        seen: list[str] = []
        response.on("finish", lambda: seen.append("finish"))
        response.on("close", lambda: seen.append("close"))
        response.writeHead(200, {"Content-Type": "text/event-stream"})
        response.flushHeaders()
        head = client.recv(1000)
        assert b"Transfer-Encoding: chunked" in head and head.endswith(b"\r\n\r\n")
        assert response.write("data: 1\n\n") is True
        assert client.recv(1000) == b"9\r\ndata: 1\n\n\r\n"
        response.write(b"data: 2\n\n", "utf-8", lambda: seen.append("written"))
        assert client.recv(1000) == b"9\r\ndata: 2\n\n\r\n"
        response.end(lambda: seen.append("callback"))
        assert client.recv(1000) == b"0\r\n\r\n"
        wait_for(lambda: "close" in seen, f"close in {seen}")
        assert seen == ["written", "finish", "callback", "close"]
        client.sendall(b"GET /again HTTP/1.1\r\nHost: h\r\n\r\n")  # the connection is kept
        wait_for(lambda: len(kept) == 2, "the second request")
        kept[1].end("two")
        assert read_until(client, b"two").endswith(b"\r\n\r\ntwo")


def test_head_and_204_have_no_body() -> None:
    lines, body = answer(lambda r: r.end("four"), GET.replace("GET", "HEAD"))
    assert "Content-Length: 4" in lines and body == b""
    lines, body = answer(lambda r: r.writeHead(204).end("ignored"))
    assert not any(line.startswith("Content-Length") for line in lines) and body == b""
    assert console.lines == []


def test_headers_after_the_headers_and_writes_after_the_end_are_refused() -> None:
    def handler(response: ServerResponse) -> None:
        response.writeHead(200)
        with pytest.raises(RuntimeError, match="can't set headers: they were sent already"):
            response.setHeader("X", "1")
        with pytest.raises(RuntimeError, match="can't write headers"):
            response.writeHead(500)
        with pytest.raises(RuntimeError, match="can't remove headers"):
            response.removeHeader("X")
        response.end("done")
        response.end()
        for late in (response.write, response.end):
            with pytest.raises(RuntimeError, match="write after end"):
                late("more")

    assert answer(handler)[1] == b"done"
    assert console.lines == []


def test_what_would_break_the_response_is_refused() -> None:
    def handler(response: ServerResponse) -> None:
        with pytest.raises(InvalidHeader, match="X-A holds a line break"):
            response.setHeader("X-A", "1\r\nX-B: 2")
        with pytest.raises(InvalidHeader, match="not a token"):
            response.setHeader("X A", "1")
        with pytest.raises(InvalidHeader, match="Reason-Phrase"):
            response.writeHead(200, "O\nK")
        with pytest.raises(ValueError, match="can't have the status 99"):
            response.writeHead(99)
        with pytest.raises(TypeError, match="a status is a whole number, not '200'"):
            response.writeHead("200")  # type: ignore[arg-type]
        with pytest.raises(TypeError, match="body is str or bytes, not int"):
            response.write(5)  # type: ignore[arg-type]
        response.end("safe")

    assert answer(handler)[1] == b"safe"
    assert console.lines == []


def test_a_length_that_is_not_kept_is_recorded_and_cuts_the_connection() -> None:
    _, body = answer(lambda r: r.writeHead(200, {"Content-Length": 10}).end("short"))
    assert body == b"short"
    assert "can't be completed" in console.lines[0].text


def test_a_response_whose_client_has_gone_takes_writes_and_drops_them() -> None:
    kept: list[ServerResponse] = []
    gone = threading.Event()
    with answering(kept.append) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            wait_for(lambda: kept, "the request")
            kept[0].on("close", gone.set)
        assert gone.wait(5)
        kept[0].write("to nobody")
        kept[0].end("at all")
    assert console.lines == []


def test_date_is_there_but_in_a_repeatable_lesson() -> None:
    with answering(lambda r: r.end()) as server:
        assert "\r\nDate: " in ask(server.port, GET)[0]
        repeatable("lesson")
        try:
            assert "Date" not in ask(server.port, GET)[0]
        finally:
            repeatable(None)
