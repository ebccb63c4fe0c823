"""wslab.net.server: listening, limits, and closing for good."""

from __future__ import annotations

import re
import socket

import pytest

from tests.net.support import ask, raw, read_all, read_until, serving
from wslab.net.exchange import Exchange
from wslab.net.http import HTTPLimits
from wslab.net.loop import background
from wslab.net.peer import Peer
from wslab.net.server import HTTPServer, url_host
from wslab.net.servers import PortInUse, running_servers
from wslab.protocol import Connection, Role

GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
GET_CLOSE = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def hello(exchange: Exchange) -> None:
    exchange.respond(200, [], b"hello")


def test_port_0_picks_a_free_one_on_loopback() -> None:
    with serving(hello) as server:
        assert server.port > 0
        assert server.host == "127.0.0.1"
        assert server.url == f"ws://127.0.0.1:{server.port}/"
        assert server.http_url == f"http://127.0.0.1:{server.port}/"
        assert server in running_servers()
    assert server not in running_servers()
    assert not server.listening


def test_a_busy_port_names_its_holder_and_the_way_out() -> None:
    with serving(hello) as server:
        with pytest.raises(
            PortInUse, match=r"port \d+ is in use by the server on port \d+, which this kernel"
        ) as got:
            HTTPServer(hello).listen(server.port)
        assert "listen(0)" in str(got.value)
        assert ask(server.port, GET_CLOSE).endswith(b"hello")


def test_a_name_is_held_by_one_server_at_a_time() -> None:
    with serving(hello) as first:
        first.close()
        first.listen(0, name="mine")
        second = HTTPServer(hello)
        second.listen(0, name="mine")
        try:
            assert not first.listening
            assert second.listening
        finally:
            second.close()


def test_ports_and_second_listens_are_checked() -> None:
    with pytest.raises(ValueError, match="between 0 and 65535"):
        HTTPServer(hello).listen(70_000)
    with serving(hello) as server, pytest.raises(RuntimeError, match="already"):
        server.listen()


def test_over_the_limit_of_connections_is_503_and_room_is_made_again() -> None:
    with serving(hello, HTTPLimits(connections=1)) as server:
        with raw(server.port) as first:
            first.sendall(GET)
            read_until(first, b"hello")
            answer = ask(server.port, GET)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"the limit" not in answer
        while server.connections:
            background().run(_turn())
        assert ask(server.port, GET_CLOSE).endswith(b"hello")


async def _turn() -> None:
    """One turn of the background loop."""


def test_close_ends_those_who_were_turned_away_too() -> None:
    with serving(hello, HTTPLimits(connections=0)) as server, raw(server.port) as silent:
        while not server.accepted:
            background().run(_turn())
        server.close()
        silent.settimeout(1)
        assert silent.recv(10) == b""


def test_close_returns_though_a_peer_never_had_a_connection() -> None:
    with serving(hello) as server:
        server.adopt(Peer(Connection(Role.SERVER)))
    assert not server.listening


def test_ipv6() -> None:
    server = HTTPServer(hello)
    server.listen(0, "::1")
    try:
        assert server.url == f"ws://[::1]:{server.port}/"
        with socket.create_connection(("::1", server.port), timeout=5) as client:
            client.sendall(GET_CLOSE)
            assert read_all(client).endswith(b"hello")
    finally:
        server.close()


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b", "192.0.2.1"])
def test_a_host_that_is_not_this_computer_is_named(host: str) -> None:
    with pytest.raises(OSError, match=rf"can't listen on {re.escape(host)} port 0: .*127\.0\.0\.1"):
        HTTPServer(hello).listen(0, host)


def test_close_ends_idle_connections_and_frees_the_port() -> None:
    with serving(hello) as server, raw(server.port) as client:
        client.sendall(GET)
        read_until(client, b"hello")
        port = server.port
        server.close()
        assert client.recv(10) == b""
        again = HTTPServer(hello)
        again.listen(port)
        again.close()


def test_closing_from_the_loop_itself() -> None:
    def close(exchange: Exchange) -> None:
        hello(exchange)
        server.close()

    with serving(close) as server:
        assert ask(server.port, GET).endswith(b"hello")
    assert not server.listening


@pytest.mark.parametrize(
    ("host", "in_url"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("::", "[::1]")],
)
def test_hosts_in_urls(host: str, in_url: str) -> None:
    assert url_host(host) == in_url
