"""A server that follows a script, for the scenarios: it does what no good server would do, too.

A script is a list of steps, each a list of a word and its arguments, so that it can stand in JSON:

    ["accept"]                   answer 101; {"Name": "value"} adds headers or changes them
    ["respond", 404]             answer something else, and close
    ["text", "hello"]            send a message
    ["raw", "82 03 01 02 03"]    send these bytes
    ["read"]                     wait for a message
    ["hold"]                     say nothing more until the client goes
    ["echo"]                     send messages back until the client closes; ["echo", 3] for 3
    ["mirror", 0.5]              answer the client's Close with its own code and reason, after 0.5 s
    ["close", 4001, "bye"]       send a Close frame, wait for the answer, end TCP
    ["end"]                      end TCP
    ["reset"]                    cut TCP, so that the client's system hears of it as an error

It runs on the background loop. A request that is no upgrade gets an empty page, for the browser to
be on.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from typing import Any, TypeAlias

from wslab.net.loop import background
from wslab.net.relay import LINGER_0
from wslab.protocol.closing import NO_CODE, close_payload
from wslab.protocol.connection import Connection
from wslab.protocol.events import BinaryMessage, TextMessage
from wslab.protocol.frames import Frame, Opcode, encode_frame
from wslab.protocol.handshake import accept_value
from wslab.protocol.sending import Role

Script: TypeAlias = Sequence[Sequence[Any]]

PAGE = b"<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>A page</title>"


class ScriptedServer:
    """Plays the script for each connection. Use it with `with`; `url` is where it listens.

    log: the words of the steps that are done.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.log: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> ScriptedServer:
        background().run(self.start())
        return self

    def __exit__(self, *_: object) -> None:
        background().run(self._stop())

    async def start(self) -> None:
        """Begin to listen, on the background loop."""
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def aclose(self) -> None:
        """Stop, from any loop."""
        await background().join(self._stop())

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            await _Conversation(reader, writer, self.log).play(self.script)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went first, or the server stops
        finally:
            self._conversations.discard(task)
            writer.close()


class _Conversation:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: list[str]
    ) -> None:
        self.log = log
        self.reader = reader
        self.writer = writer
        self.connection = Connection(Role.SERVER)
        self.messages: list[str | bytes] = []
        self.headers: dict[str, str] = {}

    async def play(self, script: Script) -> None:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        pairs = (line.split(":", 1) for line in head.split("\r\n")[1:] if line)
        self.headers = {name.lower(): value.strip() for name, value in pairs}
        if "upgrade" not in self.headers:
            self._respond(
                "200 OK", {"Content-Type": "text/html", "Content-Length": len(PAGE)}, PAGE
            )
            return
        for word, *arguments in script:
            await getattr(self, f"do_{word}")(*arguments)
            self.log.append(word)

    def _respond(self, status: str, headers: dict[str, Any], body: bytes = b"") -> None:
        lines = [
            f"HTTP/1.1 {status}",
            *(f"{name}: {value}" for name, value in headers.items()),
            "",
            "",
        ]
        self.writer.write("\r\n".join(lines).encode() + body)

    async def do_accept(self, changes: dict[str, str] | None = None) -> None:
        headers = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Accept": accept_value(self.headers["sec-websocket-key"]),
            **(changes or {}),
        }
        self._respond("101 Switching Protocols", headers)

    async def do_respond(self, status: int, headers: dict[str, str] | None = None) -> None:
        self._respond(
            f"{status} Because", {"Content-Length": 0, "Connection": "close", **(headers or {})}
        )
        await self.do_end()

    async def do_text(self, text: str) -> None:
        self.writer.write(self.connection.send_text(text))

    async def do_raw(self, data: str) -> None:
        self.writer.write(bytes.fromhex(data))

    async def do_read(self) -> None:
        await self._message()

    async def do_hold(self) -> None:
        while await self.reader.read(65_536):
            pass

    async def do_echo(self, count: int | None = None) -> None:
        connection = self.connection
        while count != 0 and (message := await self._message()) is not None:
            count = None if count is None else count - 1
            if connection.can_send:  # not when the client has closed since
                if isinstance(message, str):
                    self.writer.write(connection.send_text(message))
                else:
                    self.writer.write(connection.send_bytes(message))
        if connection.finished:
            self.writer.write(connection.take_output())
            await self.do_end()

    async def do_mirror(self, seconds: float = 0) -> None:
        while self.connection.close_received is None:
            await self._receive()
        code, reason = self.connection.close_received
        await asyncio.sleep(seconds)
        frame = Frame(Opcode.CLOSE, close_payload(None if code == NO_CODE else code, reason))
        self.writer.write(encode_frame(frame))

    async def do_close(self, code: int | None = None, reason: str = "") -> None:
        self.writer.write(self.connection.send_close(code, reason))
        while self.connection.close_received is None:
            await self._receive()
        await self.do_end()

    async def do_end(self) -> None:
        """End our half, and read on to the end of the other, so that nothing is lost to a reset."""
        self.writer.write_eof()
        await self.do_hold()

    async def do_reset(self) -> None:
        raw: socket.socket = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_0)
        self.writer.transport.abort()

    async def _message(self) -> str | bytes | None:
        """The next message, None when the client closes instead."""
        while not self.messages:
            if self.connection.finished:
                return None
            await self._receive()
        return self.messages.pop(0)

    async def _receive(self) -> None:
        data = await self.reader.read(65_536)
        if not data:
            raise ConnectionError("the client ended the connection")
        for event in self.connection.receive(data):
            if isinstance(event, (TextMessage, BinaryMessage)):
                self.messages.append(event.data)
