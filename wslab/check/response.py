"""The head of an HTTP message, read as strictly as a careful peer does (RFC 9112 sections 2 to 5).

    head = head_of(b"HTTP/1.1 101 Yes\\r\\nUpgrade: websocket\\r\\n\\r\\n", "the answer")
    head.status, head.get("upgrade")

What is no head raises Wrong, with the line that is to blame.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wslab.check.difference import BytesLike
from wslab.check.outcome import Wrong
from wslab.check.running.answer import shown

END = b"\r\n\r\n"
_STATUS = re.compile(r"HTTP/1\.1 ([1-5][0-9][0-9]) .*")
_REQUEST = re.compile(r"[A-Z]+ \S+ HTTP/1\.[01]")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)")


@dataclass(frozen=True, slots=True)
class Head:
    """status: 0 for a request. rest: what came after the empty line. data: all of it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    rest: bytes
    data: bytes

    def get(self, name: str) -> str | None:
        """The value of the first header of this name, in whatever letters, None without one."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def head_of(got: object, what: str) -> Head:
    """Read a head. what: "the answer", as it begins a sentence. Raises Wrong."""
    if not isinstance(got, BytesLike):
        raise Wrong(f"{what} is {shown(got)}; bytes were expected.")
    data = bytes(memoryview(got))
    head, end, rest = data.partition(END)
    if not end:
        raise Wrong(f"{what} {_without_end(data)}", "RFC 9112, 2.1")
    first, *lines = head.decode("latin-1").split("\r\n")
    status = _STATUS.fullmatch(first)
    if status is None and _REQUEST.fullmatch(first) is None:
        raise Wrong(
            f"{what} begins with the line {shown(first)}; HTTP/1.1, a status of three digits and a"
            " reason were expected, with a space between them.",
            "RFC 9112, 4",
        )
    return Head(int(status[1]) if status else 0, tuple(_headers(lines, what)), rest, data)


def _headers(lines: list[str], what: str) -> list[tuple[str, str]]:
    found = []
    for number, line in enumerate(lines, 2):
        header = _HEADER.fullmatch(line)
        if header is None:
            raise Wrong(
                f"line {number} of {what} is {shown(line)}; a name, a colon and a value were"
                " expected.",
                "RFC 9112, 5",
            )
        found.append((header[1], header[2].strip(" \t")))
    return found


def _without_end(data: bytes) -> str:
    if not data:
        return "is empty; a status line was expected."
    if b"\n" in data and b"\r\n" not in data:
        return "has lines that end with LF alone; CR LF was expected."
    return "has no empty line that ends the head."
