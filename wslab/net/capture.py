"""The capture: a relay on loopback that records every byte of a conversation, both ways, with
times.

    wire = capture(server)          # a relay before the server
    ws = WebSocket(wire.url)        # connect to the relay instead
    await wire.until(closed=1)
    show.table(wire)

The relay changes nothing: it passes on each chunk as it came, and the end of each direction, and a
reset. What it recorded is taken apart later, by `wslab.net.dissect`. Memory is bounded; what did
not fit is counted.
"""

from __future__ import annotations

import asyncio
import errno
import re
import time
from dataclasses import dataclass, field
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from wslab.net import servers
from wslab.net.conditions import until
from wslab.net.loop import background

Direction = Literal["up", "down"]
DEFAULT_MAX_BYTES = 16_777_216
CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes as one read gave them. `t` is in seconds since the capture began; "up" is from client
    to server.
    """

    t: float
    direction: Direction
    data: bytes


@dataclass(slots=True)
class CapturedConnection:
    """Everything that passed on one TCP connection."""

    number: int
    opened: float
    closed: float | None = None
    ended_by: Literal["client", "server", "reset"] | None = None
    chunks: list[Chunk] = field(default_factory=list)
    left_out: int = 0  # bytes that the memory bound kept out

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
    ) -> None:
        self.server_host = server_host
        self.server_port = server_port
        self.name = name or "the capture"
        self.host = "127.0.0.1"
        self.port = 0
        self.max_bytes = max_bytes
        self.connections: list[CapturedConnection] = []
        self._kept = 0
        self._began = time.monotonic()
        self._listener: asyncio.AbstractServer | None = None
        self._links: set[_Link] = set()

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
        await until(
            reached,
            f"{what} (there are {len(self.connections)} opened, {self.closed} closed)",
            timeout,
        )

    async def start(self, cell: servers.Cell | None = None) -> None:
        """Begin to listen, on the background loop."""
        await servers.close_earlier_run(cell)
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Link(self), self.host, 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        servers.register(self, cell)

    async def aclose(self) -> None:
        """Stop the relay. What was recorded stays."""
        await background().join(self._close())

    async def _close(self) -> None:
        servers.unregister(self)
        if self._listener:
            self._listener.close()
            self._listener = None
        loop = asyncio.get_running_loop()
        deadline = loop.time() + CLOSE_SECONDS
        while self._links and loop.time() < deadline:
            await asyncio.sleep(0.002)  # conversations that are about to end may end by themselves
        for link in list(self._links):
            link.reset()
        while self._links:
            await asyncio.sleep(0)

    def close(self) -> None:
        """Stop the relay from a cell or a script."""
        background().run(self.aclose())

    def record(self, connection: CapturedConnection, direction: Direction, data: bytes) -> None:
        room = max(0, self.max_bytes - self._kept)
        kept = data[:room]
        self._kept += len(kept)
        connection.left_out += len(data) - len(kept)
        if kept:
            connection.chunks.append(Chunk(self.now(), direction, kept))

    def now(self) -> float:
        return time.monotonic() - self._began


class _Link(asyncio.Protocol):
    """The relay's end towards the client; its partner `_Far` is the end towards the server."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.record = CapturedConnection(len(capture.connections) + 1, capture.now())
        capture.connections.append(self.record)
        capture._links.add(self)
        self.transport: asyncio.Transport | None = None
        self.far: _Far | None = None
        self._waiting: list[bytes] = []
        self._ended: set[str] = set()  # the sides that will send no more
        self._open_ends = 1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._task = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, far = await loop.create_connection(
                lambda: _Far(self), self.capture.server_host, self.capture.server_port
            )
        except OSError:
            self._end("reset")
            if self.transport:
                self.transport.abort()
            return
        self.far = far
        for data in self._waiting:
            far.transport.write(data)
        self._waiting.clear()
        if self._ended:
            far.transport.write_eof()

    def data_received(self, data: bytes) -> None:
        self.capture.record(self.record, "up", data)
        if self.far:
            self.far.transport.write(data)
        else:
            self._waiting.append(data)

    def eof_received(self) -> bool:
        self.half_closed("client", self.far.transport if self.far else None)
        return True  # the other direction may go on

    def half_closed(
        self, side: Literal["client", "server"], other: asyncio.Transport | None
    ) -> None:
        """Pass the end of one direction on; when both have ended, the TCP connections are over."""
        self._ended.add(side)
        self._end(side)
        if other and not other.is_closing():
            other.write_eof()
        if len(self._ended) == 2 and self.transport and self.far:
            self.transport.close()
            self.far.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if self.far:
            _pass_end(error, self.far.transport)
        self.end_lost(error, "client")

    def pause_writing(self) -> None:
        if self.far:
            self.far.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.far:
            self.far.transport.resume_reading()

    def end_lost(self, error: Exception | None, side: Literal["client", "server"]) -> None:
        self._end("reset" if error is not None else side)
        self._open_ends -= 1
        if self._open_ends == 0:
            self.record.closed = self.capture.now()
            self.capture._links.discard(self)

    def _end(self, how: Literal["client", "server", "reset"]) -> None:
        self.record.ended_by = self.record.ended_by or how  # who began to end it, not who finished

    def reset(self) -> None:
        if self.transport:
            self.transport.abort()
        if self.far:
            self.far.transport.abort()


class _Far(asyncio.Protocol):
    """The relay's end towards the server."""

    transport: asyncio.Transport

    def __init__(self, link: _Link) -> None:
        self.link = link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.link._open_ends += 1
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        link = self.link
        link.capture.record(link.record, "down", data)
        if link.transport:
            link.transport.write(data)

    def eof_received(self) -> bool:
        self.link.half_closed("server", self.link.transport)
        return True

    def connection_lost(self, error: Exception | None) -> None:
        if self.link.transport:
            _pass_end(error, self.link.transport)
        self.link.end_lost(error, "server")

    def pause_writing(self) -> None:
        if self.link.transport:
            self.link.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.link.transport:
            self.link.transport.resume_reading()


def _pass_end(error: Exception | None, other: asyncio.Transport) -> None:
    """Pass the end of one side on to the other, a reset as a reset."""
    if other.is_closing():
        return
    if isinstance(error, OSError) and error.errno in (errno.ECONNRESET, errno.EPIPE):
        _set_linger(other)
        other.abort()
    else:
        other.close()


def _set_linger(transport: asyncio.Transport) -> None:
    import socket
    import struct

    raw = transport.get_extra_info("socket")
    if raw is not None:  # linger of 0 s: the operating system sends RST instead of FIN
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def capture(server: Any, *, name: str = "", max_bytes: int = DEFAULT_MAX_BYTES) -> Capture:
    """Put a recording relay before a server on this computer.

    `server` is anything with a `port`, a ws:, wss: or http: URL, or a port number. wss: can't be
    recorded. `max_bytes` bounds what is kept in memory.
    """
    host, port = _where(server)
    relay = Capture(host, port, name=name, max_bytes=max_bytes)
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
        return "127.0.0.1", port
    raise ValueError(
        f"can't capture {server!r}: it does not listen on a port. Call listen(0) first"
    )
