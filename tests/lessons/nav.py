"""The links at the top and the bottom of each lesson, generated from the list of lessons."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tests.lessons.course import LESSONS, Lesson

TOP, BOTTOM = "nav-top", "nav-bottom"


def text(lesson: Lesson) -> str:
    """The links of one lesson in Markdown: the one before, the start, the one after."""
    place = LESSONS.index(lesson)
    links = []
    if place > 0:
        before = LESSONS[place - 1]
        links.append(f"← [{before.number} {before.title}]({before.file})")
    if place > 1:
        links.append(f"[Start]({LESSONS[0].file})")
    if place < len(LESSONS) - 1:
        after = LESSONS[place + 1]
        links.append(f"[{after.number} {after.title}]({after.file}) →")
    return " · ".join(links)


def put(notebook: NotebookNode, lesson: Lesson) -> None:
    """Give the notebook up-to-date navigation cells, first and last, whatever it had before."""
    cells = [c for c in notebook.cells if "nav" not in c.metadata.get("tags", [])]
    top, bottom = (
        new_markdown_cell(text(lesson), id=name, metadata={"tags": ["nav"]})
        for name in (TOP, BOTTOM)
    )
    notebook.cells = [top, *cells, bottom]
