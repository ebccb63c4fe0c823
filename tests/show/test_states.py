"""wslab.show.states: the diagram is the transition table."""

from __future__ import annotations

import pytest

from tests.show.looking import SVG, parsed, rows_of, texts
from wslab import show
from wslab.protocol.states import TRANSITIONS, State


def test_every_state_and_every_cause_of_the_table_is_drawn() -> None:
    shown = show.states()
    found = " ".join(texts(shown))
    for state in State:
        assert state.name in found and f"readyState {state.value}" in found
    for _, cause in TRANSITIONS:
        assert all(word in found for word in cause.value.split())
    assert rows_of(shown) == [[s.name, c.value, t.name] for (s, c), t in TRANSITIONS.items()]


def test_every_way_between_two_states_is_one_group_with_its_causes() -> None:
    titles = {group.findtext(f"{SVG}title") for group in parsed(show.states()).iter(f"{SVG}g")}
    for (start, cause), end in TRANSITIONS.items():
        if start == end:  # nothing changes, and nothing is drawn
            assert not any(t and t.startswith(f"{start.name} to {start.name}") for t in titles)
            continue
        (title,) = [t for t in titles if t and t.startswith(f"{start.name} to {end.name}:")]
        assert cause.value in title


def thick(picture: show.Picture) -> int:
    return sum(e.get("stroke-width") == "4" for e in parsed(picture).iter(f"{SVG}rect"))


def test_highlights_by_state_name_and_number() -> None:
    assert thick(show.states()) == 0
    same = {show.states(one).svg for one in (State.OPEN, "open", "OPEN", 1)}
    assert len(same) == 1
    assert thick(show.states("OPEN")) == 1 and "Highlighted: OPEN" in show.states(1).description


def test_several_highlights_are_a_path() -> None:
    shown = show.states(["CONNECTING", "OPEN", "CLOSING", "CLOSED"])
    assert thick(shown) == 4
    lit = [e for e in parsed(shown).iter(f"{SVG}line") if e.get("stroke-width") == "3"]
    assert len(lit) == 3
    assert repr(shown) == "<states: CONNECTING, OPEN, CLOSING, CLOSED>"


@pytest.mark.parametrize("wrong", ["HALF", 4, -1])
def test_a_state_that_there_is_not(wrong: str | int) -> None:
    with pytest.raises(ValueError, match=r"is no state; there are CONNECTING \(0\)"):
        show.states(wrong)
