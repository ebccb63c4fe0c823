"""What a client asks of the chat room, read with suspicion. Pure.

A client decides what an event carries: there may be too little, too much, and anything of any type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wslab.chat.people import MAX_KEY
from wslab.chat.refused import Refused
from wslab.chat.sockets import Socket
from wslab.protocol.socketio import MAX_ID

MAX_UID = 64  # characters


class Request:
    """An event: its first value, the options that stand last, and how to answer."""

    def __init__(self, socket: Socket, args: tuple[Any, ...]) -> None:
        self.socket = socket
        self.answer: Callable[[Any], None] = _nobody_asked
        if args and callable(args[-1]):  # no value from a client can be
            *args, self.answer = args  # type: ignore[assignment]
        self.value: Any = args[0] if args else None
        self.options: dict[str, Any] = args[-1] if args and isinstance(args[-1], dict) else {}

    def id(self, option: str) -> int | None:
        """The id of a message, None when it is not there. Raises Refused for anything else."""
        value = self.options.get(option)
        if value is None:
            return None
        if type(value) is not int or not 0 <= value <= MAX_ID:
            raise Refused("no id", f"{option} must be the id of a message.")
        return value

    @property
    def uid(self) -> str | None:
        """What the client calls its message. Raises Refused."""
        return _short_text(self.options.get("uid"), "uid", MAX_UID)

    @property
    def key(self) -> str | None:
        """The key of the client, from its handshake. Raises Refused."""
        auth: Mapping[str, Any] = self.socket.handshake.auth
        return _short_text(auth.get("key"), "key", MAX_KEY)

    def text(self, most: int) -> str:
        """A message to all. Raises Refused with a reason for who wrote it."""
        text = self.value
        if not isinstance(text, str):
            raise Refused("not text", "A message must be a text.")
        if not text.strip():
            raise Refused("empty", "This message is empty.")
        if len(text) > most:
            words = f"This message has {len(text)} characters; {most} is the most."
            raise Refused("long", words, most=most)
        return text


def _short_text(value: object, what: str, most: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise Refused(f"bad {what}", f"{what} must be a text of 1 to {most} characters.")
    return value


def _nobody_asked(_: object) -> None:
    """The client wants no answer."""
