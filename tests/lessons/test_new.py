"""A new lesson, made as a teacher makes it in a copy of the course, keeps every rule at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lessons.course import LESSONS, ROOT
from tests.lessons.new import CantMake, make

NEXT = f"{len(LESSONS):02}"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("03", "closing", "Closing"), f"the next lesson is {NEXT}"),
        ((NEXT, "../closing", "Closing"), "no name for a file"),
        ((NEXT, "closing", 'A "title"'), "no title"),
        ((NEXT, "closing", " "), "no title"),
        ((NEXT, "closing", "Closing\\n"), "no title"),
        ((NEXT, "closing", "Clos\ning"), "no title"),
    ],
)
def test_what_can_t_be_made_is_said(
    tmp_path: Path, arguments: tuple[str, str, str], why: str
) -> None:
    with pytest.raises(CantMake, match=why):
        make(*arguments, root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_nothing_is_half_made(tmp_path: Path) -> None:
    mine = tmp_path / "notebooks" / "solutions" / f"{NEXT}_closing.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    with pytest.raises(CantMake, match=f"{NEXT}_closing.ipynb is there already"):
        make(NEXT, "closing", "Closing", root=tmp_path)
    mine.unlink()
    for path in ("tests/lessons/course.py", "README.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("no list", "utf-8")
    with pytest.raises(CantMake, match="no list of the lessons"):
        make(NEXT, "closing", "Closing", root=tmp_path)
    assert not list(tmp_path.rglob("*closing*")) and not list(tmp_path.rglob(f"*lesson{NEXT}*"))


@pytest.mark.timeout(240)
def test_the_template_is_a_lesson(tmp_path: Path) -> None:
    copy = tmp_path / "course"
    leave = ["node_modules", "build", "screenshots", ".*", "__pycache__"]
    for name in ("wslab", "tests", "notebooks", "images"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns(*leave))
    for file in ("pyproject.toml", "README.md", "constraints.txt"):
        shutil.copy(ROOT / file, copy)
    env = os.environ | {"PYTHONPATH": str(copy)}

    def run(*command: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=copy, env=env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]

    run("tests.lessons.new", NEXT, "closing", "Closing a connection")
    run("tests.lessons.execute", NEXT)
    run("tests.lessons.execute", "--nav")
    lesson = (copy / "notebooks" / f"{NEXT}_closing.ipynb").read_text("utf-8")
    assert "PING frame over 125 bytes" in lesson  # what the template breaks does break
    made = [f"notebooks/solutions/{NEXT}_closing.ipynb", f"tests/check/test_lesson{NEXT}.py"]
    run("ruff", "check", "--no-cache", f"wslab/check/lesson{NEXT}.py", *made)
    last = f"({LESSONS[-1].number} and not solutions)"  # it has another lesson after it now
    chosen = f"{NEXT} or {last} or listed or no_other or every_lesson or points_down"
    tests = [f"tests/check/test_lesson{NEXT}.py", "tests/test_packaging.py", "tests/test_floors.py"]
    tests += ["tests/lessons/test_notebooks.py", "tests/lessons/test_solutions.py"]
    tests += ["--nbval", "--nbval-current-env", f"notebooks/{NEXT}_closing.ipynb"]
    run("pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *tests)
