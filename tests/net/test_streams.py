"""wslab.net.streams: handlers over bare streams, and libraries' servers, on the background loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from tests.net.support import raw, read_all, read_until
from wslab.net import servers
from wslab.net.cleanup import close_everything
from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.loop import background
from wslab.net.servers import Cell, PortInUse, running_servers
from wslab.net.streams import StreamServer, serve_library, serve_streams


async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one line in capitals."""
    writer.write((await reader.readline()).upper())


async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends back what comes, for ever."""
    while data := await reader.read(100):
        writer.write(data)


@pytest.fixture
def server() -> Any:
    made = serve_streams(shout)
    yield made
    made.close()


def test_a_handler_answers_whoever_connects(server: StreamServer) -> None:
    for word in (b"one", b"two"):
        with raw(server.port) as client:
            client.sendall(word + b"\n")
            assert read_all(client) == word.upper() + b"\n"
    assert server.accepted == 2


def test_the_handler_runs_on_the_background_thread() -> None:
    threads = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        threads.append(threading.get_ident())

    server = serve_streams(note)
    with raw(server.port) as client:
        assert read_all(client) == b""
    server.close()
    assert threads == [background().thread_id]


def test_addresses_and_register(server: StreamServer) -> None:
    assert server.port > 0
    assert server.url == f"ws://127.0.0.1:{server.port}/"
    assert server.http_url == f"http://127.0.0.1:{server.port}/"
    assert repr(server) == "<StreamServer: listening>"
    assert server in running_servers()
    server.close()
    assert server not in running_servers()
    assert repr(server) == "<StreamServer: closed>"
    server.close()  # a second time is harmless


def test_a_busy_port_names_its_holder(server: StreamServer) -> None:
    with pytest.raises(PortInUse, match=r"the server on port \d+, which this kernel started"):
        serve_streams(shout, server.port)


def test_what_was_written_last_arrives_though_more_was_sent(server: StreamServer) -> None:
    with raw(server.port) as client:
        client.sendall(b"hello\n" + b"unread" * 50_000)
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b"HELLO\n"


def test_closing_ends_handlers_that_wait() -> None:
    server = serve_streams(repeat)
    with raw(server.port) as client:
        client.sendall(b"hello")
        assert read_until(client, b"hello") == b"hello"
        server.close()
        with contextlib.suppress(ConnectionResetError):  # an aborted connection may say so
            assert client.recv(1) == b""


async def test_closing_ends_those_who_do_not_read_too() -> None:
    done = threading.Event()

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(10_000_000))
        done.set()

    before = len(psutil.Process().net_connections("tcp"))
    server = serve_streams(flood)
    client = socket.create_connection(("127.0.0.1", server.port))
    assert done.wait(5)
    server.close()
    client.close()
    await until(lambda: len(psutil.Process().net_connections("tcp")) == before, "no socket left")


def test_a_client_that_goes_away_is_no_error() -> None:
    async def need(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(10)

    console.clear()
    server = serve_streams(need)
    with raw(server.port) as client:
        client.sendall(b"few")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == b""
    server.close()
    assert console.take() == []


async def test_a_handler_that_raises_is_logged_and_the_others_go_on() -> None:
    async def divide(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"%d" % (1 // int(await reader.readline())))

    console.clear()
    server = serve_streams(divide)
    try:
        with raw(server.port) as bad, raw(server.port) as good:
            bad.sendall(b"0\n")
            assert await asyncio.to_thread(read_all, bad) == b""
            good.sendall(b"1\n")
            assert await asyncio.to_thread(read_all, good) == b"1"
        await until(lambda: console.lines, "a line in the log")
        (line,) = console.take()
        assert line.source == "connection 1"
        assert "ZeroDivisionError" in line.text
    finally:
        server.close()


def test_a_cell_that_runs_again_replaces_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "current_cell", lambda: Cell("c1", "run 1"))
    first = serve_streams(shout)
    monkeypatch.setattr(servers, "current_cell", lambda: Cell("c1", "run 2"))
    second = serve_streams(shout)
    assert (first.listening, second.listening) == (False, True)
    second.close()


async def test_a_library_s_server_runs_beside_a_cell_that_blocks() -> None:
    async def echo(connection: Any) -> None:
        async for message in connection:
            await connection.send(message)

    server = serve_library(lambda: serve(echo, "127.0.0.1", 0))
    assert repr(server) == "<BackgroundServer: listening>"
    async with connect(server.url, proxy=None) as client:
        await client.send("hello")
        assert await client.recv() == "hello"
        await server.aclose()
        await client.wait_closed()
        assert client.close_code == 1001
    assert server not in running_servers()


async def test_close_everything_closes_them() -> None:
    server = serve_streams(repeat)
    with raw(server.port) as client:
        client.sendall(b"hello")
        await asyncio.to_thread(read_until, client, b"hello")
        await close_everything()
    assert not server.listening
    assert server not in running_servers()


def test_a_library_that_can_t_start_says_why() -> None:
    async def fail() -> Any:
        raise OSError("no such address")

    before = running_servers()
    with pytest.raises(OSError, match="no such address"):
        serve_library(fail)
    assert running_servers() == before
