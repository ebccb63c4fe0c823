"""Lesson 07 and its judge agree: titles, and the bytes that each stage's brief is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from tests.lessons import stubs
from tests.lessons.course import LESSONS
from tests.lessons.rules import code_cells
from wslab.check.stages import STAGES
from wslab.check.stages.faults import LIMIT
from wslab.check.stages.judging import Stage
from wslab.check.stages.opening import HeadProbe
from wslab.check.stages.probe import Probe
from wslab.net.streams import serve_streams
from wslab.node import http

if TYPE_CHECKING:
    from playwright.sync_api import Browser

notebook = nbformat.read(LESSONS[7].solution, as_version=4)
BRIEFS = {
    int(match[1]): (match[2], cell.source)
    for cell in notebook.cells
    if cell.cell_type == "markdown"
    and (match := re.match(r"### Stage (\d+) · (.+)", cell.source)) is not None
}
HEX = re.compile(r"`((?:[0-9a-f]{2} )+[0-9a-f]{2})`")


def test_every_stage_has_its_brief_with_its_title() -> None:
    assert {number: title for number, (title, _) in BRIEFS.items()} == {
        stage.number: stage.title for stage in STAGES
    }


def on_the_wire(stage: Stage) -> list[bytes]:
    """What goes over the wire in the probes of a stage."""
    found = []
    for probe in stage.probes:
        if isinstance(probe, HeadProbe):
            found.append(probe.sent)
        elif isinstance(probe, Probe):
            found += [piece for step in probe.steps for piece in step.pieces]
            found.append(probe.expected)
    return found


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.number))
def test_the_bytes_of_a_brief_are_those_of_its_probes(stage: Stage) -> None:
    shown = [bytes.fromhex(text) for text in HEX.findall(BRIEFS[stage.number][1])]
    assert shown or stage.number == 2, "a brief has the bytes that it is about"
    for data in shown:
        assert any(data in wire for wire in on_the_wire(stage)), data.hex(" ")


def test_the_limit_of_the_lesson_is_that_of_the_probes() -> None:
    limits = [cell.source for cell in code_cells(notebook) if cell.source.startswith("LIMIT = ")]
    assert len(limits) == 2
    for source in limits:
        assert int(source.split()[2].replace("_", "")) == LIMIT


def solved() -> dict[str, Any]:
    """The names that the lesson's solutions define, one after another."""
    names: dict[str, Any] = {}
    for cell in [code_cells(notebook)[0], *filter(stubs.is_solution, notebook.cells)]:
        exec(cell.source, names)
    return names


PAGE = """
url => new Promise(resolve => {
  const seen = [], ws = new WebSocket(url)
  ws.onopen = () => ws.send("Grüße")
  ws.onmessage = event => {
    seen.push(event.data.length ?? event.data.byteLength)
    if (seen.length === 1) ws.send(new Uint8Array(70000))
    else if (seen.length === 2) ws.send("é".repeat(70000))
  }
  ws.onclose = event => resolve([...seen, event.code, event.wasClean])
  ws.binaryType = "arraybuffer"
})
"""


@pytest.mark.browser
def test_a_browser_talks_to_the_solution(browser: Browser) -> None:
    """With a text over the limit at the end, as the lesson proposes."""
    server = serve_streams(solved()["serve"])
    site = http.createServer(lambda request, response: response.writeHead(200).end("a page"))
    site.listen(0)
    page = browser.new_page()
    page.goto(site.http_url)  # an address without a host may not reach this computer
    try:
        assert page.evaluate(PAGE, server.url) == [5, 70_000, 1009, True]
    finally:
        page.close()
        site.close()
        server.close()
