"""The opening handshake as the page's browser writes it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.browser.here.support import FrontEnd, Shown
from wslab import show
from wslab.browser.here import upgrade
from wslab.browser.upgrade import recorded_upgrade
from wslab.net.capture import Capture, capture
from wslab.net.dissect import RequestItem
from wslab.node import WebSocketServer, http


@pytest.fixture
def wire() -> Iterator[Capture]:
    server = http.createServer()
    server.listen(0)
    WebSocketServer(httpServer=server).on(
        "request", lambda request: request.accept("chat", request.origin)
    )
    with capture(server) as relay:
        yield relay
    server.close()


def test_where_nobody_answers_there_is_the_recording(shown: Shown, wire: Capture) -> None:
    seen = asyncio.run(upgrade(wire, "room", ["chat", "echo"]))
    stored = recorded_upgrade()
    assert (seen.live, seen.label) == (False, stored.label)
    assert [item.raw for item in seen.items] == [item.raw for item in stored.items]
    assert wire.connections == []
    assert "recorded from" in repr(seen)


@pytest.mark.browser
def test_a_capture_that_was_closed_is_named(front_end: FrontEnd, wire: Capture) -> None:
    wire.close()
    with pytest.raises(RuntimeError, match="did not come through this capture"):
        front_end.awaiting(lambda: upgrade(wire))


@pytest.mark.browser
def test_the_page_s_own_request(front_end: FrontEnd, wire: Capture) -> None:
    seen = front_end.awaiting(lambda: upgrade(wire, "room", ["chat", "echo"]))
    request, response = seen.items
    assert isinstance(request, RequestItem)
    assert request.start_line == "GET /room HTTP/1.1"
    assert request.get("Origin") == front_end.lab.removesuffix("/lab")
    assert request.get("Sec-WebSocket-Protocol") == "chat, echo"
    assert "Mozilla" in request.get("User-Agent")
    assert b"101" in response.raw
    assert seen.javascript == 'const ws = new WebSocket(url, ["chat", "echo"]);'
    island = front_end.cell(lambda: seen.draw(lambda one: show.handshake(one.items)))
    front_end.display(island)
    assert f"Origin: {front_end.lab.removesuffix('/lab')}" not in island.html
    drawn = front_end.page.locator("svg").text_content() or ""
    assert "http://localhost:PORT" in drawn and "shop.example" not in drawn
    assert "shop.example" in island.html, "the recording is what is stored"
