"""What a store of messages is asked for. Pure: nothing here touches a disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class HistoryError(Exception):
    """The history can't be opened, read or written; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not stored yet. time: seconds since 1970.

    uid: an identifier that its sender made up. Of two with the same uid, sender, room and text one
    is stored: it was sent again, because no acknowledgement came.
    """

    room: str
    name: str
    text: str
    time: float
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message. Ids grow from message to message, over all rooms, and never come again."""

    id: int
    name: str
    text: str
    time: float


class History(Protocol):
    """A store of messages. Called from one thread at a time; each method may raise HistoryError."""

    def add(self, drafts: Sequence[Draft]) -> list[tuple[Message, bool]]:
        """Store them, all or none, so that they outlive this process. Each with whether it is new:
        one that was sent again gives the message of the first time.
        """

    def after(self, room: str, id: int, limit: int) -> list[Message]:
        """The first messages of a room after this id, oldest first."""

    def before(self, room: str, id: int | None, limit: int) -> list[Message]:
        """The last messages of a room before this id (None: of all), oldest first."""

    def rooms(self) -> list[str]:
        """The rooms that have messages, the one with the newest first."""

    def close(self) -> None:
        """Write what is to be written; a second time is harmless."""
