"""Servers that are not wslab's own, on the background loop: a bare stream handler, or a library's.

    mine = serve_streams(handler)                                # async def handler(reader, writer)
    theirs = serve_library(lambda: serve(echo, "127.0.0.1", 0))  # `serve` as in websockets

Both listen on a free port, are replaced when their cell runs again, and are closed with everything
else. A server on the kernel's own loop would stand still while a cell runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from wslab.net import servers
from wslab.net.console import console, speaking_for
from wslab.net.loop import background

CLOSE_SECONDS = 1.0  # for the clients of a server that closes, and for one whose handler is done
READ_SIZE = 65_536

StreamHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]]


class Listening(Protocol):
    """What a started server must have: `asyncio.Server` and the server of websockets have it."""

    @property
    def sockets(self) -> Iterable[Any]: ...
    def close(self) -> None: ...
    async def wait_closed(self) -> None: ...


class BackgroundServer:
    """A listening server in the register. Made by `serve_streams` and `serve_library`."""

    def __init__(self) -> None:
        self.name = "server"
        self.host = "127.0.0.1"
        self.port = 0
        self._listener: Listening | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {'listening' if self.listening else 'closed'}>"

    @property
    def listening(self) -> bool:
        return self._listener is not None

    @property
    def url(self) -> str:
        """The address of this server as a WebSocket URL."""
        return f"ws://{self.host}:{self.port}/"

    @property
    def http_url(self) -> str:
        """The address of this server as an HTTP URL."""
        return f"http://{self.host}:{self.port}/"

    async def start(
        self,
        start: Callable[[], Awaitable[Listening]],
        *,
        port: int,
        name: str | None,
        cell: servers.Cell | None,
    ) -> None:
        """Begin to listen, on the background loop. Raises PortInUse when the port is held."""
        await servers.close_earlier_run(cell, name)
        try:
            self._listener = await start()
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port:
                raise servers.port_in_use(port) from None
            raise
        self.port = next(iter(self._listener.sockets)).getsockname()[1]
        self.name = name or f"the server on port {self.port}"
        servers.register(self, cell)

    async def aclose(self) -> None:
        """Stop listening and end every connection."""
        await background().join(self._close())

    async def _close(self) -> None:
        servers.unregister(self)
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.close()
            await self._end_connections()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await listener.wait_closed()

    async def _end_connections(self) -> None:
        """A library's server ends its own."""

    def close(self) -> None:
        """Close from a cell or a script, and return when everything is closed."""
        background().run(self.aclose())


class StreamServer(BackgroundServer):
    """Runs one `handler(reader, writer)` for each TCP connection."""

    def __init__(self, handler: StreamHandler) -> None:
        super().__init__()
        self.handler = handler
        self.accepted = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its first byte to the end of TCP. Errors go to `console.error`."""
        self.accepted += 1
        label = f"connection {self.accepted}"
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with speaking_for(label):
                await self._converse(reader, writer)
            writer.close()
            await writer.wait_closed()
        except (asyncio.CancelledError, ConnectionError):  # the server closes, or the client went
            writer.transport.abort()
        finally:  # after exit() in the handler, too: see `background` on what is left open
            writer.close()
            self._tasks.discard(task)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.handler(reader, writer)
            await _linger(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away: that is how most conversations end
        except Exception as error:
            console.error(error)

    async def _end_connections(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Close our half and read on: a socket closed on unread bytes resets, and what was written last
    may be lost.
    """
    if writer.is_closing():
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()
                while await reader.read(READ_SIZE):
                    pass


def serve_streams(
    handler: StreamHandler, port: int = 0, *, name: str | None = None
) -> StreamServer:
    """Start a server on loopback: one run of `async def handler(reader, writer)` a connection.

    When the handler returns, its connection ends. What it raises is in the log of the next
    `console.show()`. Raises PortInUse.
    """
    server = StreamServer(handler)
    _start(server, lambda: asyncio.start_server(server.serve, server.host, port), port, name)
    return server


def serve_library(
    start: Callable[[], Awaitable[Listening]], *, name: str | None = None
) -> BackgroundServer:
    """Start another library's asyncio server on the background loop.

    `start` is called there, and what it returns is awaited: it must give a server with `sockets`,
    `close` and `wait_closed`, on loopback and port 0.
    """
    server = BackgroundServer()
    _start(server, start, 0, name)
    return server


def _start(
    server: BackgroundServer,
    start: Callable[[], Awaitable[Listening]],
    port: int,
    name: str | None,
) -> None:
    cell = servers.current_cell()
    background().run(server.start(start, port=port, name=name, cell=cell))
