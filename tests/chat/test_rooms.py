"""The room: names are held by one, and come back."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from wslab.chat.names import NameRefused, fold
from wslab.chat.rooms import Room


def test_a_name_is_claimed_listed_and_released() -> None:
    room = Room()
    assert room.claim("1", " Ada ") == "Ada"
    assert room.claim("2", "Grace") == "Grace"
    assert room.names == list(room) == ["Ada", "Grace"]
    assert len(room) == 2
    assert "ADA" in room
    assert room.release("1") == "Ada"
    assert room.release("1") is None
    assert room.names == ["Grace"]
    assert "Ada" not in room
    assert 7 not in room
    assert room.claim("3", "ada") == "ada"


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("Ada", "Ada is here already. Please"),
        ("ＡＤＡ", "ＡＤＡ is too much like Ada, who is here already"),
        ("", "choose a name"),
        (None, "must be a text"),
    ],
)
def test_a_name_is_refused_with_a_reason(second: object, words: str) -> None:
    room = Room()
    room.claim("1", "Ada")
    with pytest.raises(NameRefused) as refused:
        room.claim("2", second)
    assert words in str(refused.value)
    assert room.names == ["Ada"]


def test_one_holder_has_one_name() -> None:
    room = Room()
    room.claim("1", "Ada")
    with pytest.raises(NameRefused, match="logged in as Ada already"):
        room.claim("1", "Grace")
    assert "Grace" not in room


def test_a_full_room_says_so() -> None:
    room = Room(max_people=1)
    room.claim("1", "Ada")
    with pytest.raises(NameRefused, match="room is full: 1"):
        room.claim("2", "Grace")
    room.release("1")
    assert room.claim("2", "Grace") == "Grace"


class AnyOrder(RuleBasedStateMachine):
    """Claims and releases in any order, beside a plain dict."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(max_people=3)
        self.model: dict[str, str] = {}

    @rule(
        holder=st.sampled_from("12345"),
        name=st.sampled_from(["Ada", "ADA", "Ａda", "Bob", "bob", "Cy", "Di"]),
    )
    def claim(self, holder: str, name: str) -> None:
        free = fold(name) not in {fold(taken) for taken in self.model.values()}
        if holder not in self.model and free and len(self.model) < 3:
            assert self.room.claim(holder, name) == name
            self.model[holder] = name
        else:
            with pytest.raises(NameRefused):
                self.room.claim(holder, name)

    @rule(holder=st.sampled_from("12345"))
    def release(self, holder: str) -> None:
        assert self.room.release(holder) == self.model.pop(holder, None)

    @invariant()
    def same(self) -> None:
        assert self.room.names == list(self.model.values())
        assert all(name in self.room for name in self.model.values())


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
