"""Captures of foreign clients: the dissection against the client's own account of what it sent."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.peers.process import HERE, running
from tests.waiting import wait_for
from wslab import show
from wslab.chat import ChatRoom, LinkOptions, Socket
from wslab.chat.engine import EngineOptions
from wslab.net.capture import Capture, capture
from wslab.net.dissect import (
    BodyItem,
    Direction,
    FrameItem,
    HTTP2Item,
    SentPacket,
    UnparsedItem,
    dissect,
)
from wslab.net.feeds.http2 import HTTP2Server
from wslab.net.loop import background


@pytest.fixture
def wire() -> Iterator[Capture]:
    """A capture of a chat room that also echoes."""
    room = ChatRoom(
        options=LinkOptions(rate=None),
        engine=EngineOptions(ping_interval=1, ping_timeout=5),
        clock=lambda: 0,
    )

    def connected(socket: Socket) -> None:
        socket.on("echo", lambda value, answer: answer(value))

    room.io.on("connection", connected)
    room.listen(0)
    with capture(room) as wire:
        yield wire
    room.close()


def recorded(wire: Capture, way: Direction) -> list[list[Any]]:
    """The packets of all connections in the order of their times, as engine.io-client lists them;
    without those of its transports: probes, and the end of a poll or of the session.
    """
    items = sorted((i for c in wire.connections for i in dissect(c)), key=lambda item: item.t)
    found = []
    for item in items:
        assert not item.problems and not isinstance(item, UnparsedItem)
        if isinstance(item, FrameItem | BodyItem) and item.direction == way:
            found += [listed(packet) for packet in item.packets]
    silent = ("upgrade", "noop", "close")
    return [one for one in found if one[1] != "probe" and one[0] not in silent]


def listed(packet: SentPacket) -> list[Any]:
    assert packet.kind is not None
    if isinstance(packet.content, bytes):
        return ["message", {"hex": packet.content.hex()}]
    return [packet.kind.name.lower(), packet.content]


@pytest.mark.peers
@pytest.mark.parametrize("transports", ["polling,websocket", "websocket", "polling"])
def test_npm_socket_io_client(wire: Capture, transports: str) -> None:
    command = ["node", str(HERE / "socket_io_packets.js"), wire.http_url, transports]
    with running(command) as program:
        ((sent, got),) = program.all_lines()
    wait_for(lambda: wire.closed == len(wire.connections), "the connections to end")
    assert recorded(wire, "up") == sent
    # By polling, what was on its way when the client left is not in its account.
    assert recorded(wire, "down")[: len(got)] == got
    assert len(got) > 8 and ["ping", ""] in got
    frames = [i for c in wire.connections for i in dissect(c) if isinstance(i, FrameItem)]
    assert bool(frames) == (transports != "polling")
    if "," in transports:  # it tries the WebSocket, and moves over
        assert [frame.data for frame in frames[:3]] == [b"2probe", b"3probe", b"5"]
    told = show.table(wire, limit=500).text
    assert 'Socket.IO EVENT "new user", answer wanted under 0' in told
    assert "s3cret" not in told and "Engine.IO ping" in told


def curl(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["curl", "--silent", "--verbose", "--max-time", "20", *arguments],
        capture_output=True,
        text=True,
        timeout=30,
    )


def speaks_http2() -> bool:
    if shutil.which("curl") is None:
        return False
    done = subprocess.run(["curl", "--version"], capture_output=True, text=True)
    return "HTTP2" in done.stdout


@pytest.fixture
def feed() -> Iterator[Capture]:
    """A capture of hypercorn."""
    loop = background()

    async def start() -> HTTP2Server:
        server = HTTP2Server(loop=loop)
        await server.start()
        server.end()  # the stream has one event
        return server

    server = loop.run(start())
    with capture(server.port) as wire:
        yield wire
    loop.run(server.aclose())


@pytest.mark.skipif(not speaks_http2(), reason="no curl with HTTP/2 here")
@pytest.mark.parametrize("how", ["--http2-prior-knowledge", "--http2"])
def test_curl_and_hypercorn(feed: Capture, how: str) -> None:
    url = feed.http_url + "price/stream"
    done = curl(how, "-H", "X-One: 1", "-H", "Cookie: a=topsecret", url)
    wait_for(lambda: feed.closed == 1, "the connection to end")
    items = dissect(feed.connections[0])
    assert not any(item.problems or isinstance(item, UnparsedItem) for item in items)
    frames = [item for item in items if isinstance(item, HTTP2Item)]
    heads = {item.direction: item.headers for item in frames if item.headers}
    # curl lists what it got as "< name: value".
    mine = [f"{name}: {value}" for name, value in heads["down"] if name != ":status"]
    assert re.findall(r"^< ([\w-]+: .*?)\r?$", done.stderr, re.MULTILINE)[-len(mine) :] == mine
    body = b"".join(item.data for item in frames if item.direction == "down")
    assert body.decode() == done.stdout and body.startswith(b"data: ")
    if how == "--http2":  # the request itself was HTTP/1.1
        assert [item.kind for item in items[:2]] == ["request", "response"]
    else:  # and what it sent as "[name: value]", each version with other words before
        said = re.findall(r"\[(:?[\w-]+): (.*)\]\r?$", done.stderr, re.MULTILINE)
        assert list(heads["up"]) == said and ("x-one", "1") in said
    told = show.table(feed).text + "".join(show.bytes(item).html for item in items)
    assert "topsecret" not in told
