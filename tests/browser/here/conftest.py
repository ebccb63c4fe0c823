"""A front end for cells: what they display is drawn in a page of Chromium, scripts and all."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING

import IPython
import pytest

from tests.browser.here.support import BODY, FrontEnd, Shown
from wslab.browser.here import channel
from wslab.net import console
from wslab.net.loop import background
from wslab.node import http

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture(autouse=True)
def empty_log() -> None:
    """The log is one for the whole process, and other tests write into it."""
    console.clear()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    """A kernel, and what its cells display; nobody reads it."""
    displays = Shown()
    parent = {"content": {"code": "a cell"}, "header": {"msg_id": str(id(displays))}}
    shell = SimpleNamespace(kernel=object(), parent_header=parent)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    monkeypatch.setattr(IPython.display, "display", displays)
    yield displays
    opened, channel._channel = channel._channel, None
    if opened is not None:
        background().run(opened.server.aclose())


@pytest.fixture
def lab() -> Iterator[str]:
    """Where a page like Jupyter's is. From a real server: Chromium asks whether it is local."""
    server = http.createServer(
        lambda request, response: response.writeHead(200, {"Content-Type": "text/html"}).end(BODY)
    )
    server.listen(0)
    yield f"http://localhost:{server.port}/lab"
    server.close()


@pytest.fixture
def front_end(shown: Shown, page: Page, lab: str, monkeypatch: pytest.MonkeyPatch) -> FrontEnd:
    """The same with a page that shows it, of a Jupyter on this computer."""
    monkeypatch.setenv("WSLAB_BROWSER_SECONDS", "20")  # the machine may be busy
    return FrontEnd(shown, page, lab)
