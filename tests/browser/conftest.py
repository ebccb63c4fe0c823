"""A page of Chromium for each browser test, watched for requests to other hosts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOCAL = ("127.0.0.1", "localhost", "::1", None)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new page with nothing of another test in it; the test fails if it asks another host."""
    with watched(browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def same_page(browser: Browser) -> Iterator[Page]:
    """One page for a module's tests that each begin with an address of their own: to open one takes
    as long as such a test. The last test fails if any of them asks another host.
    """
    with watched(browser) as opened:
        yield opened


@contextmanager
def watched(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own; AssertionError if it asks another host."""
    context = browser.new_context()
    foreign: list[str] = []

    def note(url: str) -> None:
        if urlsplit(url).hostname not in LOCAL:
            foreign.append(url)

    opened = context.new_page()
    opened.on("request", lambda request: note(request.url))
    opened.on("websocket", lambda socket: note(socket.url))
    opened.set_default_timeout(15_000)
    yield opened
    context.close()
    assert foreign == [], f"the page asked other hosts: {foreign}"
