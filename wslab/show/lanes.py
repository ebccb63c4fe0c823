"""Two lifelines and the arrows between them: how the steps of a conversation are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from wslab.show.http2 import TYPES
from wslab.show.steps import Step
from wslab.show.svg import Canvas
from wslab.show.theme import BLUE, GREEN, GREY, KIND_COLOURS, RED
from wslab.show.words import duration, fit, plural, size, text_width

ROW = 34.0
SLANT = 7.0
HEAD = 44.0
# With times: where so much longer than usual nothing passed, at least a second, the line is broken.
QUIET = 20
FRAMES = ("text", "binary", "continuation", "ping", "pong", "close")
DASHES = {"tcp": "2 4", "ping": "6 3", "pong": "6 3", "close": "6 3"}


@dataclass
class Lane:
    """The two lifelines of one picture: where they stand, and what room there is beside them."""

    canvas: Canvas
    left: float
    right: float
    times: bool

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


Groups = list[tuple[str, list[Step]]]


def draw(lane: Lane, groups: Groups, top: float, limit: int) -> float:
    """Lifelines and everything between them; returns where they end."""
    canvas = lane.canvas
    for x, name in ((lane.left, "Client"), (lane.right, "Server")):
        canvas.box(x - 34, top, 68, 26, GREY, tint=0.12)
        canvas.text(x, top + 18, name, class_="b", anchor="middle")
    mark = len(canvas.parts)
    canvas.parts.append("")
    y = top + HEAD
    drawn = 0
    for name, steps in groups:
        if len(groups) > 1:
            canvas.text(lane.middle, y + 2, name, class_="s b d", anchor="middle")
            y += 28
        room = max(limit - drawn, 0)
        y = _connection(lane, steps[:room], y)
        drawn += len(steps[:room])
        if len(steps) > room:
            break
    left_out = sum(len(steps) for _, steps in groups) - drawn
    if left_out:
        canvas.text(
            lane.middle,
            y + 4,
            f"{plural(left_out, 'more step')} not drawn",
            class_="d h",
            anchor="middle",
        )
        y += 20
    lines = Canvas(0)
    for x in (lane.left, lane.right):
        lines.line(x, top + 26, x, y, class_="dimline", width=1, dash="3 3")
    canvas.parts[mark] = lines.body
    return y


def _connection(lane: Lane, steps: list[Step], top: float) -> float:
    canvas = lane.canvas
    mark = len(canvas.parts)
    canvas.parts.append("")  # the phases, drawn under the arrows, once their ends are known
    phases: list[tuple[float, float, str]] = []
    y = top
    start = top
    speaks = _speaks(steps)
    quiet = _quiet(steps) if lane.times else [0.0] * len(steps)
    spread = _spread(steps, quiet) if lane.times else quiet
    breaks = Canvas(0)
    for step, extra, silence in zip(steps, spread, quiet, strict=True):
        if silence:
            _break(lane, breaks, silence, y - 10)
            y += ROW
        y += extra
        _one(lane, step, y)
        y += ROW if step.direction else ROW + 8
        if step.switches:
            phases.append((start, y - 10, speaks))
            start, speaks = y - 10, step.switches
    if len(steps) > 1:
        phases.append((start, y - 14, speaks))
    under = Canvas(0)
    for begin, end, name in phases:
        colour = GREEN if name == "WebSocket" else BLUE
        for x in (lane.left, lane.right):
            under.add(
                "rect",
                x=x - 4,
                y=begin,
                width=8,
                height=max(end - begin, 4),
                fill=colour,
                fill_opacity="0.35",
            )
        if begin + 30 < end:
            under.text(lane.right + 12, begin + 16, name, class_="s b")
    canvas.parts[mark] = under.body
    canvas.parts += breaks.parts
    return y


def _speaks(steps: list[Step]) -> str:
    """What a connection begins with. Frames given without their handshake are WebSocket."""
    first = next((step.kind for step in steps if step.kind != "tcp"), "")
    return "WebSocket" if first in FRAMES else "HTTP/2" if first in TYPES else "HTTP"


def _gaps(steps: list[Step]) -> list[float]:
    """The time before each step; none where it is not known, as beside a fold."""
    gaps = [0.0]
    for before, after in pairwise(steps):
        gaps.append(max(after.t - before.t, 0.0) if before.t and after.t else 0.0)
    return gaps


def _quiet(steps: list[Step]) -> list[float]:
    """The time before each step before which the line is broken; 0 before the others."""
    gaps = _gaps(steps)
    least = max(QUIET * median([gap for gap in gaps if gap] or [0.0]), 1.0)
    return [gap if gap >= least else 0.0 for gap in gaps]


def _spread(steps: list[Step], quiet: list[float]) -> list[float]:
    """Extra room above each step, in proportion to the time that passed, 300 pixels in all; none
    for a time that has a break.
    """
    gaps = [0.0 if q else gap for gap, q in zip(_gaps(steps), quiet, strict=True)]
    total = sum(gaps) or 1.0
    return [300 * gap / total for gap in gaps]


def _break(lane: Lane, canvas: Canvas, silence: float, y: float) -> None:
    """Both lifelines cut, and between the cuts how long nothing passed."""
    for x in (lane.left, lane.right):
        points = f"{x - 8:g},{y + 8:g} {x + 8:g},{y:g} {x + 8:g},{y + 8:g} {x - 8:g},{y + 16:g}"
        canvas.add("polygon", points=points, class_="paper")
        for top in (y, y + 8):
            canvas.line(x - 8, top + 8, x + 8, top, class_="dimline")
    text = f"{duration(silence)} of quiet"
    canvas.text(lane.middle, y + 12, text, class_="c d", anchor="middle")


def _one(lane: Lane, step: Step, y: float) -> None:
    canvas = lane.canvas
    if step.kind in ("fold", "note") or step.direction is None:
        colour = RED if step.kind == "tcp" else GREY
        sign = {"fold": "⋮  ", "tcp": "✕  "}.get(step.kind, "")
        text = fit(sign + step.label, lane.right - lane.left - 40, 12)
        width = text_width(text, 12) + 20
        canvas.box(lane.middle - width / 2, y - 8, width, 22, colour, tint=0.1, stroke=0, round_=11)
        canvas.text(lane.middle, y + 7, text, class_="c", anchor="middle")
        return
    colour = RED if step.wrong else KIND_COLOURS.get(step.kind, RED)
    x1, x2 = (
        (lane.left + 5, lane.right - 5)
        if step.direction == "up"
        else (lane.right - 5, lane.left + 5)
    )
    with canvas.group(step.hover or step.label):
        thin = step.kind == "tcp"
        canvas.arrow(
            x1, y, x2, y + SLANT, colour, width=1.5 if thin else 2, dash=DASHES.get(step.kind, "")
        )
        _label(lane, step, y + SLANT / 2)
    if lane.times:
        canvas.text(lane.left - 10, y + 4, duration(step.t), class_="s d", anchor="end")


def _label(lane: Lane, step: Step, y: float) -> None:
    """The words above an arrow, clear of its higher end: what it is, and dimmer how many bytes. `y`
    is the height of the arrow's middle.
    """
    room = lane.right - lane.left - 30
    amount = size(step.bytes) if step.bytes else ""
    amount_width = text_width(amount, 11) + 10 if amount else 0
    sign = "⚠ " if step.wrong else ""
    text = fit(sign + step.label, room - amount_width)
    class_ = "d" if step.kind == "tcp" else ""
    width = text_width(text) + amount_width
    y -= SLANT / 2 * width / (lane.right - lane.left - 10) + 6
    if not amount:
        lane.canvas.text(lane.middle, y, text, class_=f"{class_} c".strip(), anchor="middle")
        return
    # Both in one text element, so that they stay together whatever font the reader has.
    lane.canvas.pair(lane.middle, y, text, amount, class_=class_)
