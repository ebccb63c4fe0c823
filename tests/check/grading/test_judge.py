"""What is judged is what a notebook defines, by the cells that ask for it."""

from __future__ import annotations

import pytest

from wslab.check.exercise import EXERCISES
from wslab.check.grading.asking import asking
from wslab.check.grading.judge import MISSING, UNHEARD, Result, judged


def accept(key: str) -> str:
    print("not to be seen")
    return key


def test_every_exercise_of_the_lesson_has_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    names = {"accept": accept}
    cells = ["check.lesson02.accept(accept)", "check.lesson02.upgrade(upgrade)"]
    results = [Result(**each) for each in judged(asking(cells), names)]
    assert [x.exercise for x in results] == [name for name in EXERCISES if name.startswith("02.")]
    found = {result.exercise: result for result in results}
    assert (found["02.accept"].state, found["02.accept"].mark) == ("WRONG", "✗")
    assert "accept value" in found["02.accept"].text
    assert "NameError" in found["02.upgrade"].text
    assert [result.text for result in results].count(MISSING) == 1
    assert capsys.readouterr().out == ""


def test_a_stub_is_not_tried() -> None:
    (result,) = (
        x for x in judged(asking(["check.lesson02.accept(...)"]), {}) if x["text"] != MISSING
    )
    assert result == {"exercise": "02.accept", "state": "UNTRIED", "text": ""}


def test_a_number_that_is_no_lesson_is_no_harm() -> None:
    (result,) = judged(asking(["check.lesson88.accept(accept)"]), {"accept": accept})
    assert result["exercise"] == "88.accept" and "AttributeError" in result["text"]


def test_another_check_is_not_asked() -> None:
    cells = ["check.lesson02.accept(1)", "if not check:\n    check.lesson02.origin(1)"]
    results = judged(asking(cells), {"check": lambda *answers: None})
    assert [result["state"] for result in results] == ["WRONG"] * 3
    assert results[0]["text"] == "1 is not a function."
    assert sorted(result["text"] for result in results[1:]) == [UNHEARD, MISSING]


def test_the_server_of_lesson_07_is_judged_stage_by_stage() -> None:
    cells = ["check.stage(1, serve)", "check.stage(2, serve)  # comment"]
    results = judged(asking(cells), {"serve": ...})
    names = [result["exercise"] for result in results]
    assert names[:2] == ["07.stage01", "07.stage02"] and len(names) == 15
    assert [result["state"] for result in results[:2]] == ["UNTRIED", "UNTRIED"]
    assert {result["text"] for result in results[2:]} == {MISSING}
