"""The log is one for the whole process: each test of the chat begins with an empty one. The page is
visited under watch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.chat.pages import Visit
from wslab.net import console


@pytest.fixture(autouse=True)
def empty_log() -> Iterator[None]:
    console.clear()
    yield
    console.clear()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open the page as one more person; nothing may run, fail or ask another host."""
    contexts = []
    complaints: list[str] = []
    foreign: list[str] = []

    def open_page(url: str, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        host = url.split("/")[2]
        page.on("request", lambda request: note(request.url, host))
        page.on("websocket", lambda socket: note(socket.url, host))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complain(line.type, line.text))
        page.goto(url)
        return page

    def note(url: str, host: str) -> None:
        if not url.startswith("data:") and url.split("/")[2] != host:
            foreign.append(url)

    def complain(kind: str, text: str) -> None:
        if kind == "error" and "WebSocket connection to" not in text:  # while a server is down
            complaints.append(text)

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert foreign == []
