"""`show.conversation`: client and server as two lifelines, every message an arrow; `show.compare`:
several.

The order of the bytes decides where an arrow stands, not the clock, so that the same conversation
gives the same picture on each run; `times=True` adds the clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wslab.net.dissect import Item
from wslab.show.display import Cell, Picture, Table
from wslab.show.lanes import Groups, Lane, draw
from wslab.show.source import Source, conversations
from wslab.show.steps import Step, fold_connections, steps_of
from wslab.show.svg import Canvas
from wslab.show.tables import ARROWS
from wslab.show.words import plural, size


def conversation(
    source: Source,
    *,
    connection: int | None = None,
    fold: bool = True,
    limit: int = 80,
    times: bool = False,
) -> Picture:
    """A swimlane: TCP connect to TCP close, every message an arrow with its content and size.

    source: a capture, one of its connections, or dissected items. fold: of four or more equal
    stretches draw the first and the last. limit: steps drawn at most. times: the clock at the
    left, more room where more time passed, and a break for a long quiet.
    """
    found, tidy = conversations(source, connection)
    groups = _groups([(c.number, steps_of(c, tidy, fold=fold)) for c in found], fold)
    canvas = Canvas(760)
    lane = Lane(canvas, 90, 650, times)
    canvas.height = draw(lane, groups, 12, limit) + 10
    count = plural(len(found), "connection")
    total = sum(len(c.items) for c in found)
    return Picture(
        canvas,
        title="The conversation of client and server",
        description=_told(groups, count),
        words=_words(groups, times, limit),
        what="conversation",
        extra=f"{count}, {plural(total, 'item')}",
    )


def compare(sources: Mapping[str, Source], *, fold: bool = True, limit: int = 60) -> Picture:
    """Conversations beside each other, each under its name: HTTP against WebSocket, for one."""
    if not sources:
        raise ValueError("there is nothing to compare: give a name and a capture for each column")
    width = 460.0
    canvas = Canvas(width * len(sources))
    told: list[str] = []
    totals: list[str] = []
    rows: list[list[str | Cell]] = []
    height = 0.0
    for place, (name, source) in enumerate(sources.items()):
        found, tidy = conversations(source)
        groups = _groups([(c.number, steps_of(c, tidy, fold=fold)) for c in found], fold)
        x = place * width
        canvas.text(x + width / 2 - 20, 24, name, class_="l b", anchor="middle", width=width - 20)
        end = draw(Lane(canvas, x + 48, x + width - 88, False), groups, 34, limit)
        totals.append(_total([item for c in found for item in c.items]))
        height = max(height, end)
        told.append(f"{name}: {_told(groups, plural(len(found), 'connection'))} {totals[-1]}.")
        rows += [[Cell(name, strong=True), *row] for row in _rows(groups, times=False)]
    for place, total in enumerate(totals):
        at = (place + 0.5) * width - 20
        canvas.text(at, height + 20, total, class_="b", anchor="middle")
    canvas.height = height + 34
    for place in range(1, len(sources)):
        canvas.line(place * width, 14, place * width, canvas.height - 14, class_="rule", width=1)
    header = ["in", "connection", "direction", "what", "bytes"]
    return Picture(
        canvas,
        title=" and ".join(sources) + ", side by side",
        description=" ".join(told),
        words=Table(header, rows, numeric=("bytes",)),
        what="compare",
        extra=plural(len(sources), "conversation"),
    )


def _groups(all_steps: list[tuple[int, list[Step]]], fold: bool) -> Groups:
    if fold:
        return fold_connections(all_steps)
    return [(f"connection {number}", steps) for number, steps in all_steps]


def _total(items: Sequence[Item]) -> str:
    """The bytes of a whole conversation, each way and together."""
    up = sum(item.size for item in items if item.direction == "up")
    down = sum(item.size for item in items if item.direction == "down")
    return f"In all: → {size(up)} + ← {size(down)} = {size(up + down)}"


def _told(groups: Groups, count: str) -> str:
    """The alt text: the first steps in words."""
    steps = [step for _, group in groups for step in group]
    said = [step.label if len(step.label) < 50 else step.label[:49] + "…" for step in steps[:12]]
    rest = f"; and {plural(len(steps) - 12, 'more step')}" if len(steps) > 12 else ""
    return f"{count}: {'; '.join(said)}{rest}." if said else f"{count}, nothing sent."


def _rows(groups: Groups, *, times: bool) -> list[list[str | Cell]]:
    return [
        [
            name,
            *([f"{step.t * 1000:.1f}"] if times else []),
            ARROWS[step.direction] if step.direction else "",
            Cell(step.label, code=step.kind not in ("tcp", "fold", "note")),
            f"{step.bytes:,}" if step.bytes else "",
        ]
        for name, steps in groups
        for step in steps
    ]


def _words(groups: Groups, times: bool, limit: int) -> Table:
    """What is drawn, in words, and no more of it than is drawn."""
    header = ["connection", *(["ms"] if times else []), "direction", "what", "bytes"]
    rows = _rows(groups, times=times)
    more = len(rows) - limit
    notes = [f"{plural(more, 'more step')} not shown (limit={limit})"] if more > 0 else []
    return Table(header, rows[:limit], notes=notes, numeric=("bytes", "ms"))
