"""wslab.show.timeline: readyState from event to event."""

from __future__ import annotations

import pytest

from tests.show.looking import SVG, parsed, rows_of, texts
from wslab import show

TRACE = [
    {"event": "new WebSocket(url)", "readyState": 0},
    {"event": "GET /chat", "bytes": 352},
    {"event": "open", "readyState": 1},
    {"event": "message", "readyState": 1, "data": "<script>"},
    {"event": "close", "readyState": 3, "code": 1000, "wasClean": True},
]


def test_a_dot_in_the_column_of_its_state_for_each_event_that_has_one() -> None:
    dots = list(parsed(show.timeline(TRACE)).iter(f"{SVG}circle"))
    assert len(dots) == 4
    columns = [float(dot.get("cx", "")) for dot in dots]
    assert columns[0] < columns[1] == columns[2] < columns[3]
    rows = [float(dot.get("cy", "")) for dot in dots]
    assert rows == sorted(rows)


def test_events_and_their_details_are_written() -> None:
    shown = show.timeline(TRACE)
    found = texts(shown)
    assert "open" in found and "data <script>" in found and "code 1000, wasClean true" in found
    assert rows_of(shown)[1] == ["GET /chat", "", "352", "", "", ""]
    assert repr(shown) == "<timeline: 5 events>" and "close 3" in shown.description


def test_the_usual_amount_is_left_to_the_words_so_that_the_rest_has_room() -> None:
    response = "↓ HTTP/1.1 101 Switching Protocols"
    close = {"code": 1000, "reason": "done", "wasClean": True, "bufferedAmount": 0}
    shown = show.timeline([{"event": response}, {"event": "close", "readyState": 3, **close}])
    assert {response, "code 1000, reason done, wasClean true"} <= set(texts(shown))
    assert rows_of(shown)[1] == ["close", "3", "1000", "done", "true", "0"]
    amount = {"event": "message", "readyState": 1, "bufferedAmount": 7}
    assert "bufferedAmount 7" in texts(show.timeline([amount]))


def test_an_empty_trace_and_a_state_that_there_is_not() -> None:
    parsed(show.timeline([]))
    with pytest.raises(ValueError, match="9 is no state"):
        show.timeline([{"event": "x", "readyState": 9}])
