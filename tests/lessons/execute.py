"""Execute lessons and write them with their outputs: the tool behind `make exercises`.

The lessons are those of notebooks/solutions. Each is executed, then its learner's copy is made and
executed too.

    python -m tests.lessons.execute            every lesson
    python -m tests.lessons.execute 03 05      these
    python -m tests.lessons.execute --nav      navigation and metadata only, nothing is run

Each lesson gets a kernel of its own. A cell that raises or takes longer than 60 s stops that
lesson: the error is shown, its files stay as they were, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tests.lessons import course, nav, rules, stubs
from tests.lessons.kernel import AsyncFileKernelManager
from tests.lessons.normal import normalise

CELL_TIMEOUT = 60


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run every code cell in order in a fresh kernel started in `folder`, and store the outputs.

    Raises:
        CellExecutionError, CellTimeoutError, DeadKernelError: as nbclient has them.
    """
    os.environ["WSLAB_PROGRESS"] = ""  # what its author solved is no part of a lesson
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        kernel_manager_class=AsyncFileKernelManager,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def rewrite(lesson: course.Lesson, run: bool = True) -> bool:
    """Execute one lesson and its learner's copy, and write both; True if a file changed."""
    notebook = nbformat.read(lesson.solution, as_version=4)
    nav.put(notebook, lesson)
    normalise(notebook)
    copy = stubs.learners_copy(notebook)
    normalise(copy)
    if run:
        for each in (notebook, copy):
            execute(each, lesson.path.parent)
            normalise(each)
    else:
        keep_outputs(copy, lesson.path)
    changed = [write(notebook, lesson.solution), write(copy, lesson.path)]
    return any(changed)


def keep_outputs(notebook: NotebookNode, path: Path) -> None:
    """Give cells the outputs that cells of the same id have in a file."""
    stored = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.id in stored:
            cell.outputs = stored[cell.id].outputs
            cell.execution_count = stored[cell.id].execution_count


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write a notebook; True if that changed the file."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n"
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Execute lessons and write their outputs.")
    parser.add_argument("lessons", nargs="*", help="numbers such as 03; all when none is given")
    parser.add_argument("--nav", action="store_true", help="write navigation, run nothing")
    options = parser.parse_args(arguments)
    failed = 0
    for lesson in course.find(options.lessons):
        if not lesson.solution.exists():
            print(f"solutions/{lesson.file}: not there yet", file=sys.stderr)
            failed += 1
            continue
        start = time.monotonic()
        try:
            changed = rewrite(lesson, run=not options.nav)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            print(f"{lesson.file}: FAILED, the files stay as they were\n{error}", file=sys.stderr)
            failed += 1
            continue
        word = "written" if changed else "unchanged"
        print(f"{lesson.file}: {word} ({time.monotonic() - start:.1f} s)", flush=True)
        for complaint in rules.complaints(nbformat.read(lesson.path, as_version=4), lesson):
            print(f"   {complaint}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
