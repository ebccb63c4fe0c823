"""Small objects as JavaScript has them: `message.type` and `message["type"]` are the same.

npm `websocket` hands out object literals. Python code may read them as attributes, as in
JavaScript, or as items.
"""

from __future__ import annotations

from typing import Any


class Record(dict[str, Any]):
    """A dict whose keys are attributes too. What is not there is an AttributeError or KeyError."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no {name!r} here, only {', '.join(self)}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class Message:
    """What a 'message' listener gets: `type` is "utf8" or "binary", with utf8Data or binaryData.

    utf8Data: str, None in a binary message. binaryData: bytes, None in a text message.
    """

    __slots__ = ()
    type: str
    utf8Data: str | None
    binaryData: bytes | None

    def __getitem__(self, name: str) -> Any:
        if name in ("type", "utf8Data", "binaryData"):
            return getattr(self, name)
        raise KeyError(name)

    def __repr__(self) -> str:
        if self.type == "utf8":
            return f"{{type: 'utf8', utf8Data: {self.utf8Data!r}}}"
        return f"{{type: 'binary', binaryData: {self.binaryData!r}}}"


# One of these is made for each message, so they are as cheap as an object can be: the fields that
# are always the same belong to the class.


class UTF8Message(Message):
    """A text message."""

    __slots__ = ("utf8Data",)
    type = "utf8"
    binaryData = None

    def __init__(self, utf8Data: str) -> None:
        self.utf8Data = utf8Data


class BinaryMessage(Message):
    """A binary message."""

    __slots__ = ("binaryData",)
    type = "binary"
    utf8Data = None

    def __init__(self, binaryData: bytes) -> None:
        self.binaryData = binaryData
