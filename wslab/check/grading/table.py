"""The table of a class: a row for each notebook, as CSV for a spreadsheet and as HTML to read."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Sequence
from dataclasses import dataclass

from wslab.check.grading.judge import Result
from wslab.check.outcome import State

HEAD = ("notebook", "lesson", "passed", "of", "first failure")
UNJUDGED = "Not judged"
MANY = 6  # exercises, above which their names stand upright
WORDS = {State.RIGHT: "right", State.WRONG: "wrong", State.UNTRIED: "not tried"}


@dataclass(frozen=True, slots=True)
class Row:
    """One notebook. problem: why it could not be judged, or not in all."""

    notebook: str
    results: tuple[Result, ...] = ()
    problem: str = ""

    @property
    def lessons(self) -> str:
        """The numbers of the lessons that the notebook has exercises of, usually one."""
        return " ".join(sorted({result.exercise.partition(".")[0] for result in self.results}))

    @property
    def passed(self) -> int:
        return sum(result.state == State.RIGHT.name for result in self.results)

    @property
    def first_failure(self) -> str:
        """What is wrong first: an answer that is wrong, else what hindered the notebook."""
        wrong = [x for x in self.results if x.state == State.WRONG.name]
        return f"{wrong[0].exercise}: {wrong[0].text}" if wrong else self.problem

    def cells(self, exercises: Sequence[str]) -> list[str]:
        """The row's texts, with a mark for each of these exercises."""
        marks = {result.exercise: result.mark for result in self.results}
        counts = [str(self.passed), str(len(self.results))] if self.results else ["", ""]
        start = [self.notebook, self.lessons, *counts, self.first_failure]
        return [*start, *(marks.get(name, "") for name in exercises)]


def exercises(rows: Sequence[Row]) -> list[str]:
    """The names of all exercises of these rows, lesson by lesson, in the order of the lessons."""
    names = dict.fromkeys(result.exercise for row in rows for result in row.results)
    return sorted(names, key=lambda name: name.partition(".")[0])


def as_csv(rows: Sequence[Row]) -> str:
    """The table as CSV (RFC 4180). A text that a spreadsheet would take for a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = exercises(rows)
    writer.writerow([*HEAD, *names])
    writer.writerows([_no_formula(cell) for cell in row.cells(names)] for row in rows)
    return text.getvalue()


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def as_html(rows: Sequence[Row]) -> str:
    """The table as a page of its own, for light and dark screens, without script: a part for each
    lesson, and one for what could not be judged.
    """
    parts: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (not row.lessons, row.lessons)):
        parts.setdefault(row.lessons, []).append(row)
    tables = "\n".join(_table(lessons, part) for lessons, part in parts.items())
    key = ", ".join(f"{state.value} {word}" for state, word in WORDS.items())
    count = f"{len(rows)} notebook{'' if len(rows) == 1 else 's'}"
    return _PAGE.format(tables=tables, key=key, count=count)


def _table(lessons: str, rows: Sequence[Row]) -> str:
    """The rows of one lesson, where the exercises' names can do without its number."""
    names = exercises(rows)
    short = [name.removeprefix(f"{lessons}.") for name in names]
    heads = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in HEAD)
    heads += "".join(f"<th scope='col' class='name'>{html.escape(name)}</th>" for name in short)
    title = f"Lesson{'s' if ' ' in lessons else ''} {lessons}" if lessons else UNJUDGED
    lines = "\n".join(_line(row, names) for row in rows)
    upright = " class='many'" if len(names) > MANY else ""
    return _TABLE.format(title=html.escape(title), heads=heads, lines=lines, upright=upright)


def _line(row: Row, names: Sequence[str]) -> str:
    first, *rest = row.cells(names)
    said = {result.exercise: result for result in row.results}
    cells = [f"<th scope='row'>{html.escape(first)}</th>"]
    cells += [f"<td>{html.escape(text)}</td>" for text in rest[: len(HEAD) - 1]]
    for name, mark in zip(names, rest[len(HEAD) - 1 :], strict=True):
        words = WORDS[State(mark)] if mark else "not in this notebook"
        text = said[name].text if name in said else ""
        title = html.escape(f"{name}: {text or words}", quote=True)
        state = words.split()[0] if mark else ""
        cells.append(f'<td class=\'{state}\' title="{title}" aria-label="{title}">{mark}</td>')
    return f"<tr>{''.join(cells)}</tr>"


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Exercises</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
.wide {{ overflow-x: auto }}
table {{ border-collapse: collapse }}
th, td {{ padding: .3em .6em; border-bottom: 1px solid #8886; text-align: left }}
thead th {{ vertical-align: bottom }}
th.name, td.right, td.wrong, td.not {{ text-align: center }}
.many th.name {{ writing-mode: vertical-rl; padding: .6em .3em }}
td.right {{ background: #0072b233 }}
td.wrong {{ background: #d55e0033 }}
</style>
<h1>Exercises</h1>
<p>{count}. {key}.</p>
{tables}
</html>
"""

_TABLE = """<h2>{title}</h2>
<div class="wide"><table{upright}>
<thead><tr>{heads}</tr></thead>
<tbody>
{lines}
</tbody>
</table></div>"""
