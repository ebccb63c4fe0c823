"""Playing a scenario in a page of Chromium, where tracer.js writes the trace."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from wslab.browser.scenarios import Scenario
from wslab.browser.scripted import ScriptedServer

if TYPE_CHECKING:
    from playwright.sync_api import Page

TRACER = files("wslab.browser").joinpath("tracer.js").read_text(encoding="utf-8")


def play_in(page: Page, scenario: Scenario) -> list[dict[str, Any]]:
    """The rows that this page's own WebSocket gives for a scenario."""
    with ScriptedServer(scenario.server) as server:
        page.goto(server.http_url)
        page.add_script_tag(content=TRACER)
        rows: list[dict[str, Any]] = page.evaluate(
            "([lines, url]) => runTraced(lines, url)", [scenario.javascript, server.url]
        )
        return rows
