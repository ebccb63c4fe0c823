"""The two maps of sockets and rooms."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.chat.adapter import Adapter


def test_members_of_several_rooms_come_once_without_the_excluded() -> None:
    adapter = Adapter()
    for sid, rooms in {"a": "ax", "b": "bxy", "c": "cy", "d": "d"}.items():
        for room in rooms:
            adapter.add(sid, room)
    assert adapter.members(["x"]) == ["a", "b"]
    assert adapter.members(["x", "y"]) == ["a", "b", "c"]
    assert adapter.members(["x", "y"], ["b"]) == ["a", "c"]
    assert adapter.members(["x", "y"], ["y"]) == ["a"]
    assert adapter.members(["nowhere"], ["nowhere"]) == []


def test_leaving_is_harmless_when_one_is_not_there() -> None:
    adapter = Adapter()
    adapter.remove("a", "x")
    adapter.remove_all("a")
    adapter.add("a", "x")
    adapter.remove("b", "x")
    assert adapter.members(["x"]) == ["a"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "all"]),
            st.sampled_from("abc"),
            st.sampled_from("xyz"),
        )
    )
)
@settings(deadline=None)
def test_both_maps_say_the_same_and_keep_nothing_empty(steps: list[tuple[str, str, str]]) -> None:
    adapter = Adapter()
    for step, sid, room in steps:
        if step == "add":
            adapter.add(sid, room)
        elif step == "remove":
            adapter.remove(sid, room)
        else:
            adapter.remove_all(sid)
            assert sid not in adapter.sids
        pairs = {(s, r) for s, rooms in adapter.sids.items() for r in rooms}
        assert pairs == {(s, r) for r, sids in adapter.rooms.items() for s in sids}
        assert all(adapter.rooms.values()), "an empty room is forgotten"
