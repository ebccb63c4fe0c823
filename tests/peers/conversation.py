"""The conversation that every client holds with every server; talk.js is the same in JavaScript.

A client's adapter is a function connect(url, protocols), which gives a `Peer` or raises `Refused`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

MIB = 1024 * 1024
FRAGMENTS = ["frag", "men", "ted"]


class Refused(Exception):
    """The server answered with another status than 101."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Peer(Protocol):
    """One open connection of a client; the events are (kind, data) and ("close", code, reason)."""

    protocol: str | None

    async def text(self, data: str) -> None: ...
    async def binary(self, data: bytes) -> None: ...
    async def fragments(self, parts: list[str]) -> None: ...
    async def ping(self, data: str) -> None: ...
    async def close(self, code: int, reason: str) -> None: ...
    async def next(self) -> tuple[Any, ...]: ...


def told(data: Any) -> Any:
    """Long data is told by its length and a hash."""
    if isinstance(data, int) or len(data) <= 100:
        return data.hex() if isinstance(data, bytes) else data
    raw = data.encode() if isinstance(data, str) else data
    return f"{len(data)} {hashlib.sha1(raw).hexdigest()}"


def say(*what: Any) -> None:
    """Print one JSON line."""
    print(json.dumps(what), flush=True)


async def converse(
    url: str,
    connect: Callable[[str, list[str]], Awaitable[Peer]],
    tell: Callable[..., None] = say,
) -> None:
    """Hold the conversation and tell what comes of each step."""
    peer = await connect(f"{url}echo", ["other", "echo"])
    tell("open", peer.protocol)
    for act in (
        peer.text("h\u00e9llo \u2713"),
        peer.text(""),
        peer.binary(bytes([0, 1, 254, 255])),
        peer.text("x" * MIB),
        peer.binary(b"\x07" * MIB),
        peer.fragments(FRAGMENTS),
        peer.ping("p"),
        peer.text("ping me"),
        peer.close(3001, "done"),
    ):
        await act
        kind, *rest = await peer.next()
        tell(kind, *(told(item) for item in rest))

    closed = await connect(f"{url}close", [])
    tell(*await closed.next())
    try:
        await connect(f"{url}reject", [])
    except Refused as refusal:
        tell("rejected", refusal.status)


def expected() -> list[list[Any]]:
    """What every client tells."""
    return [
        ["open", "echo"],
        ["text", "h\u00e9llo \u2713"],
        ["text", ""],
        ["binary", "0001feff"],
        ["text", told("x" * MIB)],
        ["binary", told(b"\x07" * MIB)],
        ["text", "fragmented"],
        ["pong", "70"],
        ["text", "ping me"],
        ["close", 3001, "done"],
        ["close", 4001, "bye"],
        ["rejected", 403],
    ]
