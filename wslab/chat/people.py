"""Who is here: names claimed, kept for a while, and given back. Pure: no socket, no clock.

The seed's room answered true whether a name was free or taken, and never gave one back. Here a name
belongs to one person until it is released, and two names that are taken for each other can't be
here at once.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from wslab.chat.names import check_name, keys
from wslab.chat.refused import Refused

MAX_PEOPLE = 500
MAX_KEY = 128  # characters


@dataclass(eq=False)
class Person:
    """Somebody with a name. holder: the id of the socket that has it now, None while that is lost.

    key: a secret of the client, with which it gets the name back. room: where the person is.
    bound_for: the same, or the next room while the person is on the way there.
    """

    name: str
    holder: str | None
    key: str | None = None
    room: str | None = None
    bound_for: str | None = None

    def __repr__(self) -> str:  # without the key
        return f"<{self.name}, {'here' if self.holder else 'away'}>"


class People:
    """Everybody, in order of arrival."""

    def __init__(self, max_people: int = MAX_PEOPLE) -> None:
        self.max_people = max_people
        self._people: dict[Person, None] = {}
        self._by_key: dict[str, Person] = {}  # see names.keys
        self._by_holder: dict[str, Person] = {}

    def claim(self, holder: str, name: object, key: str | None = None) -> Person:
        """Give a name to a holder. Raises Refused with a reason for the person: not a good name,
        taken, nobody else fits in.
        """
        if holder in self._by_holder:
            has = self._by_holder[holder].name
            raise Refused("logged in", f"You are logged in as {has} already.", name=has)
        shown = check_name(name)
        for one in keys(shown):
            if one in self._by_key:
                raise _taken(shown, self._by_key[one].name)
        if len(self) >= self.max_people:
            words = f"The room is full: {self.max_people} people are here."
            raise Refused("full", words, most=self.max_people)
        person = Person(shown, holder, key)
        self._people[person] = None
        self._by_holder[holder] = person
        self._by_key |= dict.fromkeys(keys(shown), person)
        return person

    def known(self, name: object, key: str | None) -> Person | None:
        """Who has this name and this key: the same client, which comes again."""
        try:
            shown = check_name(name)  # before any other work on what a client has sent
        except Refused:
            return None
        person = self._by_key.get(keys(shown)[0])
        if key is None or person is None or person.key is None:
            return None
        same = hmac.compare_digest(_bytes(person.key), _bytes(key))
        return person if same else None

    def hand_over(self, person: Person, holder: str | None) -> None:
        """Give a person's name to another socket of theirs, or keep it for the next (None)."""
        if person.holder is not None:
            del self._by_holder[person.holder]
        person.holder = holder
        if holder is not None:
            self._by_holder[holder] = person

    def of(self, holder: str) -> Person | None:
        """Whom a socket belongs to."""
        return self._by_holder.get(holder)

    def release(self, person: Person) -> bool:
        """Free a person's name; False if it was free already."""
        if person not in self._people:
            return False
        self.hand_over(person, None)
        del self._people[person]
        for one in keys(person.name):
            del self._by_key[one]
        return True

    def names(self, room: str | None = None) -> list[str]:
        """The names of all, or of those in a room."""
        return [person.name for person in self if room is None or person.room == room]

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[Person]:
        return iter(list(self._people))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and keys(name)[0] in self._by_key


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")  # JSON may hold half a character


def _taken(shown: str, taken: str) -> Refused:
    if taken == shown:
        words = f"{taken} is here already. Please choose another name."
        return Refused("taken", words, name=taken)
    words = f"{shown} is too much like {taken}, who is here already. Please choose another name."
    return Refused("alike", words, name=shown, other=taken)
