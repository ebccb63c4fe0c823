"""The chat room: the seed's events under the seed's names, with its faults mended.

    new user (name)       → {"ok": true, "name": …} or {"ok": false, "reason": …}
    get users (list)      everybody's names, to replace the list before
    send message (text)   → {"ok": true} or {"ok": false, "reason": …}
    new message           {name, text, time}: says who wrote it
    user joined, left     {name, online}: a name is free again at once

A taken name is refused. Only those who are logged in receive events. Text stays text: the page
never makes markup of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from wslab.chat.names import NameRefused
from wslab.chat.page import serve_page
from wslab.chat.rooms import Room
from wslab.chat.server import Server
from wslab.chat.sockets import Socket
from wslab.net.console import console
from wslab.node import http

MAX_TEXT = 2_000  # characters of one message
EVERYBODY = "the room"  # the Socket.IO room of those who are logged in


class ChatRoom:
    """A chat room and its page on an HTTP server of its own; `listen` starts it.

    `clock` gives seconds since 1970. The other options are those of `wslab.chat.server.Server`.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        max_text: int = MAX_TEXT,
        **options: Any,
    ) -> None:
        self.room = Room()
        self.clock = clock
        self.max_text = max_text
        self.server = http.createServer(serve_page)
        self.io = Server(self.server, **options)
        self.io.on("connection", self._connected)

    def __repr__(self) -> str:
        return f"<chat room: {self.online} online>"

    def __enter__(self) -> ChatRoom:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def listen(self, port: int = 0, host: str = "127.0.0.1", *, name: str | None = None) -> None:
        """Begin to listen; port 0 picks a free one. Raises PortInUse, OSError."""
        self.server.listen(port, host, name=name)

    def close(self) -> None:
        """Disconnect everybody and stop; a second time is harmless."""
        self.io.close()

    @property
    def port(self) -> int:
        """The port, 0 before `listen`."""
        return self.server.port

    @property
    def url(self) -> str:
        """The room's address for `ChatClient`, as ws://127.0.0.1:PORT/."""
        return self.server.url

    @property
    def http_url(self) -> str:
        """The address of the page, as http://127.0.0.1:PORT/."""
        return self.server.http_url

    @property
    def online(self) -> int:
        """How many people are logged in."""
        return len(self.room)

    @property
    def users(self) -> list[str]:
        """Their names, in order of arrival."""
        return self.room.names

    # The events

    def _connected(self, socket: Socket) -> None:
        # The client decides what stands in the place of `answer`: it may be nothing, or a text.
        def new_user(name: object, answer: object) -> None:
            self._new_user(socket, name, answer if callable(answer) else _nobody_asked)

        def send_message(text: object, answer: object) -> None:
            self._send_message(socket, text, answer if callable(answer) else _nobody_asked)

        socket.on("disconnect", lambda: self._disconnected(socket))
        socket.on("new user", new_user)
        socket.on("send message", send_message)

    def _new_user(self, socket: Socket, name: object, answer: Callable[..., None]) -> None:
        try:
            socket.username = self.room.claim(socket.id, name)
        except NameRefused as refused:
            answer({"ok": False, "reason": str(refused)})
            return
        answer({"ok": True, "name": socket.username})
        socket.join(EVERYBODY)
        self.io.to(EVERYBODY).emit("get users", self.users)
        socket.to(EVERYBODY).emit("user joined", {"name": socket.username, "online": self.online})
        console.log(f"{socket.username} joined, {self.online} online")

    def _send_message(self, socket: Socket, text: object, answer: Callable[..., None]) -> None:
        reason = self._refusal(socket, text)
        if reason:
            answer({"ok": False, "reason": reason})
            return
        sent = datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds")
        message = {"name": socket.username, "text": text, "time": sent.replace("+00:00", "Z")}
        self.io.to(EVERYBODY).emit("new message", message)
        answer({"ok": True})

    def _refusal(self, socket: Socket, text: object) -> str | None:
        if socket.username is None:
            return "Log in first."
        if not isinstance(text, str):
            return "A message must be a text."
        if not text.strip():
            return "This message is empty."
        if len(text) > self.max_text:
            return f"This message has {len(text)} characters; {self.max_text} is the most."
        return None

    def _disconnected(self, socket: Socket) -> None:
        name = self.room.release(socket.id)
        if name is not None:
            self.io.to(EVERYBODY).emit("get users", self.users)
            self.io.to(EVERYBODY).emit("user left", {"name": name, "online": self.online})
            console.log(f"{name} left, {self.online} online")


def _nobody_asked(*_: object) -> None:
    """The client wants no answer."""
