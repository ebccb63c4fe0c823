"""One upgrade request of Chromium, read off the wire: a page, its cookie, and a server of its site.

The names are mapped to this computer inside the browser, so that Host and Origin read as they would
on the web, without ports.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.chromium import FLAGS
from wslab.net import capture
from wslab.net.dissect import Head, dissect, redact
from wslab.node import WebSocketServer, http

if TYPE_CHECKING:
    from playwright.sync_api import BrowserType

PAGE = "http://shop.example/"
JAVASCRIPT = 'new WebSocket("ws://chat.shop.example/room", ["chat", "echo"])'
COOKIE = "session=a-secret-of-this-visitor; Domain=shop.example"
OPENED = (
    f"new Promise((yes, no) => {{ const ws = {JAVASCRIPT}; ws.onopen = yes; ws.onclose = no }})"
)
RANDOM = ("Sec-WebSocket-Key:", "Sec-WebSocket-Accept:")  # another one for each connection


def record_upgrade(chromium: BrowserType, path: str) -> dict[str, Any]:
    """What passes when a page of `PAGE` runs `JAVASCRIPT`: the JSON file without its date."""
    pages = http.createServer(_page)
    chat = http.createServer()
    for server in (pages, chat):
        server.listen(0)
    sockets = WebSocketServer(httpServer=chat)
    sockets.on("request", lambda request: request.accept("chat"))
    wire = capture(chat)
    rules = f"MAP shop.example 127.0.0.1:{pages.port}, MAP chat.shop.example 127.0.0.1:{wire.port}"
    browser = chromium.launch(executable_path=path, args=[*FLAGS, f"--host-resolver-rules={rules}"])
    try:
        page = browser.new_page(locale="en-US")
        page.goto(PAGE)
        page.evaluate(f"{OPENED}.then(() => 0)")
        version = browser.version
    finally:
        browser.close()
        wire.close()
        for server in (pages, chat):
            server.close()
    request, response = (item for item in dissect(wire.connections[0]) if isinstance(item, Head))
    return {
        "page": PAGE,
        "javascript": JAVASCRIPT,
        "browser": "Chromium",
        "version": version,
        "request": _lines(request),
        "response": _lines(response),
    }


def update(file: Path, recorded: dict[str, Any]) -> bool:
    """Write the file, with today's date, if anything but the random values is new."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if _comparable(known) == _comparable(recorded):
        return False
    dated = {**recorded, "date": date.today().isoformat()}
    file.write_text(json.dumps(dated, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return True


def _comparable(recorded: dict[str, Any]) -> dict[str, Any]:
    steady = {name: value for name, value in recorded.items() if name != "date"}
    for side in ("request", "response"):
        steady[side] = without_random(recorded.get(side, []))
    return steady


def without_random(lines: list[str]) -> list[str]:
    """The lines, of those that differ each time only the names."""
    return [line.split()[0] if line.startswith(RANDOM) else line for line in lines]


def _lines(head: Head) -> list[str]:
    return [head.start_line, *(f"{name}: {value}" for name, value in redact(head.headers))]


def _page(request: Any, response: Any) -> None:
    headers = {"Content-Type": "text/html", "Set-Cookie": COOKIE}
    response.writeHead(200, headers).end("<!doctype html><link rel=icon href=data:,>")
