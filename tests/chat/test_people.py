"""Names are held by one, kept for those who come back, and given back."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from wslab.chat.names import keys
from wslab.chat.people import People, Person
from wslab.chat.refused import Refused


def test_a_name_is_claimed_listed_and_released() -> None:
    people = People()
    ada, grace = people.claim("1", " Ada "), people.claim("2", "Grace")
    assert people.names() == ["Ada", "Grace"]
    assert list(people) == [ada, grace]
    assert len(people) == 2
    assert "ADA" in people
    assert people.of("1") is ada
    assert people.release(ada)
    assert not people.release(ada)
    assert people.of("1") is None
    assert people.names() == ["Grace"]
    assert "Ada" not in people
    assert 7 not in people
    assert people.claim("3", "ada").name == "ada"


@pytest.mark.parametrize(
    ("second", "code", "words"),
    [
        ("Ada", "taken", "Ada is here already. Please"),
        ("ＡＤＡ", "alike", "ＡＤＡ is too much like Ada, who is here already"),
        ("Аdа", "alike", "is too much like Ada"),  # both A Cyrillic
        ("", "no name", "choose a name"),
        (None, "not text", "must be a text"),
    ],
)
def test_a_name_is_refused_with_a_reason(second: object, code: str, words: str) -> None:
    people = People()
    people.claim("1", "Ada")
    with pytest.raises(Refused) as refused:
        people.claim("2", second)
    assert words in str(refused.value)
    assert refused.value.code == code
    assert people.names() == ["Ada"]


def test_one_holder_has_one_name() -> None:
    people = People()
    people.claim("1", "Ada")
    with pytest.raises(Refused, match="logged in as Ada already"):
        people.claim("1", "Grace")
    assert "Grace" not in people


def test_a_full_house_says_so() -> None:
    people = People(max_people=1)
    ada = people.claim("1", "Ada")
    with pytest.raises(Refused, match="room is full: 1"):
        people.claim("2", "Grace")
    people.release(ada)
    assert people.claim("2", "Grace").name == "Grace"


def test_the_key_brings_a_name_back_and_nothing_else_does() -> None:
    people = People()
    ada = people.claim("1", "Ada", "secret")
    people.claim("2", "Bob")
    people.hand_over(ada, None)
    assert people.of("1") is None
    assert "Ada" in people and people.names() == ["Ada", "Bob"]
    for name, key in (
        ("Ada", "Secret"),
        ("Ada", None),
        ("Bob", "secret"),
        ("Eve", "secret"),
        (7, "x"),
    ):
        assert people.known(name, key) is None
    with pytest.raises(Refused, match="here already"):
        people.claim("3", "Ada", "other")
    assert people.known(" ADA", "secret") is ada
    people.hand_over(ada, "4")
    assert people.of("4") is ada
    assert "secret" not in repr(ada)


def test_the_names_of_a_room() -> None:
    people = People()
    for holder, room in (("1", "tea"), ("2", "lobby"), ("3", "tea")):
        people.claim(holder, f"talker {holder}").room = room
    assert people.names("tea") == ["talker 1", "talker 3"]
    assert people.names("nowhere") == []


class AnyOrder(RuleBasedStateMachine):
    """Claims, losses and releases in any order, beside a plain list."""

    def __init__(self) -> None:
        super().__init__()
        self.people = People(max_people=3)
        self.model: dict[Person, str | None] = {}

    @rule(
        holder=st.sampled_from("12345"),
        name=st.sampled_from(["Ada", "ADA", "Ａda", "Bob", "B0b", "Cy", "Di"]),
    )
    def claim(self, holder: str, name: str) -> None:
        taken = {key for person in self.model for key in keys(person.name)}
        if holder in self.model.values() or taken & set(keys(name)) or len(self.model) >= 3:
            with pytest.raises(Refused):
                self.people.claim(holder, name)
        else:
            self.model[self.people.claim(holder, name, "key")] = holder

    @rule(holder=st.sampled_from("12345"))
    def lose(self, holder: str) -> None:
        person = self.people.of(holder)
        assert person == next((p for p, h in self.model.items() if h == holder), None)
        if person is not None:
            self.people.hand_over(person, None)
            self.model[person] = None

    @rule(holder=st.sampled_from("12345"), name=st.sampled_from(["Ada", "Bob", "Cy"]))
    def come_back(self, holder: str, name: str) -> None:
        person = self.people.known(name, "key")
        if person is not None and holder not in self.model.values():
            self.people.hand_over(person, holder)
            self.model[person] = holder

    @rule(number=st.integers(0, 2))
    def release(self, number: int) -> None:
        if number < len(self.model):
            person = list(self.model)[number]
            del self.model[person]
            assert self.people.release(person)

    @invariant()
    def same(self) -> None:
        assert list(self.people) == list(self.model)
        for person, holder in self.model.items():
            assert person.name in self.people
            assert person.holder == holder
            assert holder is None or self.people.of(holder) is person


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
