"""Captures of Chromium: the dissection against what its developer tools say."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.waiting import wait_for
from wslab.net.capture import Capture, capture
from wslab.net.dissect import BodyItem, FrameItem, UnparsedItem, dissect
from wslab.node import WebSocketServer, http

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TALK = """url => new Promise(done => {
  const ws = new WebSocket(url)
  ws.binaryType = "arraybuffer"
  const said = ["héllo 👋", "", new Uint8Array([0, 1, 254, 255]), "so long ".repeat(300)]
  ws.onopen = () => said.forEach(one => ws.send(one))
  let count = 0
  ws.onmessage = () => { if (++count == said.length) ws.close(3001, "done") }
  ws.onclose = done
})"""
LISTEN = """() => new Promise(done => {
  const source = new EventSource("/feed")
  source.addEventListener("end", () => { source.close(); done() })
})"""
EVENTS = (b"data: one\n\nid: 7\ndata: t", b"wo\ndata: lines\r\n\r\n", b"event: end\ndata: 3\n\n")


@pytest.fixture
def wire() -> Iterator[Capture]:
    """A capture of a server with a page, a feed and an echo."""

    def answer(request: Any, response: Any) -> None:
        if request.url != "/feed":
            response.writeHead(200, {"Content-Type": "text/html"})
            response.end("<title>a page</title>")
            return
        response.writeHead(200, {"Content-Type": "text/event-stream"})
        for part in EVENTS:
            response.write(part)
        response.end()

    def accept(request: Any) -> None:
        connection = request.accept(None)
        connection.on("message", lambda got: connection.send(got.utf8Data or got.binaryData or ""))

    server = http.createServer(answer)
    WebSocketServer(httpServer=server).on("request", accept)
    server.listen(0)
    with capture(server) as wire:
        yield wire
    server.close()


def test_chromium(browser: Browser, wire: Capture) -> None:
    page = browser.new_page()
    tools = page.context.new_cdp_session(page)
    frames: dict[str, list[Any]] = {"up": [], "down": []}
    events: list[tuple[str, str, str]] = []

    def note(way: str, told: Any) -> None:
        frame = told["response"]
        text = frame["opcode"] == 1
        data = frame["payloadData"]
        frames[way].append([frame["opcode"], data.encode() if text else base64.b64decode(data)])

    tools.on("Network.webSocketFrameSent", lambda told: note("up", told))
    tools.on("Network.webSocketFrameReceived", lambda told: note("down", told))
    tools.on(
        "Network.eventSourceMessageReceived",
        lambda told: events.append((told["eventName"], told["eventId"], told["data"])),
    )
    tools.send("Network.enable")
    page.goto(wire.http_url)
    page.evaluate(TALK, wire.url)
    page.evaluate(LISTEN)
    ends = time.monotonic() + 10
    while (len(events), *map(len, frames.values())) != (3, 4, 4) and time.monotonic() < ends:
        page.wait_for_timeout(20)  # what the tools tell comes later than what the page sees
    page.close()
    wait_for(lambda: wire.closed == len(wire.connections), "the connections to end")
    items = [item for connection in wire.connections for item in dissect(connection)]
    assert not any(item.problems or isinstance(item, UnparsedItem) for item in items)
    for way, told in frames.items():
        mine = [f for f in items if isinstance(f, FrameItem) and f.direction == way]
        assert [[f.opcode, f.data] for f in mine if f.opcode < 8] == told and len(told) == 4
        assert any(f.compressed for f in mine) and mine[-1].close_code == 3001
    stream = [
        item.data
        for item in items
        if isinstance(item, BodyItem) and item.data and "event-stream" in item.content_type
    ]
    assert stream == [
        b"data: one\n\n",
        b"id: 7\ndata: two\ndata: lines\r\n\r\n",
        b"event: end\ndata: 3\n\n",
    ]
    assert events == [("message", "", "one"), ("message", "7", "two\nlines"), ("end", "7", "3")]
