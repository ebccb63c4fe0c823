"""A HAR that Chromium recorded, through Playwright, beside ours of the same page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.net.export.har_rules import broken_rules
from tests.net.export.recordings import messages_of
from wslab.net import capture, load_capture, save
from wslab.node import WebSocketServer, http

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TALK = """url => new Promise(done => {
  const ws = new WebSocket(url)
  ws.onopen = () => { ws.send('text ü'); ws.send(new Uint8Array([1, 2, 255])); ws.send('last') }
  let count = 0
  ws.onmessage = () => { if (++count == 3) ws.close(1000, 'bye') }
  ws.onclose = () => done(count)
})"""


@pytest.fixture(scope="module")
def files(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Chromium's file and ours."""
    folder = tmp_path_factory.mktemp("har")
    server = http.createServer(_page)
    server.listen(0)
    WebSocketServer(httpServer=server).on("request", _echo)
    wire = capture(server)
    try:
        context = browser.new_context(record_har_path=folder / "theirs.har")
        page = context.new_page()
        page.goto(wire.http_url)
        assert page.evaluate(TALK, wire.url) == 3
        context.close()  # this writes the file
    finally:
        wire.close()
        server.close()
    return folder / "theirs.har", save(wire, folder / "ours.har", secrets=True)


def _page(request: Any, response: Any) -> None:
    response.writeHead(200, {"Content-Type": "text/html"})
    response.end("<title>a page</title>")


def _echo(request: Any) -> None:
    connection = request.accept(None)

    def answer(message: Any) -> None:
        if message.type == "utf8":
            connection.sendUTF(message.utf8Data)
        else:
            connection.sendBytes(message.binaryData)

    connection.on("message", answer)


def entries(path: Path) -> list[Any]:
    found = json.loads(path.read_text("utf-8"))["log"]["entries"]
    return [entry for entry in found if not entry["request"]["url"].endswith("favicon.ico")]


def test_ours_keeps_the_rules(files: tuple[Path, Path]) -> None:
    assert broken_rules(json.loads(files[1].read_text("utf-8"))) == []


def test_the_same_messages(files: tuple[Path, Path]) -> None:
    """Chromium has all sent ones before all received: so each direction by itself."""
    theirs, ours = ([e for e in entries(f) if "_webSocketMessages" in e] for f in files)
    assert len(theirs) == len(ours) == 1
    for way in ("send", "receive"):
        lists = [
            [(m["opcode"], m["data"]) for m in found[0]["_webSocketMessages"] if m["type"] == way]
            for found in (theirs, ours)
        ]
        assert lists[0] == lists[1] == [(1, "text ü"), (2, "AQL/"), (1, "last")]


def test_the_same_exchanges(files: tuple[Path, Path]) -> None:
    for theirs, ours in zip(entries(files[0]), entries(files[1]), strict=True):
        for field in ("method", "url", "httpVersion"):
            assert theirs["request"][field] == ours["request"][field]
        for field in ("status", "statusText", "httpVersion", "redirectURL"):
            assert theirs["response"][field] == ours["response"][field]
        for side in ("request", "response"):
            names = [{h["name"].lower() for h in e[side]["headers"]} for e in (theirs, ours)]
            assert names[0] <= names[1]
        content = [e["response"]["content"].get("text") for e in (theirs, ours)]
        assert content[0] == content[1]
        assert theirs["_resourceType"] in ("document", ours["_resourceType"])


def test_theirs_can_be_loaded(files: tuple[Path, Path]) -> None:
    data = [sorted(m[1:] for m in messages_of(load_capture(path)) if m[2] < 8) for path in files]
    assert data[0] == data[1] and len(data[0]) == 6
