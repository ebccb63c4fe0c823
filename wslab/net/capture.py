"""The capture: a relay on loopback that records every byte of a conversation, both ways, with
times.

    wire = capture(server)          # a relay before the server
    ws = WebSocket(wire.url)        # connect to the relay instead
    await wire.until(closed=1)
    show.table(wire)

The relay (relay.py) changes nothing: it passes on each chunk as it came, and the end of each
direction, and a reset; late, when told to (`round_trip`). What it recorded is taken apart later, by
`wslab.net.dissect`. Memory is bounded; what did not fit is counted. Through a relay in its own
process a server answers about a third as many small messages a second (`make bench`, "capture").
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from wslab.net import servers
from wslab.net.conditions import until
from wslab.net.loop import background
from wslab.net.relay import Direction, End, Near, Side

DEFAULT_MAX_BYTES = 16_777_216
DEFAULT_MAX_CHUNKS = 100_000  # a chunk of one byte takes more than a hundred of memory
CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """Bytes as one read gave them. `t` is in seconds since the capture began; "up" is from client
    to server.
    """

    t: float
    direction: Direction
    data: bytes

    def __repr__(self) -> str:  # a cell's last line is stored: no contents, they may be secret
        return f"<chunk {self.direction}: {len(self.data):,} bytes>"


@dataclass(slots=True, repr=False)
class CapturedConnection:
    """Everything that passed on one TCP connection."""

    number: int
    opened: float
    closed: float | None = None
    ended_by: End | None = None  # "refused": the server could not be reached
    chunks: list[Chunk] = field(default_factory=list)
    left_out: int = 0  # bytes that the memory bound kept out
    reset_by: Side | None = None  # who sent the reset, where that is known

    def __repr__(self) -> str:
        return f"<connection {self.number}: {self.bytes_up:,} bytes up, {self.bytes_down:,} down>"

    def data(self, direction: Direction) -> bytes:
        """All recorded bytes of one direction, joined."""
        return b"".join(chunk.data for chunk in self.chunks if chunk.direction == direction)

    @property
    def bytes_up(self) -> int:
        return sum(len(chunk.data) for chunk in self.chunks if chunk.direction == "up")

    @property
    def bytes_down(self) -> int:
        return sum(len(chunk.data) for chunk in self.chunks if chunk.direction == "down")


class Capture:
    """A running or finished recording. Made by `capture`."""

    def __init__(
        self,
        server_host: str,
        server_port: int,
        *,
        name: str = "",
        max_bytes: int = DEFAULT_MAX_BYTES,
        max_chunks: int = DEFAULT_MAX_CHUNKS,
        round_trip: float = 0.0,
    ) -> None:
        self.server_host, self.server_port = server_host, server_port
        self.name = name or "the capture"
        self.host, self.port = "127.0.0.1", 0
        self.max_bytes, self.max_chunks, self.round_trip = max_bytes, max_chunks, round_trip
        self.full = ""  # which limit was reached
        self.notes: tuple[str, ...] = ()  # of a loaded one: what its file had not
        self.connections: list[CapturedConnection] = []
        self._kept = self._chunks = 0  # bytes, in so many
        self._began, self.began_at = time.monotonic(), time.time()  # the second: since 1970
        self._listener: asyncio.AbstractServer | None = None
        self._open: dict[_Recorder, Near] = {}

    def __repr__(self) -> str:
        return f"<capture: {len(self.connections)} connections>"

    def __enter__(self) -> Capture:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Where clients connect to be recorded, as a WebSocket URL."""
        return f"ws://{self.host}:{self.port}/"

    @property
    def http_url(self) -> str:
        """The same as an HTTP URL."""
        return f"http://{self.host}:{self.port}/"

    @property
    def listening(self) -> bool:
        """Whether clients can connect: until `close`."""
        return self._listener is not None

    @property
    def closed(self) -> int:
        """How many of the recorded connections have ended, in both directions."""
        return sum(connection.closed is not None for connection in self.connections)

    def tidy(self, text: str) -> str:
        """The text with this capture's ports, which differ on each run, replaced by PORT."""
        ports = "|".join(str(port) for port in (self.port, self.server_port) if port)
        return re.sub(rf"(?<!\d)(?:{ports})(?!\d)", "PORT", text) if ports else text

    async def until(
        self, *, opened: int = 0, closed: int = 0, up: int = 0, down: int = 0, timeout: float = 5.0
    ) -> None:
        """Wait until so many connections were opened and closed, and so many bytes went up and
        down.

        `timeout` is in seconds. Raises TimeoutError that says what was there instead.
        """

        def reached() -> bool:
            return (
                len(self.connections) >= opened
                and self.closed >= closed
                and sum(c.bytes_up for c in self.connections) >= up
                and sum(c.bytes_down for c in self.connections) >= down
            )

        wanted = {"opened": opened, "closed": closed, "bytes up": up, "bytes down": down}
        what = ", ".join(f"{count} {name}" for name, count in wanted.items() if count)
        try:
            await until(reached, what, timeout)
        except TimeoutError as error:
            there = f"there are {len(self.connections)} opened, {self.closed} closed"
            raise TimeoutError(f"{error}: {there}") from None

    async def start(self, cell: servers.Cell | None = None) -> None:
        """Begin to listen, on the background loop."""
        await servers.close_earlier_run(cell)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._accept, self.host, 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        servers.register(self, cell)

    def _accept(self) -> Near:
        recorder = _Recorder(self)
        address = self.server_host, self.server_port
        near = self._open[recorder] = Near(*address, recorder, round_trip=self.round_trip)
        return near

    async def aclose(self) -> None:
        """Stop the relay. What was recorded stays."""
        await background().join(self._close())

    async def _close(self) -> None:
        servers.unregister(self)
        if self._listener:
            self._listener.close()
            self._listener = None
        await self._all_ended()  # conversations that are about to end may end by themselves
        for near in list(self._open.values()):
            near.cut()
        await self._all_ended()

    async def _all_ended(self) -> None:
        with contextlib.suppress(TimeoutError):
            await until(lambda: not self._open, "the end", CLOSE_SECONDS)

    def close(self) -> None:
        """Stop the relay from a cell or a script."""
        background().run(self.aclose())

    def record(self, connection: CapturedConnection, direction: Direction, data: bytes) -> None:
        room = self.max_bytes - self._kept if self._chunks < self.max_chunks else 0
        kept = data[:room]
        if len(kept) < len(data) and not self.full:
            chunks = self._chunks >= self.max_chunks
            self.full = f"max_chunks={self.max_chunks}" if chunks else f"max_bytes={self.max_bytes}"
        connection.left_out += len(data) - len(kept)
        if kept:
            self._kept += len(kept)
            self._chunks += 1
            connection.chunks.append(Chunk(self.now(), direction, kept))

    def now(self) -> float:
        return time.monotonic() - self._began


