"""`show.states`: the state diagram, drawn from the table that the code runs on; `show.timeline`:
readyState.

States and their numbers are the browser's readyState; the ways between them are
`protocol.states.TRANSITIONS` (RFC 6455 sections 4.1 and 7.1, WHATWG WebSockets). Change the table
and the picture changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from wslab.protocol.states import TRANSITIONS, State
from wslab.show.display import Cell, Picture, Table
from wslab.show.svg import Canvas
from wslab.show.theme import BLUE, GREEN, GREY, ORANGE
from wslab.show.words import plural, wrap

COLOURS = {State.CONNECTING: BLUE, State.OPEN: GREEN, State.CLOSING: ORANGE, State.CLOSED: GREY}
BOX, HEIGHT, GAP = 114.0, 54.0, 168.0
LEFT, TOP = 16.0, 150.0
WIDTH = 2 * LEFT + len(State) * BOX + (len(State) - 1) * GAP

Way = tuple[State, State]


def states(highlight: State | str | int | Sequence[State | str | int] | None = None) -> Picture:
    """The four states and every way between them.

    highlight: a state (or its name or number) to stand out; or several, then the ways from each to
    the next stand out too.
    """
    path = _path(highlight)
    walked = set(pairwise(path))
    ways: dict[Way, list[str]] = {}
    for (state, cause), target in TRANSITIONS.items():
        ways.setdefault((state, target), []).append(cause.value)
    canvas = Canvas(WIDTH, TOP + HEIGHT + 88)
    for (start, end), causes in ways.items():
        if start == end:
            continue  # nothing changes: the table has it
        _way(
            canvas,
            start,
            end,
            causes,
            GREEN if (start, end) in walked else "",
            _level(ways, start, end),
        )
    for state in State:
        x = _left(state)
        chosen = state in path
        canvas.add("rect", class_="paper", x=x, y=TOP, width=BOX, height=HEIGHT, rx=8)
        canvas.box(
            x,
            TOP,
            BOX,
            HEIGHT,
            COLOURS[state],
            tint=0.42 if chosen else 0.14,
            round_=8,
            stroke=4 if chosen else 1.5,
        )
        canvas.text(x + BOX / 2, TOP + 24, state.name, class_="b", anchor="middle")
        canvas.text(
            x + BOX / 2, TOP + 42, f"readyState {state.value}", class_="s d", anchor="middle"
        )
    told = "; ".join(f"{a.name} to {b.name}" for a, b in ways)
    lit = f" Highlighted: {', '.join(state.name for state in path)}." if path else ""
    rows: list[list[str | Cell]] = [
        [Cell(s.name, strong=s in path), c.value, Cell(t.name, strong=t in path)]
        for (s, c), t in TRANSITIONS.items()
    ]
    return Picture(
        canvas,
        title="The states of a WebSocket",
        description=f"Four states and the ways between them: {told}.{lit}",
        words=Table(["from", "when", "to"], rows),
        what="states",
        extra=", ".join(state.name for state in path) or plural(len(TRANSITIONS), "transition"),
    )


def _path(highlight: State | str | int | Sequence[State | str | int] | None) -> list[State]:
    if highlight is None:
        return []
    several = (
        highlight
        if isinstance(highlight, Sequence) and not isinstance(highlight, str)
        else [highlight]
    )
    return [state_of(one) for one in several]


def state_of(one: Any) -> State:
    """A state by itself, its name or its number. Raises ValueError for anything else."""
    try:
        return State[one.upper()] if isinstance(one, str) else State(one)
    except (KeyError, ValueError):
        names = ", ".join(f"{state.name} ({state.value})" for state in State)
        raise ValueError(f"{one!r} is no state; there are {names}") from None


def _left(state: State) -> float:
    return LEFT + state.value * (BOX + GAP)


def _level(ways: Iterable[Way], start: State, end: State) -> int:
    """How high a way passes: 0 between neighbours; above for those from the first state, else
    below."""
    if abs(end - start) <= 1:
        return 0
    same_side = sorted(
        (w for w in ways if abs(w[1] - w[0]) > 1 and (w[0] == 0) == (start == 0)),
        key=lambda w: w[1] - w[0],
    )
    order = same_side.index((start, end)) + 1
    return order if start == 0 else -order


def _way(
    canvas: Canvas, start: State, end: State, causes: list[str], colour: str, level: int
) -> None:
    look, width = (colour, 3.0) if colour else (GREY, 1.6)
    with canvas.group(f"{start.name} to {end.name}: {'; '.join(causes)}"):
        if level == 0:
            _straight(canvas, start, end, causes, look, width)
        else:
            _around(canvas, start, end, causes, look, width, level)


def _straight(
    canvas: Canvas, start: State, end: State, causes: list[str], colour: str, width: float
) -> None:
    y = TOP + HEIGHT / 2
    if start < end:
        x1, x2 = _left(start) + BOX + 3, _left(end) - 3
    else:
        x1, x2 = _left(start) - 3, _left(end) + BOX + 3
    canvas.arrow(x1, y, x2, y, colour, width=width)
    lines = [line for cause in causes for line in wrap(cause, GAP + 4, 11)]
    for number, line in enumerate(lines):
        canvas.text(
            (x1 + x2) / 2, y - 8 - 14 * (len(lines) - 1 - number), line, class_="s", anchor="middle"
        )


def _around(
    canvas: Canvas,
    start: State,
    end: State,
    causes: list[str],
    colour: str,
    width: float,
    level: int,
) -> None:
    above = level > 0
    # Ways that leave or reach the same box stand a little apart.
    x1 = _left(start) + BOX / 2 + (14 if level in (1, -1) else -14)
    x2 = _left(end) + BOX / 2 + (-20 if above and level == 1 else 20 if above else 0)
    edge = TOP - 2 if above else TOP + HEIGHT + 2
    turn = TOP - 84 - 46 * (level - 1) if above else TOP + HEIGHT + 50 + 34 * (-level - 1)
    bend = 10 if above else -10
    canvas.path(
        f"M{x1:g} {edge:g} V{turn + bend:g} Q{x1:g} {turn:g} {x1 + 10:g} {turn:g} H{x2 - 10:g} "
        f"Q{x2:g} {turn:g} {x2:g} {turn + bend:g} V{edge - (6 if above else -6):g}",
        colour,
        width=width,
    )
    canvas.head(x2, edge, 1.5708 if above else -1.5708, colour)
    text = ", or ".join(causes)
    canvas.text(
        (x1 + x2) / 2,
        turn - 7 if above else turn + 16,
        text,
        class_="s",
        anchor="middle",
        width=x2 - x1 - 24,
    )
