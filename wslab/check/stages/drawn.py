"""`check.progress()`: the fourteen stages as a picture, done and to do, from what `store` kept."""

from __future__ import annotations

from collections.abc import Mapping

from wslab.check import store
from wslab.check.outcome import State
from wslab.check.stages import STAGES
from wslab.check.stages.judging import Stage
from wslab.show.display import Cell, Picture, Table
from wslab.show.svg import Canvas
from wslab.show.theme import GREEN, GREY, ORANGE
from wslab.show.words import wrap

IN_A_ROW = 7
BOX, HEIGHT, GAP, MARGIN = 112.0, 60.0, 18.0, 8.0

LOOKS = {
    State.RIGHT: ("done", GREEN, 0.34),
    State.WRONG: ("not yet", ORANGE, 0.2),
    State.UNTRIED: ("to do", GREY, 0.06),
}


def progress(states: Mapping[str, State] | None = None) -> Picture:
    """How far the server of lesson 07 is. states: by the stages' names; what was kept if None."""
    known = store.load() if states is None else states
    rows = -(-len(STAGES) // IN_A_ROW)
    width = 2 * MARGIN + IN_A_ROW * BOX + (IN_A_ROW - 1) * GAP
    canvas = Canvas(width, 2 * MARGIN + rows * HEIGHT + (rows - 1) * GAP)
    told: list[list[str | Cell]] = []
    for stage in STAGES:
        state = known.get(stage.name, State.UNTRIED)
        _box(canvas, stage, state)
        word, colour, _ = LOOKS[state]
        told.append([str(stage.number), stage.title, Cell(f"{state.value} {word}", colour=colour)])
    done = sum(known.get(stage.name) is State.RIGHT for stage in STAGES)
    names = [str(s.number) for s in STAGES if known.get(s.name) is State.RIGHT]
    which = f": {', '.join(names)}" if names else ""
    return Picture(
        canvas,
        title=f"{done} of {len(STAGES)} stages are done",
        description=f"The stages of your own server; {done} of {len(STAGES)} are done{which}.",
        words=Table(["stage", "its rule", "state"], told, numeric=("stage",)),
        what="progress",
        extra=f"{done} of {len(STAGES)} stages",
    )


def _box(canvas: Canvas, stage: Stage, state: State) -> None:
    word, colour, tint = LOOKS[state]
    row, column = divmod(stage.number - 1, IN_A_ROW)
    x, y = MARGIN + column * (BOX + GAP), MARGIN + row * (HEIGHT + GAP)
    if column:
        canvas.line(x - GAP, y + HEIGHT / 2, x, y + HEIGHT / 2, GREY)
    with canvas.group(f"Stage {stage.number}, {stage.title}: {word}"):
        dash = "4 3" if state is State.UNTRIED else ""
        canvas.box(x, y, BOX, HEIGHT, colour, tint=tint, round_=8, dash=dash)
        canvas.text(x + 8, y + 18, f"{state.value} {stage.number}", class_="b")
        for line, text in enumerate(wrap(stage.title, BOX - 16, 11)):
            canvas.text(x + 8, y + 36 + 14 * line, text, class_="s")
