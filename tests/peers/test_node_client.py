"""wslab.node's client, and real servers of other packages in processes of their own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.peers.conversation import Peer, Refused, converse, expected, told
from tests.peers.process import SERVERS, running
from wslab.net import client, console
from wslab.node import WebSocketClient, WebSocketConnection, WebSocketFrame, http

pytestmark = pytest.mark.peers


class NodePeer:
    """A connection of wslab.node as the conversation wants it; the events cross to this loop."""

    def __init__(self, connection: WebSocketConnection, events: asyncio.Queue[Any]) -> None:
        self.connection = connection
        self.protocol = connection.protocol
        self.events = events

    async def text(self, data: str) -> None:
        self.connection.sendUTF(data)

    async def binary(self, data: bytes) -> None:
        self.connection.sendBytes(data)

    async def fragments(self, parts: list[str]) -> None:
        for index, part in enumerate(parts):
            if index:
                self.connection.ping("between")
            fin = index == len(parts) - 1
            self.connection.sendFrame(WebSocketFrame(0 if index else 1, part, fin))

    async def ping(self, data: str) -> None:
        self.connection.ping(data)

    async def close(self, code: int, reason: str) -> None:
        self.connection.close(code, reason)

    async def next(self) -> tuple[Any, ...]:
        event: tuple[Any, ...] = await asyncio.wait_for(self.events.get(), 30)
        return event if event != ("pong", b"between") else await self.next()


async def connect(url: str, protocols: list[str]) -> Peer:
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Any] = asyncio.Queue()
    opened: asyncio.Future[NodePeer] = loop.create_future()

    def tell(*event: Any) -> None:
        loop.call_soon_threadsafe(events.put_nowait, event)

    def connected(connection: WebSocketConnection) -> None:
        def message(message: Any) -> None:
            if message.type == "utf8":
                tell("text", message.utf8Data)
            else:
                tell("binary", message.binaryData)

        connection.on("message", message)
        connection.on("pong", lambda data: tell("pong", data))
        connection.on("close", lambda *how: tell("close", *how))
        loop.call_soon_threadsafe(opened.set_result, NodePeer(connection, events))

    def refused(response: http.IncomingMessage, _: WebSocketClient) -> None:
        error = Refused(response.statusCode or 0)
        loop.call_soon_threadsafe(opened.set_exception, error)

    made = WebSocketClient(maxReceivedFrameSize=2**21)
    made.on("connect", connected)
    made.on("httpResponse", refused)
    made.on("connectFailed", lambda error: loop.call_soon_threadsafe(opened.set_exception, error))
    made.connect(url, protocols)
    return await asyncio.wait_for(opened, 30)


@pytest.mark.parametrize("name", SERVERS)
async def test_a_whole_conversation(name: str) -> None:
    lines: list[list[Any]] = []
    with running(SERVERS[name]) as server:
        first = await asyncio.to_thread(server.line)
        assert first is not None and first[0] == "port"
        await converse(
            f"ws://127.0.0.1:{first[1]}/", connect, lambda *line: lines.append(list(line))
        )
        assert lines == expected()
        heard = []
        while len([line for line in heard if line[0] == "close"]) < 2:
            heard.append(await asyncio.to_thread(server.line))
    pings = [line for line in heard if line[0] == "ping"]
    if name != "websockets":  # which answers them without telling
        assert pings == [["ping", told(b"between")]] * 2 + [["ping", told(b"p")]]
    assert [line for line in heard if line[0] != "ping"] == [
        ["pong", told(b"are you there")],
        ["close", 3001, "done"],
        ["close", 4001, "bye"],
    ]
    assert not client.open_peers
    assert console.lines == []
