from __future__ import annotations

from itertools import product

import pytest

from wslab.protocol.errors import InvalidState
from wslab.protocol.states import TRANSITIONS, Cause, State, next_state


def test_the_numbers_are_the_browsers_ready_state() -> None:
    assert {state.name: int(state) for state in State} == {
        "CONNECTING": 0,
        "OPEN": 1,
        "CLOSING": 2,
        "CLOSED": 3,
    }


@pytest.mark.parametrize(("row", "result"), TRANSITIONS.items(), ids=str)
def test_each_row_of_the_table_is_taken(row: tuple[State, Cause], result: State) -> None:
    assert next_state(*row) is result


@pytest.mark.parametrize("row", sorted(set(product(State, Cause)) - set(TRANSITIONS), key=str))
def test_what_is_not_in_the_table_is_refused_by_name(row: tuple[State, Cause]) -> None:
    state, cause = row
    with pytest.raises(InvalidState) as caught:
        next_state(state, cause)
    assert state.name in str(caught.value)
    assert cause.name in str(caught.value)
    assert cause.value in str(caught.value)


def test_no_state_is_left_for_an_earlier_one() -> None:
    assert all(result >= state for (state, _), result in TRANSITIONS.items())


def test_closed_is_final_and_all_states_lead_there() -> None:
    assert not [row for row in TRANSITIONS if row[0] is State.CLOSED]
    for state in (State.CONNECTING, State.OPEN, State.CLOSING):
        assert next_state(state, Cause.TCP_ENDED) is State.CLOSED


def test_only_the_end_of_tcp_or_a_refusal_closes() -> None:
    causes = {cause for (_, cause), result in TRANSITIONS.items() if result is State.CLOSED}
    assert causes == {Cause.TCP_ENDED, Cause.REFUSED}


def test_every_cause_is_used_and_says_what_it_is() -> None:
    assert {cause for _, cause in TRANSITIONS} == set(Cause)
    assert len({cause.value for cause in Cause}) == len(Cause)
