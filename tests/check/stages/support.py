"""Servers for the tests of the stages: one that says what it is told to say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from wslab.check.running.serving import serving
from wslab.check.stages.probe import Finding
from wslab.net.loop import background
from wslab.net.raw import KEY
from wslab.protocol import accept_value

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Accept: {accept_value(KEY)}\r\n\r\n"
).encode()


def saying(answer: bytes, *, head: bytes = HEAD, ends: bool = False) -> Handler:
    """A server that says this, whatever it hears, and ends the connection or keeps it open."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        await writer.drain()
        await reader.read(100_000)
        writer.write(answer)
        while not ends and await reader.read(100_000):
            pass

    return handler


def asked(probe: Any, handler: Handler, seconds: float = 1.0) -> Finding:
    """What a probe finds out about a server."""
    with serving(handler) as server:
        finding: Finding = background().run(probe.ask(server, seconds))
    return finding


def broken() -> None:
    """Stands for a function that another cell defines."""
    raise KeyError("mask")
