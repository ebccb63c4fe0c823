"""The server that a learner writes in lesson 04, as it stands in the notebook, with real clients.

The lesson says that a real browser talks to it, that one of its faults is mended by two lines, and
that it is sixty lines long: all of that is tested here.
"""

from __future__ import annotations

import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from tests.lessons.course import LESSONS
from tests.lessons.rules import code_cells, lines_of
from wslab.check import probes
from wslab.net.loop import background
from wslab.net.streams import StreamServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LESSON = LESSONS[4]
PARTS = ("PAGE =", "GUID =", "async def read_frame", "def make_frame", "async def answer_frames")
LAST = "async def serve_client"
FIRST_AWAIT = "    first, second = await reader.readexactly(2)\n"

NODE = """
const ws = new (require('ws'))(process.argv[1])
ws.on('open', () => { ws.ping('there?'); ws.send('x'.repeat(70000)) })
ws.on('pong', data => console.log('pong', String(data)))
ws.on('message', data => { console.log('message', data.length); ws.close(4001, 'bye') })
ws.on('close', (code, reason) => console.log('close', code, String(reason)))
"""

notebook = nbformat.read(LESSON.path, as_version=4)
CODE = code_cells(notebook)


def cell(beginning: str) -> Any:
    (found,) = [c for c in CODE if c.source.startswith(beginning)]
    return found


def start(*, mended: str = "") -> StreamServer:
    """The lesson's cells, run in order; `mended` goes in after the first await of read_frame."""
    names: dict[str, Any] = {}
    exec(CODE[0].source, names)
    for beginning in (*PARTS, LAST):
        source = cell(beginning).source
        if mended and beginning == "async def read_frame":
            assert FIRST_AWAIT in source
            source = source.replace(FIRST_AWAIT, FIRST_AWAIT + mended)
        exec(source.replace("my_wire = capture(mine)", ""), names)
    names["repeatable"](None)  # the lesson's first cell fixes keys and masks; other tests go on
    server: StreamServer = names["mine"]
    return server


@pytest.fixture
def server() -> Iterator[StreamServer]:
    made = start()
    yield made
    made.close()


def verdicts(server: StreamServer) -> list[bool]:
    async def ask() -> list[bool]:
        return [(await probes.run(probe, server)).passed for probe in probes.PROBES]

    return background().run(ask())


def test_it_is_sixty_lines_long() -> None:
    assert 50 <= sum(lines_of(cell(beginning)) for beginning in (*PARTS, LAST)) <= 60


def test_the_two_lines_of_the_lesson_mend_one_fault(server: StreamServer) -> None:
    (block,) = [
        c.source.split("```python\n")[1].split("```")[0]
        for c in notebook.cells
        if "a client must mask" in c.source
    ]
    mended = start(mended=textwrap.indent(textwrap.dedent(block), "    "))
    before, after = verdicts(server), verdicts(mended)
    mended.close()
    changed = [p.name for p, b, a in zip(probes.PROBES, before, after, strict=True) if b != a]
    assert (sum(before), sum(after), changed) == (4, 5, ["unmasked"])


@pytest.mark.peers
def test_npm_s_ws_talks_to_it(server: StreamServer, peers: Path) -> None:
    command = ["node", "-e", NODE, server.url]
    done = subprocess.run(command, cwd=peers, capture_output=True, text=True, timeout=30)
    assert done.stdout.split("\n")[:3] == ["pong there?", "message 70000", "close 4001 bye"]


@pytest.mark.browser
def test_chromium_opens_its_page_and_talks_to_it(server: StreamServer, browser: Browser) -> None:
    page = browser.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.http_url)
    page.fill("#text", "Grüße")
    page.press("#text", "Enter")
    page.wait_for_function("document.getElementById('log').textContent === 'Grüße\\n'")
    page.close()
    assert complaints == []
