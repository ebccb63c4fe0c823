"""Captures of foreign clients: the dissection against the client's own account of what it sent."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
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
    Item,
    SentPacket,
    UnparsedItem,
    dissect,
    frames_of,
)
from wslab.net.export import save
from wslab.net.feeds.http2 import HTTP2Server
from wslab.net.loop import background
from wslab.node import WebSocketServer, http


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
    # Whether it lists the end of its last poll depends on which comes first, that or the upgrade.
    got = [one for one in got if one[0] != "noop"]
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


@pytest.fixture
def echo() -> Iterator[Capture]:
    """A capture of a server that sends back what it gets."""
    server = http.createServer()

    def accept(request: Any) -> None:
        connection = request.accept(None)
        connection.on("message", lambda got: connection.send(got.utf8Data or got.binaryData or ""))

    WebSocketServer(httpServer=server).on("request", accept)
    server.listen(0)
    with capture(server) as wire:
        yield wire
    server.close()


@pytest.mark.peers
@pytest.mark.parametrize("package", ["ws", "websocket"])
def test_frames_of_npm_clients(echo: Capture, package: str) -> None:
    with running(["node", str(HERE / "frames_sent.js"), package, echo.url]) as program:
        ((sent, got),) = program.all_lines()
    wait_for(lambda: echo.closed == 1, "the connection to end")
    (connection,) = echo.connections
    assert not any(item.problems or isinstance(item, UnparsedItem) for item in dissect(connection))
    frames = [[f.opcode, f.fin, f.rsv1, f.payload.hex()] for f in frames_of(connection, "up")]
    assert frames == sent and {1, 2, 8, 9, 0} == {frame[0] for frame in frames}
    assert any(frame[2] for frame in frames) == (package == "ws")  # the other can't compress
    parts: dict[int, list[FrameItem]] = {}
    for frame in frames_of(connection, "down"):
        if frame.message is not None:
            parts.setdefault(frame.message, []).append(frame)
    messages = [[p[0].opcode == 2, b"".join(f.data for f in p).hex()] for p in parts.values()]
    assert messages == got


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


@pytest.mark.peers
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


def frames_in(items: list[Item], way: Direction) -> list[HTTP2Item]:
    frames = [item for item in items if isinstance(item, HTTP2Item) and item.direction == way]
    return [frame for frame in frames if frame.name != "preface"]


@pytest.mark.peers
def test_node_and_hypercorn(feed: Capture) -> None:
    url = feed.http_url + "price/stream"
    with running(["node", str(HERE / "http2_frames.js"), url]) as program:
        ((count, streams),) = program.all_lines()
    wait_for(lambda: feed.closed == 1, "the connection to end")
    items = dissect(feed.connections[0])
    assert not any(item.problems or isinstance(item, UnparsedItem) for item in items)
    up, down = frames_in(items, "up"), frames_in(items, "down")
    assert [len(up), len(down)] == count
    pings = [(frame.said, frame.flags) for frame in down if frame.name == "PING"]
    assert (b"12345678".hex(" "), ("ACK",)) in pings
    found = []
    for ask in (frame for frame in up if frame.headers):
        mine = [frame for frame in down if frame.stream == ask.stream]
        (head,) = (dict(frame.headers) for frame in mine if frame.headers)
        body = b"".join(frame.data for frame in mine)
        path = dict(ask.headers)[":path"]
        found.append([ask.stream, path, int(head[":status"]), body.decode()])
    assert found == streams and len(found) == 2
    told = show.table(feed).text + "".join(show.bytes(item).html for item in items)
    assert "topsecret" not in told and "authorization" in told


@pytest.mark.tshark
@pytest.mark.skipif(not speaks_http2(), reason="no curl with HTTP/2 here")
def test_tshark_sees_the_same_frames_of_http2(feed: Capture, tmp_path: Path) -> None:
    """Type and stream of each frame, in order."""
    curl("--http2-prior-knowledge", "-H", "Cookie: a=topsecret", feed.http_url + "price/stream")
    wait_for(lambda: feed.closed == 1, "the connection to end")
    file = save(feed, tmp_path / "http2.pcapng", secrets=True)
    fields = ["-T", "fields", "-E", "aggregator=;", "-e", "http2.type", "-e", "http2.streamid"]
    done = subprocess.run(
        ["tshark", "-r", str(file), "-d", f"tcp.port=={feed.port},http2", "-Y", "http2", *fields],
        capture_output=True,
        text=True,
        timeout=60,
    )
    theirs = []
    for line in done.stdout.splitlines():
        types, streams = (column.split(";") for column in line.split("\t"))
        streams = streams[-len(types) :]
        theirs += [(int(a), int(b)) for a, b in zip(types, streams, strict=True) if a]
    items = dissect(feed.connections[0])
    mine = [
        (item.raw[3], item.stream)
        for item in items
        if isinstance(item, HTTP2Item) and item.name != "preface"
    ]
    assert mine == theirs and len(mine) > 6
