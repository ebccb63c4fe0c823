"""Two lifelines and the arrows between them: how the steps of a conversation are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from wslab.show.steps import Step
from wslab.show.svg import Canvas
from wslab.show.theme import BLUE, GREEN, GREY, KIND_COLOURS, RED
from wslab.show.words import fit, plural, size, text_width

ROW = 34.0
SLANT = 7.0
HEAD = 44.0
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
    phases: list[tuple[float, float, bool]] = []
    y = top
    start = top
    # Frames given alone, without their handshake, are WebSocket from the start.
    speaks_websocket = bool(steps) and steps[0].kind in FRAMES
    spread = _spread(steps) if lane.times else [0.0] * len(steps)
    for step, extra in zip(steps, spread, strict=True):
        y += extra
        _one(lane, step, y)
        y += ROW if step.direction else ROW + 8
        if step.switches:
            phases.append((start, y - 10, speaks_websocket))
            start, speaks_websocket = y - 10, True
    if len(steps) > 1:
        phases.append((start, y - 14, speaks_websocket))
    under = Canvas(0)
    for begin, end, is_websocket in phases:
        colour = GREEN if is_websocket else BLUE
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
        name = "WebSocket" if is_websocket else "HTTP"
        if begin + 30 < end:
            under.text(lane.right + 12, begin + 16, name, class_="s b")
    canvas.parts[mark] = under.body
    return y


def _spread(steps: list[Step]) -> list[float]:
    """Extra room above each step, in proportion to the time that passed, 300 pixels in all."""
    gaps = [0.0]
    for before, after in pairwise(steps):
        gaps.append(max(after.t - before.t, 0.0) if before.t and after.t else 0.0)
    total = sum(gaps) or 1.0
    return [300 * gap / total for gap in gaps]


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
        _label(lane, step, y + SLANT / 2 - 7)
    if lane.times:
        canvas.text(lane.left - 10, y + 4, f"{step.t * 1000:.1f} ms", class_="s d", anchor="end")


def _label(lane: Lane, step: Step, y: float) -> None:
    """The words above an arrow: what it is, and dimmer how many bytes."""
    room = lane.right - lane.left - 30
    amount = size(step.bytes) if step.bytes else ""
    amount_width = text_width(amount, 11) + 10 if amount else 0
    sign = "⚠ " if step.wrong else ""
    text = fit(sign + step.label, room - amount_width)
    class_ = "h d" if step.kind == "tcp" else "h"
    if not amount:
        lane.canvas.text(lane.middle, y, text, class_=class_ + " c", anchor="middle")
        return
    # Both in one text element, so that they stay together whatever font the reader has.
    lane.canvas.pair(lane.middle, y, text, amount, class_=class_)
