"""Servers that a page may meet, good and bad, which note what the page does.

    async def answers(guest: Guest) -> None:
        await guest.accept()
        if await guest.until(lambda: guest.texts, 0.5):
            guest.say("Hello!")
        await guest.goodbye(0.5)

    host = Host(answers)
    with serving(host) as server: ...        # the page connects to server.url
    host.guests[-1].close_code               # what it did then

`serving` runs it, and ends TCP where the script ends. A script waits for a page only so long.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from wslab.protocol.closing import NO_CODE, close_payload
from wslab.protocol.connection import Connection
from wslab.protocol.events import TextMessage
from wslab.protocol.frames import Frame, Opcode, encode_frame
from wslab.protocol.handshake_keys import accept_value
from wslab.protocol.sending import Role

LOOK_SECONDS = 0.005
READ_SIZE = 65_536


class Guest:
    """One connection, from the server's side.

    texts: what the page sent. ended: it ended TCP.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.texts: list[str] = []
        self.ended = False
        self._key = ""
        self._reader, self._writer = reader, writer
        self._connection = Connection(Role.SERVER)

    @property
    def close_code(self) -> int | None:
        """The code of the page's close frame, 1005 when it had none; None: no frame came."""
        received = self._connection.close_received
        return None if received is None else received[0]

    async def read_request(self) -> None:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        key = re.search(r"(?im)^sec-websocket-key: *(\S+)", head)
        self._key = key[1] if key else ""

    async def accept(self) -> None:
        """Agree to speak WebSocket."""
        self._writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_value(self._key).encode() + b"\r\n\r\n"
        )

    async def refuse(self) -> None:
        """Answer 404, and end."""
        self._writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def say(self, text: str) -> None:
        """Send a text."""
        self._writer.write(encode_frame(Frame(Opcode.TEXT, text.encode())))

    async def close(self, code: int, seconds: float) -> None:
        """Begin the closing handshake, and wait so long for the page's part."""
        said = self.close_code
        if said is None:
            self._writer.write(encode_frame(Frame(Opcode.CLOSE, close_payload(code))))
            await self.until(lambda: self.close_code is not None, seconds)

    async def goodbye(self, seconds: float) -> bool:
        """Wait so long for the page to close, and answer that. True if it did."""
        if not await self.until(lambda: self.close_code is not None, seconds):
            return False
        code = self.close_code
        payload = close_payload(None if code == NO_CODE else code)
        self._writer.write(encode_frame(Frame(Opcode.CLOSE, payload)))
        return True

    async def until(self, condition: Callable[[], object], seconds: float) -> bool:
        """Read what the page sends until the condition holds, it has gone, or the time is over."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while not condition() and not self.ended and loop.time() < ends:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    data = await self._reader.read(READ_SIZE)
            except TimeoutError:
                continue
            self.ended = not data
            for event in self._connection.receive(data) if data else ():
                if isinstance(event, TextMessage):
                    self.texts.append(event.data)
        return bool(condition())


Script = Callable[[Guest], Awaitable[object]]


class Host:
    """A handler for `serving` that plays a script for each connection."""

    def __init__(self, script: Script) -> None:
        self.guests: list[Guest] = []
        self._script = script

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        guest = Guest(reader, writer)
        await guest.read_request()
        self.guests.append(guest)
        await self._script(guest)
