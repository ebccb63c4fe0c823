"""The learner's copy is the lesson without its solutions, and every solution is right today."""

from __future__ import annotations

import ast
import asyncio
import inspect
from collections.abc import Iterator
from types import CodeType
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.lessons import rules, stubs
from tests.lessons.compare import outputs
from tests.lessons.course import SOLUTIONS, Lesson, present
from tests.lessons.normal import normalise
from wslab.browser.here import verdict
from wslab.check.outcome import UNTRIED
from wslab.net.entropy import repeatable


@pytest.fixture(params=present(), ids=lambda lesson: lesson.number)
def lesson(request: pytest.FixtureRequest) -> Iterator[Lesson]:
    """One lesson of the course; what its imports fix is random again afterwards."""
    yield request.param
    repeatable(None)


def whole(lesson: Lesson) -> NotebookNode:
    """The lesson with its solutions."""
    return nbformat.read(lesson.solution, as_version=4)


def exercises(notebook: NotebookNode) -> Iterator[list[NotebookNode]]:
    """For each exercise its stub, its solution and what asks for a judgement."""
    cells = rules.code_cells(notebook)
    for place, cell in enumerate(cells):
        if stubs.is_solution(cell):
            yield cells[place - 1 : place + 2]


def test_no_other_file_is_there() -> None:
    assert {path.name for path in SOLUTIONS.glob("*.ipynb")} == {x.file for x in present()}


def test_the_copy_is_the_lesson_without_solutions(lesson: Lesson) -> None:
    made, stored = stubs.learners_copy(whole(lesson)), nbformat.read(lesson.path, as_version=4)
    normalise(made)
    shown = [(cell.id, cell.cell_type, cell.source) for cell in stored.cells]
    assert shown == [(cell.id, cell.cell_type, cell.source) for cell in made.cells]


def test_both_show_the_same_but_for_the_judgements(lesson: Lesson) -> None:
    with_solutions, stored = whole(lesson), nbformat.read(lesson.path, as_version=4)
    kept = [cell for cell in rules.code_cells(with_solutions) if not stubs.is_solution(cell)]
    for mine, theirs in zip(kept, rules.code_cells(stored), strict=True):
        if not stubs.depends_on_solutions(mine):
            assert outputs(mine) == outputs(theirs), mine.source


def test_the_stored_solution_keeps_the_rules(lesson: Lesson) -> None:
    notebook = whole(lesson)
    for rule in (rules.executed, rules.no_errors, rules.nothing_of_this_machine):
        assert list(rule(notebook, lesson)) == []
    assert {tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])} <= {
        "nav",
        "solution",
    }


def run(source: str, names: dict[str, Any]) -> None:
    """Run a cell, which may await, in this process. Its lines are known to tracebacks."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code: CodeType = compile(source, "<cell>", "exec", flags=flags)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, names))
    else:
        exec(code, names)


def test_solutions_are_right_and_stubs_are_not_tried(
    lesson: Lesson, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = whole(lesson)
    found = list(exercises(notebook))
    assert len(found) == len([cell for cell in notebook.cells if stubs.is_check(cell)])
    names: dict[str, Any] = {}
    run(rules.code_cells(notebook)[0].source, names)
    for place, (stub, solution, check) in enumerate(found):
        run(stub.source, names)
        run(check.source, names)
        said = capsys.readouterr().out
        if 0 < place < lesson.stages:  # the server of the stage before is judged, and lacks a rule
            assert said.startswith("✗ Not yet: "), f"{check.source}\n{said}"
        else:
            assert said == f"○ {UNTRIED}\n"
        run(solution.source, names)
        run(check.source, names)
        said = capsys.readouterr().out
        assert said.startswith("✓ Right."), f"{check.source}\n{said}"
        shown = outputs(check)
        if len(shown) > 1:  # a stage that browsers judge, too: what a notebook keeps of that
            assert check.source.startswith("check.stage(")
            assert shown.pop(0)[1]["text/plain"] == verdict.STORED
        assert shown == [["stdout", said]]
