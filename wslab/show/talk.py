"""`show.talk`: who said what in a chat, and who heard it where.

It takes the talkers of `wslab.chat`. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from wslab.show.plots import SETTINGS, Plot
from wslab.show.theme import BLUE, LIGHT_DIM, RED

Place = tuple[int, int]  # column and row

MOST = 500  # messages; more are not to be told apart


class TalkerLike(Protocol):
    """What a talker must have; `wslab.chat.Talker` has it."""

    @property
    def name(self) -> str: ...
    @property
    def messages(self) -> Sequence[Mapping[str, Any]]: ...


def talk(talkers: Iterable[TalkerLike]) -> Plot:
    """A row for each talker, a column for each message in the order of the ids: a dot where it was
    said, a tick where it was heard in that place, a cross where it was not.
    """
    found = list(talkers)
    ids = sorted({message["id"] for one in found for message in one.messages})[-MOST:]
    if not ids:
        raise ValueError("there is nothing to show: let the talkers say something first")
    import matplotlib
    from matplotlib.figure import Figure

    heard = [[message["id"] for message in one.messages][-MOST:] for one in found]
    said = {message["id"]: message["name"] for one in found for message in one.messages}
    ticks: list[Place] = []
    crosses: list[Place] = []
    dots: list[Place] = []
    for row, (one, places) in enumerate(zip(found, heard, strict=True)):
        for column, number in enumerate(ids):
            right = column < len(places) and places[column] == number
            (ticks if right else crosses).append((column + 1, row))
            if said[number] == one.name:
                dots.append((column + 1, row))
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9.4, 0.2 * len(found) + 1.0), layout="constrained")
        axes: Any = figure.subplots()
        _draw(axes, ticks, marker="|", color=LIGHT_DIM, linewidth=0.8, s=40)
        _draw(axes, crosses, marker="x", color=RED, linewidth=1.2, s=24)
        _draw(axes, dots, marker="o", color=BLUE, s=30)
        axes.set_yticks(range(len(found)), [one.name for one in found])
        axes.invert_yaxis()
        axes.set_xlabel("messages, in the order of their ids")
        axes.set_title("● said it · | heard it in this place · × did not", loc="right", pad=4)
        axes.set_xlim(0.3, len(ids) + 0.7)
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=0)
    order = "all heard all in one order" if not crosses else f"{len(crosses)} were not heard there"
    return Plot(
        figure,
        title="Who said it, and who heard it",
        description=(
            "A row for each talker, a column for each message. A dot: this talker said it. A tick: "
            "this talker heard it, in this place of the order. A cross: not in this place."
        ),
        alt=f"{len(found)} talkers, {len(ids)} messages: {order}.",
        what=f"talk of {len(found)}",
    )


def _draw(axes: Any, places: Sequence[Place], **style: Any) -> None:
    if places:
        axes.scatter(*zip(*places, strict=True), **style)
