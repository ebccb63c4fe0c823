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
    ],
)
def test_what_can_t_be_made_is_said(
    tmp_path: Path, arguments: tuple[str, str, str], why: str
) -> None:
    with pytest.raises(CantMake, match=why):
        make(*arguments, root=tmp_path)
    assert list(tmp_path.iterdir()) == []


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
    made = [f"notebooks/solutions/{NEXT}_closing.ipynb", f"tests/check/test_lesson{NEXT}.py"]
    run("ruff", "check", "--no-cache", f"wslab/check/lesson{NEXT}.py", *made)
    chosen = f"{NEXT} or {LESSONS[-1].number} or listed or no_other or every_lesson or points_down"
    tests = [f"tests/check/test_lesson{NEXT}.py", "tests/test_packaging.py", "tests/test_floors.py"]
    tests += ["tests/lessons/test_notebooks.py", "tests/lessons/test_solutions.py"]
    tests += ["--nbval", "--nbval-current-env", f"notebooks/{NEXT}_closing.ipynb"]
    run("pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *tests)
