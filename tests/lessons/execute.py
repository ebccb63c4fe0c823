"""Execute lessons and write them with their outputs: the tool behind `make lessons`.

    python -m tests.lessons.execute            every lesson
    python -m tests.lessons.execute 03 05      these
    python -m tests.lessons.execute --nav      navigation and metadata only, nothing is run

Each lesson gets a kernel of its own. A cell that raises or takes longer than 60 s stops that
lesson: the error is shown, its file stays as it was, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from tests.lessons import course, nav, rules
from tests.lessons.normal import normalise

CELL_TIMEOUT = 60


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run every code cell in order in a fresh kernel started in `folder`, and store the outputs.

    Raises:
        CellExecutionError, CellTimeoutError, DeadKernelError: as nbclient has them.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()


def rewrite(path: Path, lesson: course.Lesson, run: bool = True) -> bool:
    """Execute one lesson's file and write it in its normal form; True if the file changed."""
    before = path.read_text("utf-8")
    notebook = nbformat.reads(before, as_version=4)
    nav.put(notebook, lesson)
    normalise(notebook)
    if run:
        execute(notebook, path.parent)
        normalise(notebook)
    nbformat.validate(notebook)
    after = nbformat.writes(notebook) + "\n"
    if after != before:
        path.write_text(after, "utf-8")
    return after != before


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Execute lessons and write their outputs.")
    parser.add_argument("lessons", nargs="*", help="numbers such as 03; all when none is given")
    parser.add_argument("--nav", action="store_true", help="write navigation, run nothing")
    options = parser.parse_args(arguments)
    failed = 0
    for lesson in course.find(options.lessons):
        if not lesson.path.exists():
            print(f"{lesson.file}: not there yet", file=sys.stderr)
            failed += 1
            continue
        start = time.monotonic()
        try:
            changed = rewrite(lesson.path, lesson, run=not options.nav)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            print(f"{lesson.file}: FAILED, the file stays as it was\n{error}", file=sys.stderr)
            failed += 1
            continue
        word = "written" if changed else "unchanged"
        print(f"{lesson.file}: {word} ({time.monotonic() - start:.1f} s)", flush=True)
        for complaint in rules.complaints(nbformat.read(lesson.path, as_version=4), lesson):
            print(f"   {complaint}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
