"""wslab.net.cleanup: after a lesson nothing is left, and anything may start again."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import psutil

from tests.net.support import ask
from tests.net.test_client import switching
from wslab.net.capture import capture
from wslab.net.cleanup import close_everything, leftovers
from wslab.net.client import open_websocket
from wslab.net.conditions import until
from wslab.net.console import console
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


async def test_a_server_that_can_t_close_leaves_the_others_no_worse() -> None:
    class Stubborn(HTTPServer):
        async def aclose(self, code: int = 1001, reason: str = "") -> None:
            await super().aclose(code, reason)
            raise ValueError("I will not")

    servers = [Stubborn(lambda _: None), HTTPServer(lambda _: None)]
    for server in servers:
        server.listen()
    console.clear()
    await close_everything()
    assert leftovers() == []
    assert "I will not" in console.take()[0].text


async def test_a_server_elsewhere_has_time_to_answer_the_close() -> None:
    got: list[bytes] = []

    async def answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        writer.write(switching(head))
        got.append(await reader.readexactly(8))  # a masked close frame with a code
        await asyncio.sleep(0.05)
        writer.write(b"\x88\x02\x03\xe9")
        got.append(await reader.read())  # a reset would raise here
        writer.close()

    server = await asyncio.start_server(answer_late, "127.0.0.1", 0)
    async with server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        opened = await background().join(open_websocket(url))
        opened.start()
        await close_everything()
        await until(lambda: len(got) == 2, "the end")
    assert opened.peer.connection.clean
    assert got[1] == b""


async def test_a_thread_of_an_exercise_that_can_t_be_ended_is_told_of() -> None:
    """It may be inside C code, which heeds no exception; one that ends soon is waited for."""
    end, soon = threading.Event(), threading.Timer(0.1, lambda: None)
    thread = threading.Thread(target=end.wait, name="wslab: an answer to an exercise")
    soon.name = "wslab: a server of an exercise"
    thread.start()
    soon.start()
    try:
        await close_everything()
        assert leftovers() == ["wslab: an answer to an exercise"]
    finally:
        end.set()
    await close_everything()
    assert leftovers() == []


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
