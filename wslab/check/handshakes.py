"""Broken handshakes: one good opening request, the ways to break it, and what a server answers.

    show.handshake((await ask(server, GOOD)).items)
    show.columns(await compare({"wslab": server, "websockets": other}))

Each is the good request with one thing changed, and fixed bytes, so that every run sends the same.
They suit a server that serves `PATH` to pages of `ORIGIN`, and nothing else. RFC 6455 4.2.1 asks
for "an appropriate error code (such as 400 Bad Request)": which one is left to the server.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import BodyItem, Item, ResponseItem, dissect
from wslab.net.raw import HEAD_END, KEY

PATH = "/chat"
ORIGIN = "http://server.example.com"
TIMEOUT = 2.0
PAUSE_SECONDS = 0.02  # so that two pieces arrive one by one
READ_SIZE = 65_536

_START = f"GET {PATH} HTTP/1.1"
_HEADERS = {
    "Host": "server.example.com",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    "Origin": ORIGIN,
}


def started(line: str) -> bytes:
    """The good request with another first line."""
    return _request(line, _HEADERS.items())


def changed(name: str, *values: str) -> bytes:
    """The good request with this header once for each value; with no value, without it."""
    names = dict.fromkeys([*_HEADERS, name])
    given = {known: (value,) for known, value in _HEADERS.items()} | {name: values}
    return _request(_START, [(known, value) for known in names for value in given[known]])


def _request(start: str, headers: Iterable[tuple[str, str]]) -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass(frozen=True, slots=True)
class Handshake:
    """An opening request, byte for byte. status: how a server of wslab answers it."""

    name: str
    rule: str
    section: str
    status: int
    request: bytes


GOOD = Handshake("nothing is wrong", "the server agrees", "RFC 6455, 4.2.2", 101, started(_START))
BROKEN: tuple[Handshake, ...] = (
    Handshake(
        "POST", "the method is GET", "RFC 6455, 4.2.1", 405, started(f"POST {PATH} HTTP/1.1")
    ),
    Handshake(
        "HTTP/1.0",
        "the version of HTTP is 1.1 or higher",
        "RFC 6455, 4.2.1",
        400,
        started(f"GET {PATH} HTTP/1.0"),
    ),
    Handshake("no Host", "Host is there", "RFC 9112, 3.2", 400, changed("Host")),
    Handshake("no Upgrade", "Upgrade names websocket", "RFC 6455, 4.2.1", 426, changed("Upgrade")),
    Handshake(
        "Connection: keep-alive",
        "Connection has the token Upgrade",
        "RFC 6455, 4.2.1",
        400,
        changed("Connection", "keep-alive"),
    ),
    Handshake(
        "version 8",
        "the version of WebSocket is 13",
        "RFC 6455, 4.4",
        426,
        changed("Sec-WebSocket-Version", "8"),
    ),
    Handshake("no key", "a key is there", "RFC 6455, 4.2.1", 400, changed("Sec-WebSocket-Key")),
    Handshake(
        "two keys",
        "the key is there once",
        "RFC 6455, 11.3.1",
        400,
        changed("Sec-WebSocket-Key", KEY, KEY),
    ),
    Handshake(
        "a key of 15 bytes",
        "the key is 16 bytes in base64",
        "RFC 6455, 4.2.1",
        400,
        changed("Sec-WebSocket-Key", base64.b64encode(base64.b64decode(KEY)[:15]).decode()),
    ),
    Handshake(
        "subprotocol 'my chat'",
        "a subprotocol's name has no space",
        "RFC 6455, 4.1",
        400,
        changed("Sec-WebSocket-Protocol", "my chat"),
    ),
    Handshake(
        "subprotocol chat, twice",
        "each subprotocol is offered once",
        "RFC 6455, 4.1",
        400,
        changed("Sec-WebSocket-Protocol", "chat, chat"),
    ),
    Handshake(
        "a foreign page",
        "the server may refuse an origin",
        "RFC 6455, 4.2.2",
        403,
        changed("Origin", "https://evil.example"),
    ),
    Handshake(
        "an unknown path",
        "the server may lack what is asked for",
        "RFC 6455, 4.2.2",
        404,
        started("GET /nowhere HTTP/1.1"),
    ),
    Handshake(
        "20,000 bytes of header",
        "the server may set a limit",
        "RFC 6585, 5",
        431,
        changed("X-Long", "x" * 20_000),
    ),
    Handshake("no HTTP", "it is HTTP", "RFC 9112, 2.2", 400, b"Hello, server!\r\n\r\n"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server made of a request. items: the request and what came back; ended: it hung up."""

    items: list[Item]
    ended: bool

    @property
    def response(self) -> ResponseItem | None:
        """The head of the answer, None if there was none."""
        return next((item for item in self.items if isinstance(item, ResponseItem)), None)

    @property
    def body(self) -> str:
        """The text of a refusal."""
        parts = [i.data for i in self.items if isinstance(i, BodyItem) and i.direction == "down"]
        return b"".join(parts).decode("utf-8", "replace")

    def __str__(self) -> str:
        if self.response is None:
            return "hung up, no answer" if self.ended else "no answer"
        return f"{self.response.status} {self.response.reason}".rstrip()


async def ask(
    server: Any,
    handshake: Handshake | bytes,
    *,
    timeout: float = TIMEOUT,
    cut: int = 0,
    head: bool = False,
) -> Answer:
    """Send a request, byte for byte, to a server or capture (anything with a `port`).

    `timeout` is in seconds, for the whole answer: a refusal ends with the connection, a 101 with
    its head. head: the head of a refusal is enough, too. cut: the request goes out in two pieces,
    cut there, a moment between them. Raises OSError when nobody listens there.
    """
    request = handshake if isinstance(handshake, bytes) else handshake.request
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.port))
    received, ended = b"", False
    try:
        if cut:
            writer.write(request[:cut])
            await asyncio.sleep(PAUSE_SECONDS)
        writer.write(request[cut:])
        async with asyncio.timeout(timeout):
            while not ended and not (_agreed(received) or (head and HEAD_END in received)):
                data = await reader.read(READ_SIZE)
                received += data
                ended = not data
    except ConnectionError:
        ended = True
    except TimeoutError:
        pass  # what came by then is the answer
    finally:
        writer.transport.abort()
    chunks = [Chunk(0.0, "up", request), Chunk(0.0, "down", received)]
    return Answer(dissect(CapturedConnection(1, 0.0, chunks=chunks)), ended)


def _agreed(received: bytes) -> bool:
    """Whether the server waits for frames now."""
    return received.startswith(b"HTTP/1.1 101") and HEAD_END in received


async def compare(
    servers: Mapping[str, Any],
    handshakes: Iterable[Handshake] = (GOOD, *BROKEN),
    *,
    timeout: float = TIMEOUT,
) -> list[dict[str, str]]:
    """A row for each handshake: its name, the rule, who says so, what each server answered, and
    whether the answers differ.
    """
    rows = []
    for handshake in handshakes:
        answers = {
            name: str(await ask(server, handshake, timeout=timeout))
            for name, server in servers.items()
        }
        rows.append(
            {
                "handshake": handshake.name,
                "the rule": handshake.rule,
                "defined in": handshake.section,
                **answers,
                "compared": "≠ differs" if len(set(answers.values())) > 1 else "",
            }
        )
    return rows
