"""wslab.net.exchange: one response, whole or in pieces, in time or too late."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from tests.net.support import ask, raw, read_until, reset, serving
from tests.net.test_http import GET, GET_CLOSE, hello
from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.exchange import Exchange
from wslab.net.loop import background


def test_a_response_with_its_length() -> None:
    with serving(hello) as server:
        assert ask(server.port, GET_CLOSE) == (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n"
            b"Connection: close\r\n\r\nhello"
        )


def test_a_response_without_a_length_is_chunked_and_streams() -> None:
    held: list[Exchange] = []

    def stream(exchange: Exchange) -> None:
        exchange.send_head(200, [("Content-Type", "text/event-stream")])
        exchange.write(b"data: one\n\n")
        held.append(exchange)

    with serving(stream) as server, raw(server.port) as client:
        client.sendall(GET)
        first = read_until(client, b"data: one\n\n\r\n")
        asyncio.run(until(lambda: held, "the response"))
        assert b"transfer-encoding: chunked" in first.lower()
        background().call(held[0].write, b"data: two\n\n")  # while the response is still open
        assert read_until(client, b"two\n\n\r\n") == b"b\r\ndata: two\n\n\r\n"
        background().call(held[0].end)
        assert read_until(client, b"0\r\n\r\n") == b"0\r\n\r\n"


@pytest.mark.parametrize("leave", [reset, lambda client: client.close()], ids=["reset", "end"])
def test_a_client_that_goes_away_is_noticed_and_what_is_sent_then_goes_nowhere(
    leave: Callable[[socket.socket], None],
) -> None:
    gone, done, held = threading.Event(), threading.Event(), list[Exchange]()

    def hang(exchange: Exchange) -> None:
        exchange.on_abort = gone.set
        held.append(exchange)

    def too_late() -> None:
        held[0].respond(200, [], b"hello")
        held[0].write(b"more")
        held[0].end()
        done.set()

    console.clear()
    with serving(hang) as server, raw(server.port) as client:
        client.sendall(GET)
        asyncio.run(until(lambda: held, "the request"))
        leave(client)
        assert gone.wait(5)
        background().call(too_late)
        assert done.wait(5)
    assert console.take() == []


def test_an_exchange_that_is_over_can_not_be_upgraded() -> None:
    errors: list[str] = []

    def late(exchange: Exchange) -> None:
        hello(exchange)
        try:
            exchange.upgrade(b"", asyncio.Protocol())
        except RuntimeError as error:
            errors.append(str(error))

    with serving(late) as server:
        assert ask(server.port, GET_CLOSE).endswith(b"hello")
    assert errors == ["too late to upgrade: this exchange is over"]


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
