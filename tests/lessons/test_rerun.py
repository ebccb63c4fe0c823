"""Every cell of a lesson can be run twice in a row: no port stays taken, nothing is left over."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from tests.lessons.course import NOTEBOOKS, Lesson, present


@pytest.mark.timeout(180)
@pytest.mark.parametrize("lesson", present(), ids=lambda lesson: lesson.number)
def test_each_cell_twice(lesson: Lesson) -> None:
    notebook = nbformat.read(lesson.path, as_version=4)
    notebook.cells = [
        nbformat.from_dict({**cell, "id": f"{cell.id}-{again}"})
        for cell in notebook.cells
        if cell.cell_type == "code"
        for again in ("first", "second")
    ]
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    done = NotebookClient(notebook, timeout=60, resources=resources).execute()  # raises if one does
    assert [cell.execution_count for cell in done.cells] == list(range(1, len(done.cells) + 1))
