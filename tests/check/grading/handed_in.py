"""Notebooks as learners hand them in: right, half done, hostile and broken."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tests.lessons import stubs
from tests.lessons.course import LESSONS
from tests.lessons.rules import code_cells

OUTSIDE = "192.0.2.1"  # RFC 5737: for documentation, no computer has it
CHECK = "check.lesson02.accept(accept)"


def solutions(number: int) -> list[str]:
    """The imports of a lesson and its exercises, solved."""
    cells = code_cells(nbformat.read(LESSONS[number].solution, as_version=4))
    places = [place for place, cell in enumerate(cells) if stubs.is_solution(cell)]
    kept = cells[places[0] - 1 : places[-1] + 2]
    return [cells[0].source, *(cell.source for cell in kept)]


def write(path: Path, *sources: str) -> Path:
    """A notebook of these code cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path
