"""wslab.browser.link: the connection behind a page, under load and when the page goes away."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from tests.browser.support import serving
from wslab.browser import WebSocket
from wslab.browser.link import LIMITS
from wslab.browser.scripted import ScriptedServer
from wslab.net import capture, client, close_everything, leftovers
from wslab.net.conditions import until
from wslab.net.loop import background
from wslab.net.peer import Peer
from wslab.protocol import CloseReceived
from wslab.protocol import Event as ProtocolEvent


async def test_a_mebibyte_each_way() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        sent = "é" * 524_288
        ws.send(sent)
        assert ws.bufferedAmount == 1_048_576
        assert (await ws.wait("message", timeout=30)).data == sent
        assert ws.bufferedAmount == 0


def test_a_large_message_may_come_in_small_fragments() -> None:
    """4 MiB in fragments of 64 bytes and an empty last one: Autobahn|Testsuite's case 9.3.1."""
    assert LIMITS.max_fragments is not None
    assert LIMITS.max_fragments > 65_536


async def test_a_burst_then_close_arrives_whole_and_in_order() -> None:
    got: list[str] = []
    closed = threading.Event()

    def take(peer: Peer, event: ProtocolEvent) -> None:
        if isinstance(event, CloseReceived):
            closed.set()
        else:
            got.append(event.data)  # type: ignore[union-attr]

    with serving(take) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        for i in range(50):
            ws.send(f"{i}")
        ws.close(3000)
        assert ws.bufferedAmount == 90
        assert (await ws.wait("close")).code == 3000
        assert closed.is_set()
        assert got == [str(i) for i in range(50)]
        assert ws.bufferedAmount == 0


async def test_what_one_task_sends_is_written_at_once() -> None:
    with serving() as server, capture(server.http) as wire:
        ws = WebSocket(wire.url, origin=f"http://{server.host}")
        await ws.wait("open")
        for text in ("one", "two", "three"):
            ws.send(text)
        for _ in range(3):
            await ws.wait("message")
        up = [chunk for chunk in wire.connections[0].chunks if chunk.direction == "up"]
        assert len(up) == 2, "the handshake and one write"


async def test_what_a_cell_sends_goes_out_though_it_does_not_await() -> None:
    got = threading.Event()

    def take(peer: Peer, event: ProtocolEvent) -> None:
        got.set()

    with serving(take) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.send("x")
        assert got.wait(10), "the cell blocks here"


async def test_the_buffered_amount_shrinks_between_tasks_and_only_as_the_server_reads() -> None:
    with serving(lambda peer, event: None) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        background().call(server.peers[0].pause_reading)
        size = 16_777_216
        ws.send(bytes(size))
        assert ws.bufferedAmount == size
        await until(lambda: ws.bufferedAmount < size, "the first bytes to go out", 20)
        left = ws.bufferedAmount
        assert 0 < left < size, "the system's buffers do not hold it all"
        background().call(server.peers[0].resume_reading)
        while ws.bufferedAmount:
            assert ws.bufferedAmount <= left
            left = ws.bufferedAmount
            await asyncio.sleep(0.001)


async def test_what_never_went_out_stays_in_the_buffered_amount() -> None:
    with serving(lambda peer, event: None) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        background().call(server.peers[0].pause_reading)
        ws.send(bytes(16_777_216))
        background().call(server.peers[0].abort)
        await ws.wait("close", timeout=20)
        assert ws.bufferedAmount > 0


def test_a_page_whose_loop_has_closed_goes_away_with_1001() -> None:
    left = threading.Event()
    codes: list[int] = []

    def note(peer: Peer, event: ProtocolEvent) -> None:
        if isinstance(event, CloseReceived):
            codes.append(event.code)
            left.set()

    async def page(url: str) -> WebSocket:
        ws = WebSocket(url)
        await ws.wait("open")
        return ws

    with serving(note) as server:
        ws = asyncio.run(page(server.url))
        assert ws.readyState == 1
        background().call(server.peers[0].send_text, "anybody there?")
        assert left.wait(10)
        assert codes == [1001]
        ws.send("into nothing")
        ws.close()
        # The background loop works on for others.
        assert asyncio.run(page(server.url)).readyState == 1


def test_a_page_that_ends_while_it_connects_leaves_nothing_behind() -> None:
    async def page(url: str) -> None:
        WebSocket(url)

    with serving() as server:
        before = len(client.open_peers)
        asyncio.run(page(server.url))
        asyncio.run(until(lambda: server.peers, "the handshake", 10))
        peer = server.peers[0]
        asyncio.run(until(lambda: peer.lost, "the connection to end", 10))
        asyncio.run(until(lambda: len(client.open_peers) == before, "its end of it", 10))


def test_after_the_background_loop_has_stopped_calls_do_nothing() -> None:
    from wslab.net.loop import background_is_running, stop_background

    with ScriptedServer([["accept"], ["hold"]]) as server:
        ws = WebSocket(server.url)
        asyncio.run(ws.wait("open"))
    assert ws.readyState in (1, 3)
    stop_background()
    ws.send("x")
    ws.close()
    assert not background_is_running(), "an old WebSocket must not start it again"


async def test_close_everything_reaches_the_page() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        server.delay = 60
        connecting = WebSocket(server.url)
        await until(lambda: len(server.requests) == 2, "the second request")
        await close_everything()
        assert leftovers() == []
        assert (await ws.wait("close")).code == 1001
        assert (await connecting.wait("close")).code == 1006


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_a_refused_connection_says_so_to_the_developer_alone() -> None:
    ws = WebSocket(f"ws://127.0.0.1:{free_port()}/")
    await ws.wait("error")
    assert ws.failure is not None
    assert "127.0.0.1" in ws.failure


async def test_a_failed_attempt_lets_the_next_one_try() -> None:
    port = free_port()
    sockets = [WebSocket(f"ws://127.0.0.1:{port}/") for _ in range(3)]
    for ws in sockets:
        assert (await ws.wait("close")).code == 1006


async def test_giving_up_while_waiting_for_a_turn() -> None:
    with ScriptedServer([["hold"]]) as server:
        first, second = WebSocket(server.url), WebSocket(server.url)
        second.close()
        assert (await second.wait("close")).code == 1006
        assert first.readyState == 0
        first.close()
        assert (await first.wait("close")).code == 1006


@pytest.mark.parametrize("frames", [1, 7])
async def test_frames_that_come_with_the_handshake(frames: int) -> None:
    script: list[list[object]] = [["accept"], *([["text", "hi"]] * frames), ["close", 1000]]
    with ScriptedServer(script) as server:
        ws = WebSocket(server.url)
        await ws.wait("close")
        assert [row["event"] for row in ws.trace] == ["open", *["message"] * frames, "close"]


async def test_two_pages_in_two_loops_do_not_disturb_each_other() -> None:
    def page(url: str, done: Callable[[str], None]) -> None:
        async def main() -> None:
            ws = WebSocket(url)
            await ws.wait("open")
            for i in range(20):
                ws.send(f"{i}")
                done((await ws.wait("message")).data)
            ws.close()
            await ws.wait("close")

        asyncio.run(main())

    got: list[list[str]] = [[], []]
    with serving() as server:
        await asyncio.gather(*(asyncio.to_thread(page, server.url, mine.append) for mine in got))
    assert got == [[str(i) for i in range(20)]] * 2
