"""A learner's copy of a lesson: the lesson of notebooks/solutions without its solutions.

An exercise is a stub, a cell tagged `solution` that defines the same name again, and a cell that
asks `check` to judge it. The copy has no such tagged cell, so that the stub is what is judged. The
stages of lesson 07 are such exercises, too; the stub of a later one may be a comment.
"""

from __future__ import annotations

import re
from copy import deepcopy

from nbformat import NotebookNode

SOLUTION = "solution"
CHECK = re.compile(r"check\.(lesson\d\d\.\w+|stage)\(")
SHOWS_PROGRESS = "check.progress("


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell holds the solution of an exercise."""
    return SOLUTION in cell.metadata.get("tags", [])


def is_check(cell: NotebookNode) -> bool:
    """Whether a cell asks for a judgement."""
    return bool(cell.cell_type == "code" and CHECK.match(cell.source))


def depends_on_solutions(cell: NotebookNode) -> bool:
    """Whether a cell shows another thing once the exercises are solved."""
    return is_check(cell) or cell.source.startswith(SHOWS_PROGRESS)


def learners_copy(notebook: NotebookNode) -> NotebookNode:
    """The notebook without solutions, its links as they are one folder higher, nothing executed."""
    copy = deepcopy(notebook)
    copy.cells = [cell for cell in copy.cells if not is_solution(cell)]
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = cell.source.replace("](../../", "](../")
    return copy
