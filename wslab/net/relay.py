"""The relay under a capture: two TCP connections, and everything that passes between them.

`Near` is the end towards the client, `Far` the one towards the server. Each passes on what its side
does: bytes, the end of one direction, a reset, and a reader that is slow.

A relay can stand for a long way: with a `round_trip`, each direction takes half of it, and a new
connection takes a whole one before its first byte leaves, as TCP's own handshake does (RFC 9293
section 3.5). On loopback the client is connected at once, so the relay keeps that byte back.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from typing import Literal, Protocol, cast

from wslab.net.delay import Line

Direction = Literal["up", "down"]
Side = Literal["client", "server"]
End = Literal["client", "server", "reset", "refused"]
LINGER_0 = struct.pack("ii", 1, 0)  # the operating system then sends RST instead of FIN


class Observer(Protocol):
    """Who is told what happens."""

    def passed(self, direction: Direction, data: bytes) -> None:
        """Bytes, as they were read; a delay comes after it."""

    def ending(self, how: End, reset_by: Side | None = None) -> None:
        """A side has ended, or both were cut, or the server was not there. Told again by the other:
        the first one counts. `reset_by` is who sent a reset, None when the relay itself was closed.
        """

    def ended(self) -> None:
        """Both connections are gone."""


class Near(asyncio.Protocol):
    """The end towards the client. Made for an accepted connection; it opens the other.

    `round_trip` is in seconds.
    """

    transport: asyncio.Transport

    def __init__(
        self, host: str, port: int, observer: Observer, *, round_trip: float = 0.0
    ) -> None:
        self._address = (host, port)
        self.observer = observer
        self.far: Far | None = None
        self.up, self.down = Line(round_trip / 2), Line(round_trip / 2)
        self._early: list[bytes] = []
        self._half_closed: set[Side] = set()
        self._open_ends = 2  # the one that is about to be opened counts

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = self.up.source = cast(asyncio.Transport, transport)
        self.up.wait_until(asyncio.get_running_loop().time() + 2 * self.up.seconds)
        self._opening = asyncio.ensure_future(self._open_far())

    async def _open_far(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, far = await loop.create_connection(lambda: Far(self), *self._address)
        except asyncio.CancelledError:
            self.lost("reset")
            self.transport.abort()
            return
        except (OSError, UnicodeError):
            self.lost("refused")
            _reset(self.transport)  # as near as an accepted connection comes to a refused one
            return
        if self.transport.is_closing():  # the client has not waited for it
            far.transport.abort()
            return
        self.far = far
        early = b"".join(self._early)
        self._early.clear()
        self.up.put(_write, far.transport, early, size=len(early))
        if self._half_closed:
            self.up.put(far.transport.write_eof)
        self.up.unblock("early")

    def data_received(self, data: bytes) -> None:
        self.observer.passed("up", data)
        if self.far:
            self.up.put(_write, self.far.transport, data, size=len(data))
        else:
            self._early.append(data)
            self.up.block("early")  # until there is somewhere to put it

    def eof_received(self) -> bool:
        self.observer.ending("client")
        if self.far:
            self.up.put(self.half_closed, "client", self.far.transport)
        else:
            self._half_closed.add("client")
        return True  # the other direction may go on

    def half_closed(self, side: Side, other: asyncio.Transport) -> None:
        """Pass the end of one direction on; when both have ended, the TCP connections are over."""
        self._half_closed.add(side)
        if not other.is_closing():
            other.write_eof()
        if len(self._half_closed) == 2 and self.far:
            self.transport.close()
            self.far.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.down.clear()
        if self.far:
            self.up.put(_pass_end, error, self.far.transport)
        self.lost("client" if error is None else "reset", "client")

    def lost(self, how: End, side: Side | None = None) -> None:
        """One of the two connections is gone, that with this side."""
        self.observer.ending(how, side if how == "reset" else None)
        self._open_ends -= 1
        if self._open_ends == 0:
            self.up.clear()
            self.down.clear()
            self.observer.ended()

    def pause_writing(self) -> None:
        self.down.block("slow")

    def resume_writing(self) -> None:
        self.down.unblock("slow")

    def cut(self) -> None:
        """End both connections at once."""
        self._opening.cancel()
        self.transport.abort()
        if self.far:
            self.far.transport.abort()


class Far(asyncio.Protocol):
    """The end towards the server."""

    transport: asyncio.Transport

    def __init__(self, near: Near) -> None:
        self.near = near

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = self.near.down.source = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        near = self.near
        near.observer.passed("down", data)
        near.down.put(_write, near.transport, data, size=len(data))

    def eof_received(self) -> bool:
        self.near.observer.ending("server")
        self.near.down.put(self.near.half_closed, "server", self.near.transport)
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.near.up.clear()
        self.near.down.put(_pass_end, error, self.near.transport)
        self.near.lost("server" if error is None else "reset", "server")

    def pause_writing(self) -> None:
        self.near.up.block("slow")

    def resume_writing(self) -> None:
        self.near.up.unblock("slow")


def _write(transport: asyncio.Transport, data: bytes) -> None:
    if not transport.is_closing():
        transport.write(data)


def _pass_end(error: Exception | None, other: asyncio.Transport) -> None:
    """Pass the end of one side on to the other, a reset as a reset."""
    if other.is_closing():
        return
    if isinstance(error, OSError) and error.errno in (errno.ECONNRESET, errno.EPIPE):
        _reset(other)
    else:
        other.close()


def _reset(transport: asyncio.Transport) -> None:
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
    transport.abort()
