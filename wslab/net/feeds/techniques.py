"""The techniques that are compared: for each a name, its client, and the server that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from wslab.net.feeds import clients, http2
from wslab.net.feeds.clients import Watch
from wslab.net.feeds.price import Schedule, Update
from wslab.net.feeds.server import PriceServer
from wslab.net.loop import BackgroundLoop


class Server(Protocol):
    """What the servers of all techniques can do."""

    port: int
    latest: Update

    async def start(self) -> None: ...
    def publish(self, price: float) -> Update: ...
    def end(self) -> None: ...
    async def aclose(self) -> None: ...


def price_server(schedule: Schedule, loop: BackgroundLoop) -> Server:
    """wslab's own server: HTTP/1.1 and WebSocket."""
    return PriceServer(heartbeat=schedule.heartbeat, depth=schedule.depth, loop=loop)


def http2_server(schedule: Schedule, loop: BackgroundLoop) -> Server:
    """hypercorn: HTTP/2."""
    return http2.HTTP2Server(heartbeat=schedule.heartbeat, depth=schedule.depth, loop=loop)


@dataclass(frozen=True, slots=True)
class Technique:
    """A way to follow a changing value: its name, the client that does it, and who serves it.

    missing: says which libraries it needs and does not find, "" when it has all.
    """

    name: str
    client: Callable[[Watch], None]
    server: Callable[[Schedule, BackgroundLoop], Server] = price_server
    missing: Callable[[], str] = str


TECHNIQUES = (
    Technique("short polling, new connections", clients.poll_anew),
    Technique("short polling, keep-alive", clients.poll),
    Technique("long polling", clients.long_poll),
    Technique("server-sent events", clients.server_sent_events),
    Technique("HTTP/2 stream", http2.http2_stream, http2_server, http2.missing),
    Technique("WebSocket", clients.websocket),
    Technique("WebSocket, compressed", clients.small_websocket),
)


def usable(techniques: Iterable[Technique]) -> tuple[list[Technique], list[str]]:
    """Those that can be used here, and for each other one a line that says what it lacks."""
    chosen, left_out = [], []
    for technique in techniques:
        if lacks := technique.missing():
            left_out.append(f"{technique.name} is left out: {lacks} not installed")
        else:
            chosen.append(technique)
    return chosen, left_out
