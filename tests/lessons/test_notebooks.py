"""Every lesson of the list is there, was executed, and keeps the rules of a lesson."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode

from tests.lessons import rules
from tests.lessons.course import LESSONS, NOTEBOOKS, Lesson, present

LISTED = {lesson.file for lesson in LESSONS}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.number)
def test_a_listed_lesson_is_there(lesson: Lesson) -> None:
    assert lesson.path.is_file(), f"notebooks/{lesson.file} is missing"


def test_a_lesson_that_is_there_is_listed() -> None:
    """A notebook that is not in the list would be neither executed nor linked to."""
    assert {path.name for path in NOTEBOOKS.glob("*.ipynb")} <= LISTED


@pytest.fixture(scope="module", params=present(), ids=lambda lesson: lesson.number)
def stored(request: pytest.FixtureRequest) -> tuple[NotebookNode, Lesson]:
    """One lesson as it is stored."""
    return nbformat.read(request.param.path, as_version=4), request.param


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_lesson_keeps(rule: rules.Rule, stored: tuple[NotebookNode, Lesson]) -> None:
    notebook, lesson = stored
    assert list(rule(notebook, lesson)) == []


def test_stored_file_is_valid_and_as_the_tool_writes_it(
    stored: tuple[NotebookNode, Lesson],
) -> None:
    """So `make exercises` changes nothing but outputs that really differ."""
    notebook, lesson = stored
    nbformat.validate(notebook)
    assert lesson.path.read_text("utf-8") == nbformat.writes(notebook) + "\n"
