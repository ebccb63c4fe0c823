"""wslab.net.capture: the relay records everything and changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading

import pytest

from tests.net.support import ask, raw, read_all, read_until, serving
from wslab.net.capture import Capture, capture
from wslab.net.http import Exchange
from wslab.net.loop import background
from wslab.net.servers import running_servers

GET_CLOSE = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
LINGER_0 = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hello(exchange: Exchange) -> None:
    exchange.respond(200, [], b"hello")


def until(wire: Capture, **what: int) -> None:
    asyncio.run(wire.until(**what))


def test_both_directions_are_recorded_as_they_came() -> None:
    with serving(hello) as server, capture(server) as wire:
        answer = ask(wire.port, GET_CLOSE)
        until(wire, closed=1)
        (connection,) = wire.connections
        assert connection.data("up") == GET_CLOSE
        assert connection.data("down") == answer == ask(server.port, GET_CLOSE)
        assert connection.bytes_up == len(GET_CLOSE)
        assert connection.bytes_down == len(answer)
        assert connection.ended_by == "server"
        assert connection.closed is not None
        times = [connection.opened, *(chunk.t for chunk in connection.chunks), connection.closed]
        assert times == sorted(times)


def test_connections_are_numbered_in_their_order() -> None:
    with serving(hello) as server, capture(server) as wire:
        for _ in range(3):
            ask(wire.port, GET_CLOSE)
        until(wire, closed=3)
        assert [connection.number for connection in wire.connections] == [1, 2, 3]
        assert repr(wire) == "<capture: 3 connections>"


def test_a_client_that_half_closes_still_gets_its_answer() -> None:
    with serving(hello) as server, capture(server) as wire, raw(wire.port) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client).endswith(b"hello")
        until(wire, closed=1)
        assert wire.connections[0].ended_by == "client"


def test_a_reset_is_passed_on_as_a_reset() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, capture(listener.getsockname()[1]) as wire, raw(wire.port) as client:
        client.sendall(b"x")
        accepted, _ = listener.accept()
        assert accepted.recv(1) == b"x"
        accepted.setsockopt(*LINGER_0)
        accepted.close()
        with pytest.raises(ConnectionResetError):
            read_all(client)
        until(wire, closed=1)
        assert wire.connections[0].ended_by == "reset"


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with capture(port) as wire, raw(wire.port) as client:
        with contextlib.suppress(ConnectionResetError):
            assert read_all(client) == b""
        until(wire, closed=1)
        assert wire.connections[0].ended_by == "reset"


def test_large_streams_pass_whole_and_memory_is_bounded() -> None:
    size = 3_000_000

    def big(exchange: Exchange) -> None:
        exchange.respond(200, [("Connection", "close")], bytes(size))

    with serving(big) as server, capture(server, max_bytes=100_000) as wire:
        assert len(ask(wire.port, GET_CLOSE)) > size
        until(wire, closed=1)
        (connection,) = wire.connections
        assert connection.bytes_up + connection.bytes_down == 100_000
        assert connection.left_out > size - 100_000


def test_until_says_what_was_there_instead() -> None:
    missing = pytest.raises(TimeoutError, match=r"2 closed \(there are 0 opened, 0 closed\)")
    with serving(hello) as server, capture(server) as wire, missing:
        asyncio.run(wire.until(closed=2, timeout=0.02))


def test_tidy_replaces_its_own_ports_only() -> None:
    with serving(hello) as server, capture(server) as wire:
        text = f"Host: 127.0.0.1:{wire.port} from {server.port}; 1{wire.port} stays"
        assert wire.tidy(text) == f"Host: 127.0.0.1:PORT from PORT; 1{wire.port} stays"


@pytest.mark.parametrize("nowhere", ["wss://h/", "example", object(), 3.5])
def test_what_it_can_not_capture_is_said(nowhere: object) -> None:
    with pytest.raises(ValueError, match="can't capture"):
        capture(nowhere)


def test_urls_and_ports_will_do() -> None:
    with serving(hello) as server:
        for where in (server.port, server.url, server.http_url):
            with capture(where) as wire:
                assert ask(wire.port, GET_CLOSE).endswith(b"hello")


def test_closing_cuts_what_is_still_open_and_keeps_the_recording() -> None:
    with serving(hello) as server:
        wire = capture(server)
        assert wire in running_servers()
        with raw(wire.port) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            read_until(client, b"hello")
            wire.close()
            with pytest.raises(ConnectionError):
                _until_refused(client)
        assert wire not in running_servers()
        assert wire.connections[0].data("down").endswith(b"hello")


def _until_refused(client: socket.socket) -> None:
    """The relay's end is gone: reading or writing on must fail."""
    while True:
        client.sendall(b"x")
        if not client.recv(100):
            raise ConnectionError


def test_a_slow_reader_slows_the_sender_down() -> None:
    sent = threading.Event()
    held: list[Exchange] = []

    def endless(exchange: Exchange) -> None:
        exchange.send_head(200)
        held.append(exchange)
        sent.set()

    with serving(endless) as server, capture(server, max_bytes=0) as wire, raw(wire.port) as client:
        client.sendall(GET_CLOSE)
        assert sent.wait(5)
        background().call(held[0].write, bytes(5_000_000))
        background().call(held[0].end)
        assert len(read_all(client)) > 5_000_000
