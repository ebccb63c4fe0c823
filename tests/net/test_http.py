"""wslab.net.http: what one HTTP connection does, asked over a real socket with raw bytes."""

from __future__ import annotations

import socket
import struct
import threading

import pytest

from tests.net.support import ask, raw, read_all, read_until, serving
from wslab.net.console import console
from wslab.net.http import Exchange, HTTPLimits
from wslab.net.loop import background

_LINGER_0 = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
GET_CLOSE = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def hello(exchange: Exchange) -> None:
    exchange.respond(200, [("Content-Type", "text/plain")], b"hello")


def test_a_response_with_its_length() -> None:
    with serving(hello) as server:
        assert ask(server.port, GET_CLOSE) == (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
            b"Connection: close\r\n\r\nhello"
        )


def test_keep_alive_serves_many_requests_on_one_connection() -> None:
    with serving(hello) as server, raw(server.port) as client:
        for _ in range(3):
            client.sendall(GET)
            assert read_until(client, b"hello").startswith(b"HTTP/1.1 200 OK")
        assert server.accepted == 1


def test_pipelined_requests_are_answered_in_order() -> None:
    def echo_path(exchange: Exchange) -> None:
        exchange.respond(200, [], exchange.request.target.encode())

    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: h\r\n\r\n" % number for number in range(3))
    with serving(echo_path) as server:
        answer = ask(
            server.port, requests + b"GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
        )
    assert [part.split(b"\r\n\r\n")[1] for part in answer.split(b"HTTP/1.1 200 OK")[1:]] == [
        b"/0", b"/1", b"/2", b"/last",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 11\r\n\r\nhello world",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    ],
)
def test_a_request_body_byte_by_byte(body: bytes) -> None:
    def upper(exchange: Exchange) -> None:
        parts: list[bytes] = []
        exchange.on_data = parts.append
        exchange.on_end = lambda: exchange.respond(
            200, [("Connection", "close")], b"".join(parts).upper()
        )

    with serving(upper) as server, raw(server.port) as client:
        for byte in b"POST / HTTP/1.1\r\nHost: h\r\n" + body:
            client.sendall(bytes([byte]))
        assert read_all(client).endswith(b"\r\n\r\nHELLO WORLD")


def test_a_response_without_a_length_is_chunked_and_streams() -> None:
    held: list[Exchange] = []

    def stream(exchange: Exchange) -> None:
        exchange.send_head(200, [("Content-Type", "text/event-stream")])
        exchange.write(b"data: one\n\n")
        held.append(exchange)

    with serving(stream) as server, raw(server.port) as client:
        client.sendall(GET)
        first = read_until(client, b"data: one\n\n\r\n")
        assert b"transfer-encoding: chunked" in first.lower()
        background().call(held[0].write, b"data: two\n\n")  # while the response is still open
        assert read_until(client, b"two\n\n\r\n") == b"b\r\ndata: two\n\n\r\n"
        background().call(held[0].end)
        assert read_until(client, b"0\r\n\r\n") == b"0\r\n\r\n"


def test_a_client_that_goes_away_is_noticed() -> None:
    gone = threading.Event()
    asked = threading.Event()

    def hang(exchange: Exchange) -> None:
        exchange.on_abort = gone.set
        asked.set()

    with serving(hang) as server:
        with raw(server.port) as client:
            client.sendall(GET)
            assert asked.wait(5)
            client.setsockopt(*_LINGER_0)
        assert gone.wait(5)


def test_a_header_block_over_the_limit_gets_431_even_with_more_on_the_way() -> None:
    with serving(hello) as server:
        answer = ask(server.port, b"GET / HTTP/1.1\r\nHost: h\r\nX-Big: " + b"a" * 200_000)
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")


@pytest.mark.parametrize(
    ("request_bytes", "status", "word"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400", b"Host"),
        (b"GET  HTTP/1.1\r\n\r\n", b"400", b"request line"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nBad Header: x\r\n\r\n", b"400", b"header"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", b"400", b"Content-Length"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400", b"request line"),
    ],
)
def test_bad_requests_get_an_answer_that_says_why(
    request_bytes: bytes, status: bytes, word: bytes
) -> None:
    with serving(hello) as server:
        answer = ask(server.port, request_bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.split(b" ")[1] == status
        assert word in body
        assert ask(server.port, GET_CLOSE).endswith(b"hello")  # the server goes on


def test_a_body_over_the_limit_gets_413() -> None:
    def read(exchange: Exchange) -> None:
        exchange.on_end = lambda: exchange.respond(200)

    with serving(read, HTTPLimits(body_size=10)) as server:
        answer = ask(
            server.port, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world"
        )
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"limit of 10 bytes" in answer


def test_headers_that_come_too_slowly_get_408_and_silence_is_closed() -> None:
    with serving(hello, HTTPLimits(head_time=0.05)) as server:
        assert ask(server.port, b"GET / HT").startswith(b"HTTP/1.1 408 ")
        assert ask(server.port, b"") == b""


def test_an_idle_connection_is_closed_after_its_time() -> None:
    with serving(hello, HTTPLimits(idle_time=0.05)) as server, raw(server.port) as client:
        client.sendall(GET)
        assert read_all(client).endswith(b"hello")


def test_a_handler_that_raises_answers_500_and_is_logged_with_its_line() -> None:
    def broken(exchange: Exchange) -> None:
        if exchange.request.target == "/bad":
            raise KeyError("no such thing")
        hello(exchange)

    console.clear()
    with serving(broken) as server:
        answer = ask(server.port, GET_CLOSE.replace(b"GET /", b"GET /bad"))
        assert answer.startswith(b"HTTP/1.1 500 ")
        assert ask(server.port, GET_CLOSE).endswith(b"hello")
    (line,) = console.take()
    assert line.source == "connection 1"
    assert 'raise KeyError("no such thing")' in line.text


def test_what_must_not_be_sent_twice_raises() -> None:
    errors: list[str] = []

    def twice(exchange: Exchange) -> None:
        hello(exchange)
        for action in (lambda: exchange.send_head(200), lambda: exchange.write(b"more")):
            try:
                action()
            except RuntimeError as error:
                errors.append(str(error))

    with serving(twice) as server:
        assert ask(server.port, GET_CLOSE).endswith(b"hello")
    assert len(errors) == 2
    assert "sent already" in errors[0]
    assert "write after end" in errors[1]


def test_expect_100_continue() -> None:
    def read(exchange: Exchange) -> None:
        exchange.on_end = lambda: exchange.respond(200, [("Connection", "close")])

    with serving(read) as server, raw(server.port) as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        )
        assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 100 ")
        client.sendall(b"ok")
        assert read_all(client).startswith(b"HTTP/1.1 200 OK")
