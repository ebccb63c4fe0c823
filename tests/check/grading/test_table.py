"""Both tables say the same, and a text from a notebook is only text in them."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

from wslab.check.grading.judge import Result
from wslab.check.grading.table import Row, as_csv, as_html, exercises

EVIL = "<script>alert(1)</script>\" onmouseover='x'"
ROWS = [
    Row(
        "ada.ipynb",
        (
            Result("02.accept", "RIGHT"),
            Result("02.build", "WRONG", EVIL),
            Result("02.bug", "UNTRIED"),
        ),
    ),
    Row("=1+1.ipynb", (Result("00.first", "RIGHT"),)),
    Row("bob.ipynb", problem="this is no notebook: NotJSONError"),
]


def test_csv_has_a_row_for_each_notebook_and_no_formula() -> None:
    head, ada, other, bob = csv.reader(io.StringIO(as_csv(ROWS)))
    assert head[:5] == ["notebook", "lesson", "passed", "of", "first failure"]
    assert head[5:] == ["00.first", "02.accept", "02.build", "02.bug"]
    assert ada == ["ada.ipynb", "02", "1", "3", f"02.build: {EVIL}", "", "✓", "✗", "○"]
    assert other[:5] == ["'=1+1.ipynb", "00", "1", "1", ""]
    assert bob[1:5] == ["", "", "", "this is no notebook: NotJSONError"]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attributes)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_html_shows_texts_as_text() -> None:
    page = as_html(ROWS)
    reader = Reader()
    reader.feed(page)
    assert "script" not in reader.tags and "onmouseover" not in reader.attributes
    assert f"02.build: {EVIL}" in [cell.strip() for cell in reader.cells]
    assert reader.tags.count("tr") == 3 + reader.tags.count("table") == 6
    titles = re.findall("<h2>(.*?)</h2>", page)
    assert titles == ["Lesson 00", "Lesson 02", "Not judged"]
    assert {"scope", "aria-label", "title"} <= reader.attributes
    assert re.search(r'title="02.bug: not tried"', page)
    assert "<p>3 notebooks." in page and "<p>1 notebook." in as_html(ROWS[:1])


def test_exercises_come_lesson_by_lesson() -> None:
    assert exercises(ROWS) == ["00.first", "02.accept", "02.build", "02.bug"]
