"""Every cell of a lesson can be run twice in a row, and after the last cell nothing is left.

What is left is asked of the operating system and of Python, not of wslab: sockets, threads, tasks.
"""

from __future__ import annotations

import ast

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.lessons.course import NOTEBOOKS, Lesson, present
from tests.lessons.kernel import AsyncFileKernelManager

PROBE = """
def _state():
    import asyncio, gc, psutil, threading
    gc.collect()
    sockets = psutil.Process().net_connections("inet")
    sockets = [s for s in sockets if s.status in ("LISTEN", "ESTABLISHED", "CLOSE_WAIT")]
    return {
        "sockets": sorted(f"{s.status} {tuple(s.laddr)} {tuple(s.raddr)}" for s in sockets),
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "tasks": sorted(task.get_coro().__qualname__ for task in asyncio.all_tasks()),
        "children": sorted(str(child.pid) for child in psutil.Process().children()),
    }
_state()
"""


def value(cell: NotebookNode) -> dict[str, list[str]]:
    """What a probe returned."""
    result = next(output for output in cell.outputs if output.output_type == "execute_result")
    found: dict[str, list[str]] = ast.literal_eval(result.data["text/plain"])
    return found


@pytest.mark.timeout(180)
@pytest.mark.parametrize("lesson", present(), ids=lambda lesson: lesson.number)
def test_each_cell_twice_and_nothing_is_left(lesson: Lesson) -> None:
    notebook = nbformat.read(lesson.path, as_version=4)
    twice = [
        nbformat.from_dict({**cell, "id": f"{cell.id}-{again}"})
        for cell in notebook.cells
        if cell.cell_type == "code"
        for again in ("first", "second")
    ]
    notebook.cells = [new_code_cell(PROBE), *twice, new_code_cell("_state()")]
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    done = NotebookClient(
        notebook, timeout=60, resources=resources, kernel_manager_class=AsyncFileKernelManager
    ).execute()  # raises if one does
    assert [cell.execution_count for cell in done.cells] == list(range(1, len(done.cells) + 1))
    before, after = value(done.cells[0]), value(done.cells[-1])
    left = {what: [x for x in after[what] if x not in before[what]] for what in after}
    assert left == {"sockets": [], "threads": [], "tasks": [], "children": []}
