"""One notebook: it is run whatever is in it, and judged by what it defines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.grading.handed_in import CHECK, solutions, write
from wslab.check.grading.submission import Unusable, graded


def states(said: dict[str, object]) -> dict[str, str]:
    results = said["results"]
    assert isinstance(results, list)
    return {result["exercise"]: result["state"] for result in results}


def test_solutions_are_right(tmp_path: Path) -> None:
    said = graded(write(tmp_path / "ada.ipynb", *solutions(2)))
    assert said["problem"] == ""
    assert set(states(said).values()) == {"RIGHT"} and len(states(said)) == 3


def test_an_error_a_long_wait_and_a_lie_are_the_notebook_s_own(tmp_path: Path) -> None:
    cells = [
        "1 / 0",
        "while True: print('x' * 100_000)",
        'print("✓ Right. Believe me.")',
        "from wslab import check\ndef accept(key): return 1",
        CHECK,
    ]
    said = graded(write(tmp_path / "bob.ipynb", *cells), cell_seconds=5)
    assert said["problem"] == "code cell 2 did not end within 5 s"
    assert states(said)["02.accept"] == "WRONG"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no notebook"),
        ("{}", "no notebook"),
        ('{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "no notebook"),
        ("[1, 2]", "no notebook: the file is JSON, but has no cells"),
        ("<html>", "no notebook: the file is no JSON"),
        ('{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "no cell checks"),
    ],
)
def test_what_is_no_lesson_is_said(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "eve.ipynb"
    path.write_text(content)
    with pytest.raises(Unusable, match=why):
        graded(path)


def test_a_kernel_that_dies_is_said(tmp_path: Path) -> None:
    cells = ["import os", "os._exit(1)", CHECK]
    with pytest.raises(Unusable, match="code cell 2 ended the kernel"):
        graded(write(tmp_path / "eve.ipynb", *cells), cell_seconds=5)


IMPORT = "from wslab import check\nfrom wslab.check import lesson02\n"
CHEATS = {
    "the judge of a notebook": "import wslab.check.grading.judge as judge\n"
    "judge.judged = lambda asked, names: ["
    "{'exercise': '02.accept', 'state': 'RIGHT', 'text': ''}]",
    "the judge of an exercise": "from wslab.check.exercise import Exercise\n"
    "from wslab.check.outcome import Outcome, State\n"
    "Exercise.judge = lambda self, answer, seconds=1: Outcome(State.RIGHT, 'Believe me.')",
    "what is right": "lesson02.right_accept = lambda key: 'x'\n"
    "lesson02.ACCEPT = 'x'\nlesson02.accept.check = lambda answer: 'Believe me.'",
    "another check": "class check:\n    class lesson02:\n        accept = print",
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_what_a_notebook_changes_in_its_judges_is_gone(tmp_path: Path, cheat: str) -> None:
    cells = [IMPORT + CHEATS[cheat], "def accept(key): return 'x'", CHECK]
    said = graded(write(tmp_path / "eve.ipynb", *cells))
    assert states(said)["02.accept"] == "WRONG" and len(states(said)) == 3


def test_a_check_counts_wherever_it_stands(tmp_path: Path) -> None:
    right = (
        "from wslab.protocol import accept_value\ndef accept(key):\n    return accept_value(key)"
    )
    for cell in (f"# test my answer\n{CHECK}", f"print('now')\n{CHECK}", f"{right}\n\n{CHECK}"):
        said = graded(write(tmp_path / "ada.ipynb", IMPORT, right, cell))
        assert states(said)["02.accept"] == "RIGHT"
