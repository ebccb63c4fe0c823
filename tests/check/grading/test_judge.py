"""What is judged is what a notebook defines, by the cells that ask for it."""

from __future__ import annotations

import pytest

from wslab import check
from wslab.check.exercise import EXERCISES
from wslab.check.grading.judge import MISSING, UNHEARD, Result, asking, judged


def accept(key: str) -> str:
    print("not to be seen")
    return key


def test_every_exercise_of_the_lesson_has_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    names = {"check": check, "accept": accept}
    cells = ["check.lesson02.accept(accept)", "check.lesson02.upgrade(upgrade)"]
    results = [Result(**each) for each in judged(cells, names)]
    assert [x.exercise for x in results] == [name for name in EXERCISES if name.startswith("02.")]
    found = {result.exercise: result for result in results}
    assert (found["02.accept"].state, found["02.accept"].mark) == ("WRONG", "✗")
    assert "accept value" in found["02.accept"].text
    assert "NameError" in found["02.upgrade"].text
    assert [result.text for result in results].count(MISSING) == 1
    assert capsys.readouterr().out == ""


def test_a_stub_is_not_tried() -> None:
    (result,) = (
        x for x in judged(["check.lesson02.accept(...)"], {"check": check}) if x["text"] != MISSING
    )
    assert result == {"exercise": "02.accept", "state": "UNTRIED", "text": ""}


def test_a_number_that_is_no_lesson_is_no_harm() -> None:
    (result,) = judged(["check.lesson88.accept(accept)"], {"check": check, "accept": accept})
    assert result["exercise"] == "88.accept" and "AttributeError" in result["text"]


def test_another_check_is_found_out() -> None:
    class Everything:
        def __getattr__(self, name: str) -> Everything:
            return self

        def __call__(self, *answers: object) -> None: ...

    cells = ["check.lesson02.accept(1)", "check.lesson02.origin(1)"]
    results = judged(cells, {"check": Everything()})
    assert [result["state"] for result in results] == ["WRONG"] * 3
    assert sorted(result["text"] for result in results) == [UNHEARD, UNHEARD, MISSING]


def test_cells_that_ask_are_known() -> None:
    cells = ["check.lesson02.accept(f)", "check.stage(3, serve)", "checks = 3", "check.progress()"]
    assert asking(cells) == cells[:2]


def test_the_server_of_lesson_07_is_judged_stage_by_stage() -> None:
    cells = ["check.stage(1, serve)", "check.stage(2, serve)  # comment"]
    results = judged(cells, {"check": check, "serve": ...})
    names = [result["exercise"] for result in results]
    assert names[:2] == ["07.stage01", "07.stage02"] and len(names) == 15
    assert [result["state"] for result in results[:2]] == ["UNTRIED", "UNTRIED"]
    assert {result["text"] for result in results[2:]} == {MISSING}
