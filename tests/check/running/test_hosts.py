"""wslab.check.running.hosts: servers that do what their script says, and note what a page does."""

from __future__ import annotations

import asyncio

import pytest

from wslab.browser import WebSocket
from wslab.check.running.hosts import Guest, Host
from wslab.check.running.serving import serving


async def test_a_good_host_answers_and_says_goodbye() -> None:
    async def script(guest: Guest) -> None:
        await guest.accept()
        assert await guest.until(lambda: guest.texts, 5)
        guest.say("Hello!")
        assert await guest.goodbye(5)

    host = Host(script)
    with serving(host) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.send("Hi!")
        assert (await ws.wait("message")).data == "Hello!"
        ws.close(3001, "done")
        closed = await ws.wait("close")
    assert (closed.code, closed.wasClean) == (3001, True)
    assert host.guests[0].texts == ["Hi!"]
    assert host.guests[0].close_code == 3001
    assert server.errors == []


async def test_a_close_frame_without_a_code_is_1005_on_both_sides() -> None:
    async def script(guest: Guest) -> None:
        await guest.accept()
        await guest.goodbye(5)

    host = Host(script)
    with serving(host) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.close()
        closed = await ws.wait("close")
    assert (closed.code, closed.wasClean) == (1005, True)
    assert host.guests[0].close_code == 1005


async def test_a_host_may_close_first() -> None:
    async def script(guest: Guest) -> None:
        await guest.accept()
        await guest.close(4001, 5)

    host = Host(script)
    with serving(host) as server:
        closed = await WebSocket(server.url).wait("close")
    assert (closed.code, closed.wasClean) == (4001, True)
    assert host.guests[0].close_code == 4001


async def test_a_host_may_refuse_or_go_without_a_word() -> None:
    for script, events in ((Guest.refuse, ["error", "close"]), (Guest.accept, ["open", "error"])):
        with serving(Host(script)) as server:
            ws = WebSocket(server.url)
            closed = await ws.wait("close")
        assert (closed.code, closed.wasClean) == (1006, False)
        assert [row["event"] for row in ws.trace][:2] == events


async def test_a_host_waits_only_so_long_for_a_page() -> None:
    waited: list[bool] = []

    async def script(guest: Guest) -> None:
        await guest.accept()
        waited.append(await guest.until(lambda: guest.texts, 0.05))
        waited.append(await guest.goodbye(0.05))

    with serving(Host(script)) as server:
        closed = await WebSocket(server.url).wait("close")
    assert closed.code == 1006
    assert waited == [False, False]


async def test_a_page_that_ends_tcp_is_noted_at_once() -> None:
    noted = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def script(guest: Guest) -> None:
        await guest.accept()
        await guest.until(lambda: False, 5)
        assert guest.ended
        assert guest.close_code is None
        loop.call_soon_threadsafe(noted.set)

    with serving(Host(script)) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.lose()
        await asyncio.wait_for(noted.wait(), 4)


@pytest.mark.parametrize("request_", [b"GET / HTTP/1.1\r\n\r\n", b"GET"])
async def test_who_speaks_no_websocket_does_no_harm(request_: bytes) -> None:
    host = Host(Guest.refuse)
    with serving(host) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(request_)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 404" if len(host.guests) else b"")
    assert server.errors == []
