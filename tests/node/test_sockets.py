"""wslab.node.sockets: addresses, options, and bytes of one's own after an upgrade."""

from __future__ import annotations

import socket as tcp
from contextlib import suppress
from typing import Any

import pytest

from tests.node.support import Wire, site
from tests.waiting import wait_for
from wslab.net import console
from wslab.node import http
from wslab.node.sockets import Socket, family


def test_addresses_of_both_ends() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        connection = here.first()
        for socket in (connection.socket, here.requests[0].socket):
            assert (socket.remoteAddress, socket.remoteFamily) == ("127.0.0.1", "IPv4")
            assert socket.remotePort == wire.socket.getsockname()[1]
            assert (socket.localAddress, socket.localPort) == ("127.0.0.1", here.port)


def test_options_reach_the_socket() -> None:
    with (
        site(useNativeKeepalive=True, disableNagleAlgorithm=False) as here,
        Wire(here.port) as wire,
    ):
        wire.opened()
        transport = here.first().socket.take_over()
        assert transport is not None
        raw = transport.get_extra_info("socket")
        assert raw.getsockopt(tcp.SOL_SOCKET, tcp.SO_KEEPALIVE)
        assert not raw.getsockopt(tcp.IPPROTO_TCP, tcp.TCP_NODELAY)
        here.first().socket.setNoDelay(True)
        assert raw.getsockopt(tcp.IPPROTO_TCP, tcp.TCP_NODELAY)


def test_destroy_cuts_a_web_socket() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first().socket.destroy()
        here.logged("close", 1006, "Connection dropped by remote peer.")
        assert here.first().socket.destroyed


def raw_echo(seen: list[Any]) -> http.Server:
    def upgrade(request: http.IncomingMessage, socket: Socket, head: bytes) -> None:
        socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n")
        socket.on("data", lambda data: socket.write(data))
        socket.on("end", lambda: seen.append("end"))
        socket.on("close", lambda hadError: seen.append(("close", hadError)))

    return http.createServer().on("upgrade", upgrade).listen(0)


def test_an_upgrade_listener_may_speak_any_protocol() -> None:
    seen: list[Any] = []
    server = raw_echo(seen)
    try:
        with Wire(server.port, also=b"early ") as wire:
            received = b""
            while not received.endswith(b"early "):
                received += wire.socket.recv(1000)
            assert received.endswith(b"Upgrade: echo\r\n\r\nearly ")
            wire.socket.sendall(b"late")
            assert wire.socket.recv(1000) == b"late"
            wire.socket.shutdown(tcp.SHUT_WR)
            assert wire.socket.recv(1000) == b""
        wait_for(lambda: len(seen) == 2, f"end and close in {seen}")
        assert seen == ["end", ("close", False)]
    finally:
        server.close()


def test_a_server_that_closes_cuts_what_was_taken_over() -> None:
    seen: list[Any] = []
    server = raw_echo(seen)
    with Wire(server.port) as wire:
        assert wire.socket.recv(1000)
        server.close()
        assert wire.socket.recv(1000) == b""
    wait_for(lambda: seen, "the close event")


def test_end_sends_the_last_bytes_and_closes() -> None:
    server = http.createServer()
    server.on("upgrade", lambda request, socket, head: socket.end("HTTP/1.1 400 No\r\n\r\n"))
    server.listen(0)
    try:
        with Wire(server.port) as wire:
            assert wire.handshake() == b"HTTP/1.1 400 No\r\n\r\n" and wire.body == b""
    finally:
        server.close()


def test_a_listener_that_raises_is_recorded_and_cuts_only_its_own_socket() -> None:
    def upgrade(request: http.IncomingMessage, socket: Socket, head: bytes) -> None:
        socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n")
        socket.on("data", lambda data: 1 / 0)

    server = http.createServer().on("upgrade", upgrade).listen(0)
    try:
        with Wire(server.port) as first, Wire(server.port) as second:
            assert first.socket.recv(100) and second.socket.recv(100)
            first.socket.sendall(b"x")
            with suppress(ConnectionResetError):  # a cut may look like an orderly end
                assert first.socket.recv(100) == b""
            second.socket.settimeout(0.05)
            with pytest.raises(TimeoutError):
                second.socket.recv(1)
    finally:
        server.close()
    assert "ZeroDivisionError" in console.lines[0].text


def test_family() -> None:
    assert (family("127.0.0.1"), family("::1")) == ("IPv4", "IPv6")
