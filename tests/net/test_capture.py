"""wslab.net.capture: the relay records everything and changes nothing."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from tests.net.support import ask, raw, read_until, serving
from wslab import show
from wslab.net import load_capture, save
from wslab.net.capture import Capture, CapturedConnection, capture
from wslab.net.exchange import Exchange
from wslab.net.server import HTTPServer
from wslab.net.servers import running_servers

GET_CLOSE = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


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


def test_a_server_on_ipv6() -> None:
    server = HTTPServer(hello)
    server.listen(0, "::1")
    try:
        for where in (server, server.url):
            with capture(where) as wire:
                assert ask(wire.port, GET_CLOSE).endswith(b"hello")
    finally:
        server.close()


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


@pytest.mark.parametrize(
    ("limits", "kept", "said"),
    [({"max_chunks": 3}, 6, "max_chunks=3"), ({"max_bytes": 5}, 5, "max_bytes=5")],
)
def test_which_limit_was_reached_is_said(
    limits: dict[str, int], kept: int, said: str, tmp_path: Path
) -> None:
    wire = Capture("127.0.0.1", 1, **limits)  # type: ignore[arg-type]
    connection = CapturedConnection(1, 0.0)
    wire.connections.append(connection)
    assert wire.full == ""
    for byte in (b"GET / HTTP/1.1\r\n\r\n"[i : i + 2] for i in range(0, 10, 2)):
        wire.record(connection, "up", byte)
    assert (connection.bytes_up, connection.left_out) == (kept, 10 - kept)
    assert wire.full == said
    assert f"memory was full ({said})" in show.table(wire).text
    for path in ("a.har", "a.pcapng"):
        assert f"memory was full ({said})".encode() in save(wire, tmp_path / path).read_bytes()
        assert load_capture(tmp_path / path).full == said


def test_until_says_what_was_there_instead() -> None:
    async def wait(wire: Capture) -> None:
        waiting = asyncio.create_task(wire.until(closed=2, timeout=0.5))
        await asyncio.to_thread(ask, wire.port, GET_CLOSE)
        await waiting

    missing = pytest.raises(TimeoutError, match=r"2 closed.*: there are 1 opened, 1 closed")
    with serving(hello) as server, capture(server) as wire, missing:
        asyncio.run(wait(wire))


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
