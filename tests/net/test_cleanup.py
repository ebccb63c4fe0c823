"""wslab.net.cleanup: after a lesson nothing is left, and anything may start again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import psutil

from tests.net.support import ask
from wslab.net.capture import capture
from wslab.net.cleanup import close_everything, leftovers
from wslab.net.client import open_websocket
from wslab.net.loop import THREAD_NAME, background
from wslab.net.server import HTTPServer

GET_CLOSE = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"


def _sockets() -> int:
    return len(psutil.Process().net_connections("tcp"))


async def test_everything_is_closed_and_said_to_be() -> None:
    await close_everything()
    before = _sockets()
    server = HTTPServer(lambda exchange: exchange.respond(200))
    server.listen()
    wire = capture(server)
    assert {server.name, wire.name, THREAD_NAME} <= {*leftovers()}
    assert _sockets() > before

    await close_everything()
    assert leftovers() == []
    assert _sockets() == before
    assert THREAD_NAME not in [thread.name for thread in threading.enumerate()]

    server.listen()  # and again
    assert ask(server.port, GET_CLOSE).startswith(b"HTTP/1.1 200")
    await close_everything()
    assert leftovers() == []


async def test_open_clients_are_closed_too() -> None:
    from tests.net.test_peer import Ends, echo
    from wslab.net.peer import PeerOptions

    ends = Ends(PeerOptions(), echo)
    ends.server.listen()
    opened = await background().join(open_websocket(ends.server.url))
    opened.start()
    assert "an open WebSocket (OPEN)" in leftovers()
    await close_everything()
    assert leftovers() == []
    assert ends.closed[0][0] == 1001


def test_nothing_to_close_is_fine() -> None:
    asyncio.run(close_everything())
    asyncio.run(close_everything())
    assert leftovers() == []


def test_a_process_that_ends_says_1001_to_its_clients() -> None:
    script = """
from tests.net.test_peer import Ends, echo
from wslab.net.peer import PeerOptions
ends = Ends(PeerOptions(), echo)
ends.server.listen()
print(ends.server.port, flush=True)
input()
"""
    from tests.net.support import raw, read_until
    from tests.net.test_peer import REQUEST

    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        with raw(int(process.stdout.readline())) as client:
            client.sendall(REQUEST)
            read_until(client, b"\r\n\r\n")
            process.stdin.write("\n")
            process.stdin.flush()
            assert read_until(client, b"closing").startswith(b"\x88")
        assert process.wait(10) == 0
