"""Blob: bytes that are read with `await`, the default form of a binary message.

W3C File API section 3. A browser may keep a Blob on disk, which is why its content comes later,
through a promise. This one is in memory; the methods are coroutines all the same, so that a lesson
reads as the page's code does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from wslab.protocol.closing import encode_text

BytesLike: TypeAlias = bytes | bytearray | memoryview


class Blob:
    """Immutable bytes with a media type, joined from parts: str (as UTF-8), bytes-like, Blob."""

    __slots__ = ("_data", "_type")

    def __init__(self, parts: Iterable[str | BytesLike | Blob] = (), *, type: str = "") -> None:
        if isinstance(parts, (str, bytes, bytearray, memoryview, Blob)):
            raise TypeError("Blob takes a list of parts: write Blob([part])")
        self._data = b"".join(_as_bytes(part) for part in parts)
        # File API: a type with anything but printable ASCII in it counts as none.
        self._type = type.lower() if all(" " <= character <= "~" for character in type) else ""

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self._data)

    @property
    def type(self) -> str:
        return self._type

    def slice(self, start: int = 0, end: int | None = None, contentType: str = "") -> Blob:
        """The bytes from `start` to before `end`; negative numbers count from the end."""
        return Blob([self._data[start:end]], type=contentType)

    async def text(self) -> str:
        """The content as UTF-8 text, U+FFFD for what is not."""
        return self._data.decode("utf-8", "replace")

    async def arrayBuffer(self) -> bytes:
        """The content. A browser gives an ArrayBuffer; here it is bytes."""
        return self._data

    async def bytes(self) -> bytes:
        """The content. A browser gives a Uint8Array; here it is bytes."""
        return self._data

    def __repr__(self) -> str:
        return f"Blob({self.size} bytes)"


def _as_bytes(part: str | BytesLike | Blob) -> bytes:
    if isinstance(part, Blob):
        return part._data
    if isinstance(part, str):
        return encode_text(part)
    return memoryview(part).tobytes()
