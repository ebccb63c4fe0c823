"""The rooms of the house: found, opened, listed, forgotten."""

from __future__ import annotations

import pytest

from wslab.chat.refused import Refused
from wslab.chat.rooms import LOBBY, MAX_SPOKEN, Rooms


def test_a_room_is_there_while_somebody_is() -> None:
    rooms = Rooms()
    assert rooms.find(None) == LOBBY
    assert rooms.find(" Tea ") == "Tea"
    rooms.enter("Tea")
    assert rooms.find("TEA") == rooms.find("Tеa") == "Tea"  # the second e is Cyrillic
    assert rooms.online("Tea") == 1
    assert rooms.listing() == [{"name": LOBBY, "online": 0}, {"name": "Tea", "online": 1}]
    rooms.leave("Tea")
    assert rooms.listing() == [{"name": LOBBY, "online": 0}]
    assert rooms.find("TEA") == "TEA"


def test_a_room_where_something_was_said_stays() -> None:
    rooms = Rooms(["new", "old"])
    rooms.enter("Tea")
    rooms.spoke("Tea")
    rooms.leave("Tea")
    assert rooms.find("TEA") == "Tea"
    assert [room["name"] for room in rooms.listing()] == [LOBBY, "new", "old", "Tea"]


def test_the_lobby_is_always_there() -> None:
    rooms = Rooms()
    rooms.enter(LOBBY)
    rooms.leave(LOBBY)
    assert rooms.find("Lobby") == LOBBY
    assert rooms.find(" 大厅 ") == LOBBY  # what the page calls it in Chinese
    assert rooms.listing() == [{"name": LOBBY, "online": 0}]


@pytest.mark.parametrize("name", ["", "x" * 33, "\u202etea", 7, ["tea"]])
def test_a_bad_name_is_refused(name: object) -> None:
    with pytest.raises(Refused):
        Rooms().find(name)


def test_a_full_house_opens_no_room() -> None:
    rooms = Rooms(max_rooms=2)
    for name in ("a", "b"):
        rooms.enter(rooms.find(name))
    with pytest.raises(Refused, match="2 rooms with people already"):
        rooms.find("c")
    assert rooms.find("A") == "a"
    rooms.leave("a")
    assert rooms.find("c") == "c"


def test_the_list_is_bounded_and_prefers_people_and_news() -> None:
    rooms = Rooms(["newest", "older", "oldest"], max_rooms=3)
    rooms.enter("busy")
    assert [room["name"] for room in rooms.listing()] == [LOBBY, "busy", "newest"]


def test_what_is_remembered_is_bounded() -> None:
    rooms = Rooms()
    rooms.enter("room 0")
    for number in range(MAX_SPOKEN + 5):
        rooms.spoke(f"room {number}")
    assert rooms.find("ROOM 0") == "room 0"  # somebody is there
    assert rooms.find("ROOM 1") == "ROOM 1"
    assert rooms.find("ROOM 10") == "room 10"
