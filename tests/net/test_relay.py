"""wslab.net.relay: what one side does, the other side sees."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest

from tests.net.support import raw, read_all, reset, serving
from tests.net.test_capture import GET_CLOSE, hello, until
from wslab import show
from wslab.net.capture import capture
from wslab.net.exchange import Exchange
from wslab.net.loop import background


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
        reset(accepted)
        with pytest.raises(ConnectionResetError):
            read_all(client)
        until(wire, closed=1)
        (found,) = wire.connections
        assert (found.ended_by, found.reset_by) == ("reset", "server")


def test_who_reset_is_kept() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, capture(listener.getsockname()[1]) as wire, raw(wire.port) as client:
        client.sendall(b"x")
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.recv(1) == b"x"
            reset(client)
            with pytest.raises(ConnectionResetError):
                read_all(accepted)
        until(wire, closed=1)
        (found,) = wire.connections
        assert (found.ended_by, found.reset_by) == ("reset", "client")


def test_a_client_that_leaves_before_the_server_is_reached_leaves_nothing_behind() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, capture(listener.getsockname()[1]) as wire:
        for _ in range(50):
            reset(socket.create_connection(("127.0.0.1", wire.port)))
        until(wire, closed=50)
        wire.close()
        listener.settimeout(0.2)
        accepted = []
        with contextlib.suppress(TimeoutError):
            while True:
                accepted.append(listener.accept()[0])
        for server_end in accepted:
            server_end.settimeout(5)
            with server_end, contextlib.suppress(ConnectionResetError):
                assert read_all(server_end) == b"", "the relay must not hold it open"


def test_what_a_client_sends_at_once_arrives_whole() -> None:
    sent = bytes(range(256)) * 10_000
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, capture(listener.getsockname()[1]) as wire:
        with raw(wire.port) as client:
            sending = threading.Thread(target=client.sendall, args=(sent,))
            sending.start()
            server_end, _ = listener.accept()
            with server_end:
                received = b""
                while len(received) < len(sent):
                    received += server_end.recv(65_536)
            sending.join(5)
        assert received == sent
        assert wire.connections[0].data("up") == sent


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with capture(port) as wire:
        with pytest.raises(ConnectionResetError), raw(wire.port) as client:
            read_all(client)
        until(wire, closed=1)
        (found,) = wire.connections
        assert (found.ended_by, found.reset_by) == ("refused", None)
        for shown in (show.table(wire), show.conversation(wire)):
            assert "the server could not be reached" in shown.text


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


def test_a_long_way_takes_half_a_round_trip_each_way_and_a_whole_one_to_begin() -> None:
    with serving(hello) as server, capture(server, round_trip=0.1) as wire, raw(wire.port) as one:
        began = time.monotonic()
        one.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        assert one.recv(1) == b"H"
        first = time.monotonic() - began
        while not one.recv(4096).endswith(b"hello"):
            pass
        began = time.monotonic()
        one.sendall(GET_CLOSE)
        assert one.recv(1) == b"H"
        second = time.monotonic() - began
        assert read_all(one).endswith(b"hello")
    assert 0.19 < first < 0.19 + 2
    assert 0.09 < second < first


def test_a_long_way_changes_no_byte_and_passes_the_end_after_the_last_one() -> None:
    sent = bytes(range(256)) * 8_000  # several times what a direction may hold
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, capture(listener.getsockname()[1], round_trip=0.02) as wire:
        with raw(wire.port) as client:

            def send() -> None:
                client.sendall(sent)
                client.shutdown(socket.SHUT_WR)

            sending = threading.Thread(target=send)
            sending.start()
            server_end, _ = listener.accept()
            with server_end:
                assert read_all(server_end) == sent
                server_end.sendall(sent)
                server_end.shutdown(socket.SHUT_WR)
                assert read_all(client) == sent
            sending.join(5)
        until(wire, closed=1)
        assert wire.connections[0].data("up") == wire.connections[0].data("down") == sent
        assert wire.connections[0].ended_by == "client"


def test_a_reset_far_away_is_still_a_reset() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    with (
        listener,
        capture(listener.getsockname()[1], round_trip=0.02) as wire,
        raw(wire.port) as client,
    ):
        client.sendall(b"x")
        accepted, _ = listener.accept()
        assert accepted.recv(1) == b"x"
        accepted.sendall(b"last words")
        assert client.recv(100) == b"last words"
        reset(accepted)
        with pytest.raises(ConnectionResetError):
            read_all(client)
        until(wire, closed=1)
        assert wire.connections[0].ended_by == "reset"
