"""A client that sends any bytes you like after its handshake, for lessons and for probing servers.

    raw = await RawClient.connect(wire)
    raw.send(client_frame(Opcode.TEXT, b"Hel", fin=False), client_frame(Opcode.PING, b"?"))
    answer = await raw.frame()               # the pong
    frames = await raw.end()                 # the rest, until the server ends the connection

Nothing is checked and nothing is answered: whatever a rule forbids can be sent, and what comes back
is what the server does about it. Key and mask are fixed (those of RFC 6455 sections 1.3 and 5.7),
so that each run sends the same bytes.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from wslab.net.capture import Chunk
from wslab.net.conditions import WaitedInVain
from wslab.net.dissect.frames import FrameReader
from wslab.net.dissect.items import FrameItem, Item
from wslab.net.dissect.stream import Stream
from wslab.protocol.frames import encode

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = bytes.fromhex("37fa213d")
HEAD_END = b"\r\n\r\n"
UNANSWERED = "the answer to the handshake, and it did not come"
STILL_OPEN = (
    "the server to end the connection, and it is still open: the server found no fault, and waits"
    " for more. A close frame, client_frame(Opcode.CLOSE), as the last one would end it"
)


def client_frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, rsv1: bool = False
) -> bytes:
    """The bytes of a frame as a client sends it, masked. Any opcode from 0 to 15: no rule is
    checked.
    """
    return encode(fin << 7 | rsv1 << 6 | opcode & 0x0F, payload, MASK)


class NothingCame(WaitedInVain):
    """The server neither answered nor ended the connection. `frames` has what came before."""

    def __init__(self, what: str, frames: list[Item]) -> None:
        super().__init__(what)
        self.frames = frames


class RawClient(asyncio.Protocol):
    """One connection. Made by `RawClient.connect`, on the loop that runs there."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received = bytearray()  # after the handshake
        self.ended = False
        self._head = bytearray()
        self._open = False
        self._taken = 0  # frames that `frame` has returned
        self._news = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connect(cls, server: Any, *, timeout: float = 5.0) -> RawClient:
        """Open TCP to a server or capture (anything with a `port`) and shake hands.

        `timeout` is in seconds. Raises ConnectionError with the first line of an answer that is not
        101.
        """
        port = int(server.port)
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(port), "127.0.0.1", port)
        try:
            await client.until(lambda: client._open or client.ended, UNANSWERED, timeout)
        except BaseException:  # the Stop button too
            client.close()
            raise
        status = bytes(client._head).split(b"\r\n")[0].decode("latin-1")
        if " 101 " not in f"{status} ":
            client.close()
            raise ConnectionError(f"no WebSocket: the server answered {status!r}")
        return client

    def send(self, *data: bytes) -> None:
        """Send bytes as they are, in one piece."""
        if self._transport is not None and not self.ended:
            self._transport.write(b"".join(data))

    @property
    def frames(self) -> list[Item]:
        """What has come so far: frames, and the beginning of one as an unparsed item."""
        stream = Stream([Chunk(0.0, "down", bytes(self.received))], "down", 1)
        return list(FrameReader(stream, None).items())

    async def frame(self, timeout: float = 5.0) -> FrameItem:
        """The next frame. Raises NothingCame after `timeout` s, EOFError when none will come."""

        def there() -> list[FrameItem]:
            return [item for item in self.frames if isinstance(item, FrameItem)][self._taken :]

        await self.until(lambda: there() or self.ended, "a frame, and none came", timeout)
        found = there()
        if not found:
            raise EOFError("the server ended the connection: no frame will come any more")
        self._taken += 1
        return found[0]

    async def end(self, timeout: float = 5.0) -> list[Item]:
        """All frames, once the server has ended the connection; NothingCame after `timeout` s.

        A server does that after the closing handshake: send a close frame before.
        """
        try:
            await self.until(lambda: self.ended, STILL_OPEN, timeout)
        finally:
            self.close()
        return self.frames

    def close(self) -> None:
        """Cut the connection."""
        if self._transport is not None:
            self._transport.abort()

    async def until(self, condition: Any, what: str, timeout: float) -> None:
        """Wait until `condition()` is true, asked anew at each arrival. Raises NothingCame."""
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise NothingCame(f"waited {timeout:g} s for {what}", self.frames) from None

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if self._open:
            self.received += data
        else:
            self._head += data
            head, mark, rest = bytes(self._head).partition(HEAD_END)
            if mark:
                self._open = True
                self._head, self.received = bytearray(head), bytearray(rest)
        self._news.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = True
        self._news.set()


async def talk(server: Any, *data: bytes, timeout: float = 5.0) -> list[Item]:
    """Connect, send these bytes as they are, and read until the server ends the connection.

    `timeout` is in seconds. Send a close frame last, unless the server is to end it for a fault.
    """
    client = await RawClient.connect(server, timeout=timeout)
    client.send(*data)
    return await client.end(timeout)
