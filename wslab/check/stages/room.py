"""The chat room of lesson 06 for a server that only carries texts, as the learner's does.

    room = PacketRoom()
    room.enter(send)              # send(text) goes to this client, in a frame
    room.hear(send, text)         # what it said
    room.leave(send)

Engine.IO and Socket.IO as `wslab.chat` speaks them, over a WebSocket and no more: one room, no
history. It knows no socket; who calls it, calls it from one thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from wslab.chat import Packet, PacketError, PacketType, decode, encode

Send = Callable[[str], object]

ALIVE = {"pingInterval": 25_000, "pingTimeout": 20_000, "maxPayload": 100_000, "upgrades": []}


class PacketRoom:
    """Everybody hears everybody. A name is free again when its owner leaves."""

    def __init__(self) -> None:
        self._names: dict[Send, str] = {}  # "" for who has not said a name
        self._numbers = count(1)

    def __repr__(self) -> str:
        return f"<a chat room, {len(self.users)} are here>"

    @property
    def users(self) -> list[str]:
        """The names of all who are here, in the order in which they came."""
        return [name for name in self._names.values() if name]

    def enter(self, send: Send) -> None:
        """A client came: Engine.IO greets first."""
        self._names[send] = ""
        send("0" + json.dumps({"sid": f"client-{next(self._numbers)}", **ALIVE}))

    def hear(self, send: Send, text: str) -> None:
        """A client sent a text. What is no packet is not heard."""
        if not text.startswith("4"):
            return  # a pong, or a goodbye: its end comes anyway
        try:
            packet = decode(text[1:])
        except PacketError:
            return
        if packet.type is PacketType.CONNECT:
            sid = f"socket-{next(self._numbers)}"
            self._write([send], Packet(PacketType.CONNECT, {"sid": sid}))
        elif packet.type is PacketType.EVENT:
            event, *values = packet.data
            answer = self._event(send, event, values[0] if values else None)
            if packet.id is not None:
                self._write([send], Packet(PacketType.ACK, [answer], id=packet.id))

    def leave(self, send: Send) -> None:
        """A client is gone. A second time is harmless."""
        if name := self._names.pop(send, ""):
            self._tell("user left", {"name": name, "online": len(self.users)})
            self._tell("get users", self.users)

    def _event(self, send: Send, event: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, str) or not value:
            return {"ok": False, "reason": "a text is wanted"}
        if event == "new user":
            if value in self.users:
                return {"ok": False, "reason": "the name is taken"}
            self._names[send] = value
            self._tell("get users", self.users)
            return {"ok": True, "name": value}
        if event == "send message" and self._names.get(send):
            number = next(self._numbers)
            message = {"id": number, "name": self._names[send], "text": value}
            self._tell("new message", message)
            return {"ok": True, "id": number}
        return {"ok": False, "reason": "log in first, with new user"}

    def _tell(self, event: str, value: Any) -> None:
        inside = [send for send, name in self._names.items() if name]
        self._write(inside, Packet(PacketType.EVENT, [event, value]))

    def _write(self, to: list[Send], packet: Packet) -> None:
        for message in encode(packet):
            for send in to:
                send(f"4{message!s}")
