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

LESSON = LESSONS[2]
ANSWER = "<details><summary>Answer</summary>\n\nIt is so.\n\n</details>"


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
            new_code_cell("assert True", execution_count=3),
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
    (written(5, "\nassert_nothing()"), "cell ids"),
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
    notebook.cells[5].source = "True"
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
