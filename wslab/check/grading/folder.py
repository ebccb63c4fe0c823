"""A folder of notebooks, each judged in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wslab.check.grading.judge import Result
from wslab.check.grading.table import Row, as_csv, as_html

SECONDS = 300.0  # for one notebook
END_SECONDS = 5.0  # in which a notebook's process ends its kernel
CSV, HTML = "grades.csv", "grades.html"


class CantGrade(Exception):
    """Nothing can be graded here; the message says why and what to do."""


def notebooks(folder: Path) -> list[Path]:
    """The notebooks in a folder and below it, in the order of their names.

    Raises CantGrade when it is no folder, or has none.
    """
    if not folder.is_dir():
        raise CantGrade(f"{folder} is no folder: name the one with the notebooks, DIR=homework")
    found = [
        path
        for path in sorted(folder.rglob("*.ipynb"))
        if not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    if not found:
        raise CantGrade(f"there is no notebook (.ipynb) in {folder} or below it")
    return found


def grade(
    folder: Path, *, seconds: float = SECONDS, jobs: int = 2, network: bool = False
) -> Iterator[Row]:
    """Judge every notebook of a folder, `jobs` at a time; the rows come in order.

    seconds: for one notebook. network: leave the notebooks the network. Raises CantGrade where they
    can't be cut off from it, before any of them has run.
    """

    def one(path: Path) -> Row:
        return judge(path, str(path.relative_to(folder)), seconds, network)

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(one, notebooks(folder))


def judge(path: Path, name: str, seconds: float = SECONDS, network: bool = False) -> Row:
    """One notebook's row. Raises CantGrade where it can't be cut off from the network."""
    command = [sys.executable, "-m", "wslab.check.grading.submission"]
    command += ["--network"] if network else []
    process = subprocess.Popen(
        [*command, str(path.resolve())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return Row(name, problem=f"it did not end within {seconds:g} s")
    finally:
        _end(process)
    try:
        answer = json.loads(said.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return Row(name, problem="its process ended without an answer")
    if "unsafe" in answer:
        raise CantGrade(
            f"{answer['unsafe']}. Grade in a container without a network, or add --network to let "
            "the notebooks use it"
        )
    results = tuple(Result(**result) for result in answer.get("results", ()))
    return Row(name, results, answer["problem"])


def _end(process: subprocess.Popen[str]) -> None:
    """End what still runs: asked first, it ends its kernel too."""
    process.terminate()
    try:
        process.communicate(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def write(rows: list[Row], folder: Path) -> list[Path]:
    """Write both tables into the folder; their paths."""
    paths = [folder / CSV, folder / HTML]
    # With the mark that tells a spreadsheet that the file is UTF-8.
    paths[0].write_text(as_csv(rows), "utf-8-sig", newline="")
    paths[1].write_text(as_html(rows), "utf-8")
    return paths
