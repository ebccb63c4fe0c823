"""Which sockets are in which rooms: two maps, as socket.io's in-memory adapter keeps them. Pure.

A room here is a name to send to, `io.to("news").emit(...)`. It exists while somebody is in it. Who
may use which name in the chat is the matter of `wslab.chat.rooms`.
"""

from __future__ import annotations

from collections.abc import Iterable


class Adapter:
    """Sockets and rooms, known by their ids. Both maps always say the same."""

    def __init__(self) -> None:
        self.rooms: dict[str, dict[str, None]] = {}  # room: its sockets, in the order of joining
        self.sids: dict[str, dict[str, None]] = {}  # socket: its rooms

    def add(self, sid: str, room: str) -> None:
        """Put a socket into a room; twice is harmless."""
        self.sids.setdefault(sid, {})[room] = None
        self.rooms.setdefault(room, {})[sid] = None

    def remove(self, sid: str, room: str) -> None:
        """Take a socket out of a room; a room that is empty then is gone."""
        self.sids.get(sid, {}).pop(room, None)
        members = self.rooms.get(room, {})
        members.pop(sid, None)
        if not members:
            self.rooms.pop(room, None)

    def remove_all(self, sid: str) -> None:
        """Forget a socket."""
        for room in list(self.sids.get(sid, {})):
            self.remove(sid, room)
        self.sids.pop(sid, None)

    def members(self, rooms: Iterable[str], excluded: Iterable[str] = ()) -> list[str]:
        """The sockets in any of the rooms, each once, without those in an excluded room.

        Every socket is alone in a room of its own id, so an id names a socket in both lists.
        """
        found: dict[str, None] = {}
        for room in rooms:
            found |= self.rooms.get(room, {})
        for room in excluded:
            for sid in self.rooms.get(room, {}):
                found.pop(sid, None)
        return list(found)
