"""Who is in the room: names claimed and released. Pure: no socket, no clock.

The seed's room answered true whether a name was free or taken, and never gave one back. Here a name
belongs to one holder until it is released, and two spellings of one name are one name.
"""

from __future__ import annotations

from collections.abc import Iterator

from wslab.chat.names import NameRefused, check_name, fold

MAX_PEOPLE = 500


class Room:
    """Names and their holders. A holder is an identifier, a socket's id say, and has one name."""

    def __init__(self, max_people: int = MAX_PEOPLE) -> None:
        self.max_people = max_people
        self._names: dict[str, str] = {}  # holder: name, in order of arrival
        self._holders: dict[str, str] = {}  # folded name: holder

    def claim(self, holder: str, name: object) -> str:
        """Give a name to a holder, and return it as it will be shown.

        Raises NameRefused with a reason for the person: not a good name, taken, the room is full.
        """
        if holder in self._names:
            raise NameRefused(f"You are logged in as {self._names[holder]} already.")
        shown = check_name(name)
        key = fold(shown)
        if key in self._holders:
            taken = self._names[self._holders[key]]
            if taken == shown:
                raise NameRefused(f"{taken} is here already. Please choose another name.")
            raise NameRefused(
                f"{shown} is too much like {taken}, who is here already."
                " Please choose another name."
            )
        if len(self._names) >= self.max_people:
            raise NameRefused(f"The room is full: {self.max_people} people are here.")
        self._names[holder] = shown
        self._holders[key] = holder
        return shown

    def release(self, holder: str) -> str | None:
        """Free the holder's name and return it; None if there was none, also the second time."""
        name = self._names.pop(holder, None)
        if name is not None:
            del self._holders[fold(name)]
        return name

    @property
    def names(self) -> list[str]:
        """Everybody, in order of arrival."""
        return list(self._names.values())

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and fold(name) in self._holders
