"""Every lesson in a real JupyterLab in a real Chromium: Run All, run again, the Stop button."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from tests.lessons.compare import different, outputs
from tests.lessons.course import LESSONS, Lesson, present
from tests.lessons.rules import code_cells

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.lessons.jupyterlab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AGAIN = ("03", "06")  # a panel and code in the page; a page of the kernel's


@pytest.fixture(scope="module")
def page(context: BrowserContext) -> Page:
    """One page of JupyterLab, in which one lesson after the other is opened."""
    return context.new_page()


@pytest.mark.parametrize("lesson", present(), ids=lambda lesson: lesson.number)
def test_run_all_and_run_all_again(
    lab: Lab, context: BrowserContext, page: Page, lesson: Lesson
) -> None:
    """All cells queued at once, in a fresh kernel. Those that use the page most are run once more
    in the same kernel; the others' cells are, without a page, in test_rerun.py.
    """
    from tests.lessons.jupyterlab import opened

    lab.add(nbformat.read(lesson.path, as_version=4), lesson.file)
    with opened(lab, context, lesson.file, page) as notebook:
        count = notebook.cells.count()
        notebook.run_all()
        notebook.wait_all()
        assert notebook.prompts() == [f"[{place}]:" for place in range(1, count + 1)]
        assert notebook.error_places() == []
        saved, stored = notebook.saved(), nbformat.read(lesson.path, as_version=4)
        cells = code_cells(saved)
        assert [cell.execution_count for cell in cells] == list(range(1, count + 1))
        # With a browser or without, the notebook is the same, and so strict nbval passes for both.
        if found := different(code_cells(stored), [outputs(cell) for cell in cells]):
            pytest.fail(found, pytrace=False)

        if lesson.number in AGAIN:
            notebook.run_all()
            notebook.wait_numbered(count - 1, 2 * count, timeout=120)
            assert notebook.prompts() == [f"[{count + place}]:" for place in range(1, count + 1)]
            assert notebook.error_places() == []
        assert notebook.foreign == []


def test_make_lab_opens_the_first_lesson(tmp_path: Path, context: BrowserContext) -> None:
    """`python -m wslab lab`: the page that it opens has the first lesson in it, pictures too."""
    from playwright.sync_api import expect

    from tests.lessons.jupyterlab import Lab

    lab = Lab(tmp_path)
    own = context.new_page()
    try:
        lab.start([sys.executable, "-m", "wslab", "lab", "--"])
        # Jupyter writes two pages that lead in; this is the one that it shows for a named file.
        (opener,) = (tmp_path / "runtime").glob("jpserver-file-to-run-*-open.html")
        own.goto(opener.as_uri())
        title = own.locator(".jp-NotebookPanel h1").first
        expect(title).to_contain_text(LESSONS[0].number, timeout=60_000)
        assert f"lab/tree/notebooks/{LESSONS[0].file}" in own.url
        # Signed: else the stored pictures would be bare text until their cells have run.
        own.locator('[title^="Notebook trusted"]').wait_for()
        picture = own.request.get(f"{lab.url}files/images/frame.svg?token={lab.token}")
        assert picture.ok and "svg" in picture.text()
    finally:
        own.close()
        lab.stop()


def test_stop_ends_an_await_and_the_server_answers_the_next_cell(
    lab: Lab, context: BrowserContext, page: Page
) -> None:
    """A wait of 25 s put into lesson 00 ends within 3 s of Stop; the cells after it still work."""
    from tests.lessons.jupyterlab import opened

    if not LESSONS[0].path.exists():
        pytest.fail("lesson 00 is missing")
    lesson = nbformat.read(LESSONS[0].path, as_version=4)
    code = [place for place, cell in enumerate(lesson.cells) if cell.cell_type == "code"]
    waiting = 3  # after the imports and the first working server and client
    wait = new_code_cell("import asyncio\nawait asyncio.sleep(25)")
    lesson.cells.insert(code[waiting], wait)
    lab.add(lesson, "stop.ipynb")
    with opened(lab, context, "stop.ipynb", page) as notebook:
        for place in range(waiting):
            notebook.run(place)
            notebook.wait_numbered(place, place + 1)
        notebook.run(waiting)
        notebook.wait_running(waiting)
        start = time.monotonic()
        notebook.interrupt()
        notebook.wait_numbered(waiting, waiting + 1, timeout=20)
        took = time.monotonic() - start
        assert took < 3, f"Stop took effect after {took:.1f} s"
        shown = notebook.output(waiting)
        assert "KeyboardInterrupt" in shown or "CancelledError" in shown
        for place in range(waiting + 1, notebook.cells.count()):
            notebook.run(place)
            notebook.wait_numbered(place, place + 1)
        assert notebook.error_places() == [waiting]
