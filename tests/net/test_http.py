"""wslab.net.http: what one HTTP connection does, asked over a real socket with raw bytes."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import pytest

from tests.net.support import ask, raw, read_all, read_until, serving
from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.exchange import Exchange
from wslab.net.http import HTTPLimits
from wslab.net.loop import background

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
GET_CLOSE = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def hello(exchange: Exchange) -> None:
    exchange.respond(200, [("Content-Type", "text/plain")], b"hello")


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


def _at_once(exchange: Exchange) -> None:
    hello(exchange)


def _at_the_end_of_the_body(exchange: Exchange) -> None:
    exchange.on_end = lambda: hello(exchange)


@pytest.mark.parametrize("answer", [_at_once, _at_the_end_of_the_body])
def test_any_number_of_requests_may_be_pipelined(answer: Callable[[Exchange], None]) -> None:
    with serving(answer) as server:
        assert ask(server.port, GET * 2000 + GET_CLOSE).count(b"hello") == 2001


def test_half_a_request_behind_another_has_as_much_time_as_any() -> None:
    with serving(hello, HTTPLimits(head_time=0.05)) as server:
        assert b"HTTP/1.1 408 " in ask(server.port, GET + b"GET / HT")


@pytest.mark.parametrize("headers", [[], [("Connection", "close")]])
def test_an_answer_before_the_end_of_the_body_arrives(headers: list[tuple[str, str]]) -> None:
    aborted: list[Exchange] = []

    def refuse(exchange: Exchange) -> None:
        exchange.on_abort = lambda: aborted.append(exchange)
        exchange.respond(403, headers, b"no")

    with serving(refuse) as server, raw(server.port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n")
        answer = read_until(client, b"no")
        client.sendall(b"x" * 3_000_000)  # over the limit; all of it is let through all the same
        assert answer + read_all(client) == answer
    assert aborted == [], "the response was complete"


def test_a_body_that_stops_coming_gets_408() -> None:
    def read(exchange: Exchange) -> None:
        exchange.on_end = lambda: exchange.respond(200)

    with serving(read, HTTPLimits(body_time=0.05)) as server:
        answer = ask(server.port, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhello")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"0.05 s" in answer


@pytest.mark.parametrize("headers", [[], [("Connection", "close")]])
def test_a_client_that_does_not_read_its_answer_is_cut(headers: list[tuple[str, str]]) -> None:
    def big(exchange: Exchange) -> None:
        exchange.respond(200, headers, bytes(10_000_000))

    with serving(big, HTTPLimits(idle_time=0.05)) as server, raw(server.port) as client:
        client.sendall(GET)
        asyncio.run(until(lambda: server.accepted, "the connection"))
        asyncio.run(until(lambda: not server.connections, "its end"))


def test_a_slow_reader_gets_all_of_its_answer() -> None:
    size = 10_000_000

    def big(exchange: Exchange) -> None:
        exchange.respond(200, [("Connection", "close")], bytes(size))

    with serving(big, HTTPLimits(idle_time=0.5)) as server, raw(server.port) as client:
        client.sendall(GET)
        got = 0
        for _ in range(8):  # slower than one idle time in all, but it goes on
            got += len(client.recv(1_000_000, socket.MSG_WAITALL))
            time.sleep(0.1)
        assert got + len(read_all(client)) > size


def test_a_stream_that_nobody_reads_is_cut_before_memory_fills() -> None:
    gone = threading.Event()
    held: list[Exchange] = []

    def stream(exchange: Exchange) -> None:
        exchange.on_abort = gone.set
        exchange.send_head(200)
        held.append(exchange)

    async def write() -> None:
        held[0].write(bytes(100_000))

    console.clear()
    with serving(stream, HTTPLimits(unsent=1_000_000)) as server, raw(server.port) as client:
        client.sendall(GET)
        asyncio.run(until(lambda: held, "the request"))
        for _ in range(200):
            background().run(write())
            if gone.is_set():
                break
        assert gone.wait(5)
    (line,) = console.take()
    assert (line.source, "1000000 bytes were waiting" in line.text) == ("connection 1", True)


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

    def read_and_fail(exchange: Exchange) -> None:
        read(exchange)
        exchange.on_abort = lambda: 1 / 0  # type: ignore[assignment, return-value]

    with serving(read_and_fail, HTTPLimits(body_size=10)) as server:
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


@pytest.mark.parametrize("how", [Exchange.abort, lambda exchange: 1 / 0], ids=["cut", "raise"])
def test_no_request_is_taken_from_a_connection_that_ends(how: Callable[[Exchange], object]) -> None:
    taken: list[str] = []

    def hello_and_end(exchange: Exchange) -> None:
        taken.append(exchange.request.target)
        hello(exchange)
        how(exchange)

    with serving(hello_and_end) as server:
        answer = ask(server.port, GET * 3)
    assert answer.endswith(b"hello") or how is Exchange.abort
    assert taken == ["/"]


def test_exit_in_a_handler_is_an_error_as_any_other() -> None:
    def leave(_: Exchange) -> None:
        raise SystemExit(3)

    console.clear()
    with serving(leave) as server:
        for _ in range(2):
            assert ask(server.port, GET_CLOSE).startswith(b"HTTP/1.1 500 ")
    assert "SystemExit: 3" in console.take()[0].text


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
