"""The rooms of the house: which there are, and how many are in each. Pure.

A room is there while somebody is in it, or something was said in it. The lobby is always there,
under its name in each language of the page. Two names that are taken for each other are one room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from wslab.chat.names import check_name, keys
from wslab.chat.refused import Refused

LOBBY = "lobby"
LOBBY_ELSEWHERE = ("大厅",)  # what the page calls it in other languages
MAX_ROOMS = 100  # in the list, and for people to open
MAX_SPOKEN = 1_000  # remembered although nobody is there


class Rooms:
    """The rooms. `names`: those in which something was said, the one with the newest first."""

    def __init__(self, names: Iterable[str] = (), max_rooms: int = MAX_ROOMS) -> None:
        self.max_rooms = max_rooms
        self._shown: dict[str, str] = {}  # see names.keys
        self._spoken: dict[str, None] = {}
        self._people: Counter[str] = Counter()
        self._reserved: Counter[str] = Counter()
        self._remember(LOBBY)
        for name in LOBBY_ELSEWHERE:
            self._remember(LOBBY, name)
        for name in reversed(list(names)):
            self.spoke(name)

    def find(self, name: object) -> str:
        """The room of this name as it is shown; a new one is opened by entering it. Raises Refused.

        None means the lobby.
        """
        if name is None:
            return LOBBY
        shown = check_name(name, "room name")
        for one in keys(shown):
            if one in self._shown:
                return self._shown[one]
        if len({*self._people, *self._reserved}) >= self.max_rooms:
            words = f"There are {self.max_rooms} rooms with people already. Please join one."
            raise Refused("many rooms", words, most=self.max_rooms, what="room name")
        return shown

    def reserve(self, room: str) -> None:
        """Somebody is on the way there, and stays for as long as it is not freed."""
        self._remember(room)
        self._reserved[room] += 1

    def free(self, room: str) -> None:
        """The one who was on the way there, or there, goes elsewhere."""
        self._reserved[room] -= 1
        if not self._reserved[room]:
            del self._reserved[room]
            self._forget(room)

    def enter(self, room: str) -> None:
        """One person more."""
        self._remember(room)
        self._people[room] += 1

    def leave(self, room: str) -> None:
        """One person less. An empty room where nothing was said is gone."""
        self._people[room] -= 1
        if not self._people[room]:
            del self._people[room]
            self._forget(room)

    def spoke(self, room: str) -> None:
        """Something was said there."""
        self._remember(room)
        self._spoken.pop(room, None)
        self._spoken[room] = None  # the last is the newest
        if len(self._spoken) > MAX_SPOKEN:
            oldest = next(iter(self._spoken))
            del self._spoken[oldest]
            self._forget(oldest)

    def online(self, room: str) -> int:
        """How many are in a room."""
        return self._people[room]

    def listing(self) -> list[dict[str, Any]]:
        """Each room with its number of people: the lobby first, then by name. Of the empty ones
        those with the newest messages, as many as there is place for.
        """
        wanted = dict.fromkeys([LOBBY, *self._people, *reversed(self._spoken)])
        found = list(wanted)[: self.max_rooms]
        found.sort(key=lambda room: (room != LOBBY, room.casefold(), room))
        return [{"name": room, "online": self.online(room)} for room in found]

    def _forget(self, room: str) -> None:
        wanted = (self._people, self._reserved, self._spoken)
        if room == LOBBY or any(room in rooms for rooms in wanted):
            return
        for one in keys(room):
            if self._shown.get(one) == room:
                del self._shown[one]

    def _remember(self, room: str, name: str | None = None) -> None:
        for one in keys(name or room):
            self._shown.setdefault(one, room)
