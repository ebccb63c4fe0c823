"""`show.timeline`: readyState from event to event, as a page or a client saw it.

The numbers are those of the WHATWG's WebSocket, see `protocol.states.State`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wslab.protocol.states import State
from wslab.show.display import Picture, Table
from wslab.show.states import COLOURS, state_of
from wslab.show.svg import Canvas
from wslab.show.tables import record_of, written
from wslab.show.theme import GREEN
from wslab.show.words import plural

LANES, STEP = 112.0, 32.0
LEFT, RIGHT = 280.0, 300.0  # room for "↓ HTTP/1.1 101 Switching Protocols", and for a close event
NOTHING_WAITS = ("bufferedAmount", 0)  # the usual value: only the words have it


def timeline(trace: Iterable[Any], *, caption: str = "") -> Picture:
    """readyState from event to event, top to bottom: a column for each state, a row for each event.

    trace: mappings with "event" and "readyState" (other keys are shown at the right); a row without
    readyState, such as bytes on the wire, leaves the line where it is.
    """
    records = [record_of(entry) for entry in trace]
    canvas = Canvas(LEFT + len(State) * LANES + RIGHT, 62 + STEP * len(records) + 8)
    for state in State:
        x = LEFT + state.value * LANES + LANES / 2
        canvas.line(x, 54, x, canvas.height - 6, class_="rule", width=1)
        canvas.box(x - LANES / 2 + 4, 12, LANES - 8, 38, COLOURS[state], round_=6)
        canvas.text(x, 28, state.name, class_="c b", anchor="middle")
        canvas.text(x, 43, str(state.value), class_="s d", anchor="middle")
    here: float | None = None
    mark = len(canvas.parts)
    lines = Canvas(0)
    y = 62 + STEP / 2
    for record in records:
        value = record.get("readyState")
        if value is not None:
            state = state_of(value)
            x = LEFT + state.value * LANES + LANES / 2
            if here is not None:
                lines.path(
                    f"M{here:g} {y - STEP:g} V{y - STEP / 2:g} H{x:g} V{y:g}", GREEN, width=3
                )
            canvas.add("circle", cx=x, cy=y, r=6, fill=COLOURS[state])
            here = x
        elif here is not None:
            lines.path(f"M{here:g} {y - STEP:g} V{y:g}", GREEN, width=3)
        canvas.text(
            LEFT - 12,
            y + 5,
            written(record.get("event", "")),
            anchor="end",
            width=LEFT - 20,
            class_="b" if value is not None else "d",
        )
        more = ", ".join(
            f"{k} {written(v)}"
            for k, v in record.items()
            if k not in ("event", "readyState") and v is not None and (k, v) != NOTHING_WAITS
        )
        canvas.text(LEFT + len(State) * LANES + 10, y + 5, more, class_="c m d", width=RIGHT - 18)
        y += STEP
    canvas.parts.insert(mark, lines.body)
    told = "; ".join(
        f"{written(r.get('event', ''))} {written(r.get('readyState'))}".strip() for r in records
    )
    keys = list(dict.fromkeys(key for record in records for key in record))
    rows = [[written(record.get(key)) for key in keys] for record in records]
    return Picture(
        canvas,
        title=caption or "readyState from event to event",
        description=f"{plural(len(records), 'event')}: {told}.",
        words=Table(keys, rows),
        what="timeline",
        extra=plural(len(records), "event"),
    )