class _Recorder:
    """Writes one connection down for a capture."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._connection = CapturedConnection(len(capture.connections) + 1, capture.now())
        capture.connections.append(self._connection)

    def passed(self, direction: Direction, data: bytes) -> None:
        self._capture.record(self._connection, direction, data)

    def ending(self, how: End, reset_by: Side | None = None) -> None:
        if self._connection.ended_by is None:  # who began, not who finished
            self._connection.ended_by, self._connection.reset_by = how, reset_by

    def ended(self) -> None:
        self._connection.closed = self._capture.now()
        self._capture._open.pop(self, None)


def capture(
    server: Any,
    *,
    name: str = "",
    max_bytes: int = DEFAULT_MAX_BYTES,
    max_chunks: int = DEFAULT_MAX_CHUNKS,
    round_trip: float = 0.0,
) -> Capture:
    """Put a recording relay before a server on this computer.

    `server` is anything with a `port`, a ws:, wss: or http: URL, or a port number. wss: can't be
    recorded. `max_bytes` bounds what is kept in memory, in `max_chunks` reads. `round_trip`, in
    seconds, makes the way to the server that long: half of it each way, a whole one before a new
    connection's first byte.
    """
    host, port = _where(server)
    relay = Capture(
        host, port, name=name, max_bytes=max_bytes, max_chunks=max_chunks, round_trip=round_trip
    )
    background().run(relay.start(servers.current_cell()))
    return relay


def _where(server: Any) -> tuple[str, int]:
    if isinstance(server, int):
        return "127.0.0.1", server
    if isinstance(server, str):
        parts = urlsplit(server)
        if parts.scheme not in ("ws", "http") or not parts.hostname:
            raise ValueError(
                f"can't capture {server!r}: give a ws:// or http:// URL, a server, or a port number"
            )
        return parts.hostname, parts.port or 80
    port = getattr(server, "port", None)
    if isinstance(port, int) and port > 0:
        url = getattr(server, "url", None)
        return _where(url) if isinstance(url, str) else ("127.0.0.1", port)
    raise ValueError(
        f"can't capture {server!r}: it does not listen on a port. Call listen(0) first"
    )
