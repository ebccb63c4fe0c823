"""The rules find what they are for: a good small notebook, and one fault after the other in it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.lessons import nav, rules
from tests.lessons.course import LESSONS
from tests.lessons.normal import normalise
from wslab.check.outcome import UNTRIED

LESSON = LESSONS[2]
HINT = "<details><summary>Hint</summary>\n\nThink.\n\n</details>"
ANSWER = "<details><summary>Answer</summary>\n\nIt is so.\n\n</details>"


def exercise(number: int, kind: str) -> list[NotebookNode]:
    """The cells of one exercise, not tried yet."""
    untried = new_output("stream", name="stdout", text=f"○ {UNTRIED}\n")
    check = f"check.lesson{LESSON.number}.task{number}(task{number})"
    return [
        new_markdown_cell(f"### {number} · {kind}: a task\n\n{HINT}"),
        new_code_cell(f"def task{number}():\n    ...", execution_count=2 * number + 1),
        new_code_cell(check, execution_count=2 * number + 2, outputs=[untried]),
    ]


def good() -> NotebookNode:
    """A notebook that no rule complains about."""
    notebook = new_notebook(
        cells=[
            new_markdown_cell(f"# {LESSON.number} · A title\n\n" + "word " * 1000),
            new_code_cell("import asyncio", execution_count=1),
            new_markdown_cell(f"{ANSWER}\n\n{ANSWER}\n\n{ANSWER}"),
            new_code_cell(
                "await asyncio.sleep(0)",
                execution_count=2,
                outputs=[new_output("stream", name="stdout", text="PORT 2 of 3\n")],
            ),
            new_markdown_cell("## Exercises"),
            *exercise(1, "Fill in"),
            *exercise(2, "Find the bug"),
            *exercise(3, "Build"),
            new_markdown_cell("## Recap"),
            new_code_cell("assert True", execution_count=9),
        ]
    )
    nav.put(notebook, LESSON)
    normalise(notebook)
    return notebook


def shown(text: str, kind: str = "text/html") -> Callable[[NotebookNode], None]:
    """A fault: this text among the outputs."""

    def fault(notebook: NotebookNode) -> None:
        notebook.cells[4].outputs = [new_output("display_data", data={kind: text})]

    return fault


def written(place: int, text: str) -> Callable[[NotebookNode], None]:
    """A fault: this text put at the end of a cell's source."""

    def fault(notebook: NotebookNode) -> None:
        notebook.cells[place].source += text

    return fault


def tagged(notebook: NotebookNode) -> None:
    notebook.cells[4].metadata["tags"] = ["raises-exception"]


def trace(notebook: NotebookNode) -> None:
    notebook.cells[4].outputs = [new_output("error", ename="E", evalue="", traceback=[])]


def never_run(notebook: NotebookNode) -> None:
    notebook.cells[4].execution_count = None


def moved_on(notebook: NotebookNode) -> None:
    notebook.cells[4].execution_count = 7


def no_navigation(notebook: NotebookNode) -> None:
    del notebook.cells[0]


def on_another_python(notebook: NotebookNode) -> None:
    notebook.metadata["language_info"] = {"name": "python", "version": "3.12.1"}


def timed(notebook: NotebookNode) -> None:
    notebook.cells[4].metadata["execution"] = {"iopub.status.busy": "now"}


def renamed(place: int, text: str) -> Callable[[NotebookNode], None]:
    """A fault: another text in place of a cell's source, a hint kept only under a title."""

    def fault(notebook: NotebookNode) -> None:
        hint = f"\n\n{HINT}" if "Guess" in text else ""
        notebook.cells[place].source = text + hint

    return fault


def solved(notebook: NotebookNode) -> None:
    notebook.cells[8].outputs = [new_output("stream", name="stdout", text="✓ Right.\n")]


FAULTS = [
    (never_run, "has the number None"),
    (moved_on, "has the number 7"),
    (trace, "traceback"),
    (shown("ws://127.0.0.1:51234/"), "a port"),
    (shown("port 51234", "text/plain"), "a port"),
    (shown("('127.0.0.1', 51234)", "text/plain"), "a port"),
    (shown("File /home/ada/x.py", "text/plain"), "a path"),
    (shown("C:\\\\Users\\\\ada", "text/plain"), "a path"),
    (shown("<object at 0x7f12ab34cd56>", "text/plain"), "an address"),
    (shown("<svg width='3'></svg>"), "no alt text"),
    (shown("<img src='x.png'>"), "no alt text"),
    (written(4, "\nx = 1" * 15), "16 lines"),
    (written(4, "\nimport json"), "imports"),
    (written(4, "\n!ls"), "not plain Python"),
    (written(4, ";"), "ends with ';'"),
    (tagged, "raises-exception"),
    (no_navigation, "navigation"),
    (on_another_python, "metadata"),
    (timed, "metadata beside its tags"),
    (written(1, " more"), "cell ids"),
    (written(1, " word" * 700), "1,000 to 1,300"),
    (written(1, "\n\n# Another title"), "one title"),
    (written(3, "\n\n<details>"), "<details>"),
    (written(3, "\n\n![](../README.md)"), "no alt text"),
    (written(3, "\n\n[here](nowhere.ipynb)"), "leads nowhere"),
    (written(-2, "\nassert_nothing()"), "cell ids"),
    (written(5, " word" * 600), "the exercises have 6"),
    (renamed(6, "### 1 · Guess: a task"), "no title"),
    (renamed(6, "### 1 · Fill in: a task"), "no hint"),
    (renamed(8, "check.lesson01.task1(task1)"), "no exercise of lesson 02"),
    (renamed(8, "task1()"), "2 exercises"),
    (solved, "was not tried"),
]


def test_a_good_lesson_has_no_complaint() -> None:
    assert rules.complaints(good(), LESSON) == []


@pytest.mark.parametrize(("fault", "wanted"), FAULTS)
def test_a_fault_is_named(fault: Callable[[NotebookNode], None], wanted: str) -> None:
    notebook = good()
    fault(notebook)
    found = rules.complaints(notebook, LESSON)
    assert any(wanted in complaint for complaint in found), found


@pytest.mark.parametrize(
    "text",
    ["PORT", "51234 bytes", "GET /chat HTTP/1.1", "0x37fa213d", "1/2", "10:45", "<img src=x>"],
)
def test_what_is_the_same_on_every_machine_may_be_shown(text: str) -> None:
    notebook = good()
    shown(text, "text/plain")(notebook)
    assert rules.complaints(notebook, LESSON) == []


def test_an_unasserted_end_is_named() -> None:
    notebook = good()
    notebook.cells[-2].source = "True"
    assert "the last code cell does not assert that nothing is left" in rules.complaints(
        notebook, LESSON
    )


def test_normal_form_is_the_same_when_made_again() -> None:
    """Same text, same ids, however often and from whatever ids."""
    first, second = good(), deepcopy(good())
    for cell in second.cells[1:-1]:
        cell.id = "x" + cell.id
    normalise(second)
    assert first == second


def test_navigation_names_the_neighbours() -> None:
    assert nav.text(LESSONS[0]) == "[01 HTTP vs WebSocket](01_http_vs_websocket.ipynb) →"
    assert nav.text(LESSONS[-1]).startswith("← [06 The chat room](06_chat_room.ipynb)")
    assert nav.text(LESSON).count("](") == 3
