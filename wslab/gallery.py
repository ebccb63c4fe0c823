"""The pictures in images/, each drawn from a conversation that is held for it: `python -m wslab
images`.

Keys and masks come from a fixed seed, and ports are not drawn, so the same code gives the same
bytes.
"""

from __future__ import annotations

import asyncio
import http.client
from pathlib import Path
from typing import Any

from wslab import show
from wslab.browser import WebSocket
from wslab.net import Capture, capture, close_everything, repeatable
from wslab.net.dissect import frames_of
from wslab.node import WebSocketServer
from wslab.node import http as node_http

PRICES = ["101.5", "101.7", "101.6", "101.8", "101.4", "101.9", "102.1", "102.0", "101.8", "102.2"]


def draw_all(folder: Path) -> list[Path]:
    """Hold the conversations, draw the pictures, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    repeatable("images")  # before the first of them: it decides on the Date header too
    try:
        return asyncio.run(_draw(folder))
    finally:
        repeatable(None)


async def _draw(folder: Path) -> list[Path]:
    pictures = {
        "http_vs_websocket.svg": show.compare(
            {
                "HTTP: the client asks each time": await _polling(),
                "WebSocket: the server tells": await _pushing(),
            }
        ),
        "ready_state.svg": show.states(),
    }
    greeting = await _greeting()
    pictures["handshake.svg"] = show.handshake(greeting)
    pictures["frame.svg"] = show.frame(frames_of(greeting.connections[0])[0])
    await close_everything()
    files = []
    for name, picture in sorted(pictures.items()):
        picture.save(folder / name)
        files.append(folder / name)
    return files


async def _polling() -> Capture:
    """The prices fetched over HTTP, a question for each, on one connection that is kept."""
    prices = iter(PRICES)

    def answer(_: Any, response: Any) -> None:
        response.writeHead(200, {"Content-Type": "text/plain"})
        response.end(next(prices))

    server = node_http.createServer(answer)
    server.listen(0)
    wire = capture(server)

    def fetch() -> None:
        client = http.client.HTTPConnection("127.0.0.1", wire.port, timeout=10)
        for _ in PRICES:
            client.request("GET", "/price")
            client.getresponse().read()
        client.close()

    await asyncio.to_thread(fetch)
    await wire.until(closed=1)
    return wire


async def _pushing() -> Capture:
    """The same prices over one WebSocket, without a question."""
    server = node_http.createServer()
    server.listen(0)
    sockets = WebSocketServer(httpServer=server)

    def on_request(request: Any) -> None:
        connection = request.accept(None, None)
        for price in PRICES:
            connection.sendUTF(price)

    sockets.on("request", on_request)
    repeatable("images")
    wire = capture(server)
    socket = WebSocket(f"{wire.url}price")
    for _ in PRICES:
        await socket.wait("message")
    socket.close(1000)
    await socket.wait("close")
    await wire.until(closed=1)
    return wire


async def _greeting() -> Capture:
    """One handshake with a subprotocol, and one short message."""
    server = node_http.createServer()
    server.listen(0)
    sockets = WebSocketServer(httpServer=server)
    sockets.on("request", lambda request: request.accept("chat", None))
    repeatable("images")
    wire = capture(server)
    socket = WebSocket(f"{wire.url}room", ["chat", "echo"])
    await socket.wait("open")
    socket.send("Hello, all")  # a row of the picture
    socket.close(1000)
    await socket.wait("close")
    await wire.until(closed=1)
    return wire
