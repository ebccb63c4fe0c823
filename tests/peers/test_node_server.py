"""wslab.node's server, and real clients of other packages in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.peers.conversation import expected
from tests.peers.process import CLIENTS, running
from wslab.net import console
from wslab.node import WebSocketRequest, WebSocketServer, http

pytestmark = pytest.mark.peers

Log = list[tuple[Any, ...]]


@pytest.fixture
def served() -> Iterator[tuple[http.Server, WebSocketServer, Log]]:
    """An echo server with a path that closes, one that rejects, and a log."""
    log: Log = []
    server = http.createServer(lambda request, response: response.writeHead(404).end())
    ws = WebSocketServer(
        httpServer=server, maxReceivedFrameSize=2**21, maxReceivedMessageSize=2**21
    )

    @ws.on("request")
    def decide(request: WebSocketRequest) -> None:
        if request.resource == "/reject":
            request.reject(403, "not here")
            return
        protocol = "echo" if "echo" in request.requestedProtocols else None
        connection = request.accept(protocol, request.origin)

        def echo(message: Any) -> None:
            if message.utf8Data == "ping me":
                connection.ping("are you there")
            connection.send(message.utf8Data if message.type == "utf8" else message.binaryData)

        connection.on("message", echo)
        connection.on("ping", lambda cancel, data: log.append(("ping", data)))
        connection.on("pong", lambda data: log.append(("pong", data)))
        connection.on("close", lambda *how: log.append(("close", *how)))
        if request.resource == "/close":
            connection.close(4001, "bye")

    server.listen(0)
    yield server, ws, log
    server.close()


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_whole_conversation(
    name: str, served: tuple[http.Server, WebSocketServer, Log]
) -> None:
    server, ws, log = served
    with running([*CLIENTS[name], server.url]) as client:
        assert client.all_lines() == expected()
    await ws.until(opened=2, closed=2, timeout=30)
    pings = [data for kind, data, *_ in log if kind == "ping"]
    assert pings[-1] == b"p" and len(pings) == 3, "two came between the fragments"
    rest = [entry for entry in log if entry[0] != "ping"]
    assert rest == [("pong", b"are you there"), ("close", 3001, "done"), ("close", 4001, "bye")]
    assert console.lines == []
