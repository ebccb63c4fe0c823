"""The page of lesson 05, served by the server of lesson 05 as it stands in the notebook.

CI has no learner who opens the link, so a real Chromium does what the lesson asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from playwright.sync_api import expect

from tests.lessons.course import LESSONS
from tests.lessons.rules import code_cells
from tests.waiting import wait_for
from wslab.net import console, servers
from wslab.net.loop import background
from wslab.node import http

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LESSON = LESSONS[5]
PARTS = (
    "def not_found",
    "def start",
    "def origin_is_allowed",
    "def subprotocol_for",
    "def join",
    "PAGE =",
    "def serve_page",
)


def cells() -> Iterator[str]:
    """The lesson's cells that make its servers, in order."""
    found = code_cells(nbformat.read(LESSON.path, as_version=4))
    yield found[0].source
    for beginning in PARTS:
        (cell,) = [c for c in found if c.source.startswith(beginning)]
        yield cell.source.split("\n\nwsServer, wire =")[0]  # what follows is a round, with await


@pytest.fixture
def lesson() -> Iterator[dict[str, Any]]:
    """The names that the lesson's cells define; its servers listen until the test ends."""
    before = servers.running_servers()
    names: dict[str, Any] = {}
    for source in cells():
        exec(source, names)
    yield names
    for server in servers.running_servers():
        if server not in before:
            background().run(server.aclose())
    console.clear()
    names["repeatable"](None)


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of an empty page of another server: another origin."""
    server = http.createServer(lambda request, response: response.end("elsewhere"))
    server.listen(0)
    yield server.http_url
    server.close()


def log_of(page: Page) -> Any:
    return page.locator("ol li")


def say(page: Page, text: str) -> None:
    page.get_by_label("Text").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("Text")).to_have_value("")


def test_what_one_tab_says_both_show(page: Page, lesson: dict[str, Any]) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(lesson["site"].http_url)
        expect(log_of(tab)).to_have_text(["open: echo-protocol"])
    say(page, "Hello, other tab")
    say(page, "<b>not bold</b>")
    expect(log_of(page).last).to_have_text("<b>not bold</b>")  # before the notebook speaks
    lesson["room"].broadcastUTF("Hello from the notebook")
    shown = [
        "open: echo-protocol",
        "Hello, other tab",
        "<b>not bold</b>",
        "Hello from the notebook",
    ]
    for tab in (page, other):
        expect(log_of(tab)).to_have_text(shown)
    expect(page.locator("b")).to_have_count(0)

    other.close()
    lesson["room"].closeAllConnections()
    expect(log_of(page).last).to_have_text("closed: 1000 Normal connection closure")
    wait_for(lambda: lesson["room"].closed == 2, "both tabs to be gone")
    lines = [line.text for line in console.take()]
    assert lines.count("accepted, echo-protocol") == 2
    assert lines.count("received utf8") == 2
    assert sum(line.startswith("left:") for line in lines) == 2


def test_a_page_from_elsewhere_is_rejected(
    page: Page, lesson: dict[str, Any], elsewhere: str
) -> None:
    page.goto(elsewhere)
    connect = """url => new Promise(resolve => {
        const ws = new WebSocket(url, "echo-protocol")
        ws.onopen = () => resolve("open")
        ws.onclose = event => resolve(event.code)
    })"""
    assert page.evaluate(connect, lesson["site"].url) == 1006
    assert [line.text for line in console.take()] == [f"rejected {elsewhere.rstrip('/')}"]
    # The lesson's first server asks nobody.
    assert page.evaluate(connect.replace(', "echo-protocol"', ""), lesson["server"].url) == "open"


def test_the_lesson_s_first_server_loses_a_page_that_offers_a_subprotocol(
    page: Page, lesson: dict[str, Any], elsewhere: str
) -> None:
    page.goto(elsewhere)
    code = page.evaluate(
        """url => new Promise(resolve => {
            new WebSocket(url, "echo-protocol").onclose = event => resolve(event.code)
        })""",
        lesson["server"].url,
    )
    assert code == 1006
