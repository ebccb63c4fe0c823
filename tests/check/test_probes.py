"""wslab.check.probes: good servers pass, and each fault is named."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from websockets.asyncio.server import serve

from wslab.check.probes import LONG, PROBES, Probe, compare, run
from wslab.net.dissect import read_frame
from wslab.net.raw import KEY
from wslab.net.streams import serve_library, serve_streams
from wslab.node import WebSocketServer, http
from wslab.protocol import accept_value
from wslab.protocol.closing import close_payload
from wslab.protocol.frames import Frame, Opcode, encode_frame

BY_NAME = {probe.name: probe for probe in PROBES}


def down(opcode: int, payload: bytes = b"", **bits: Any) -> bytes:
    return encode_frame(Frame(opcode, payload, **bits))  # type: ignore[arg-type]


def closing(code: int) -> bytes:
    return down(Opcode.CLOSE, close_payload(code))


def judged(name: str, *frames: bytes) -> str:
    return BY_NAME[name].judge([read_frame(frame) for frame in frames])


GOOD = {
    "130 bytes": (down(Opcode.TEXT, LONG), closing(1000)),
    "ping": (down(Opcode.PONG, b"are you there?"), closing(1000)),
    "fragments": (down(Opcode.PONG, b"?"), down(Opcode.TEXT, b"Hello"), closing(1000)),
    "close 4000": (closing(4000),),
    "unmasked": (closing(1002),),
    "opcode 0x3": (closing(1002),),
    "RSV1 set": (closing(1002),),
    "bad text": (closing(1007),),
}


def test_names_are_told_apart_and_every_rule_has_its_section() -> None:
    assert list(BY_NAME) == list(GOOD)
    assert len(BY_NAME) == len(PROBES)
    assert all(probe.rule and probe.section[0].isdigit() for probe in PROBES)


@pytest.mark.parametrize("name", GOOD)
def test_a_right_answer_passes(name: str) -> None:
    assert judged(name, *GOOD[name]) == ""


@pytest.mark.parametrize("name", ["unmasked", "opcode 0x3", "RSV1 set", "bad text"])
def test_a_failed_connection_needs_no_close_frame(name: str) -> None:
    assert judged(name) == ""


@pytest.mark.parametrize(
    ("name", "frames", "why"),
    [
        ("130 bytes", [closing(1000)], "no message came back"),
        ("130 bytes", [closing(1009)], "closed with 1009"),
        ("130 bytes", [down(Opcode.TEXT, LONG[:125])], "another message"),
        ("130 bytes", [down(Opcode.BINARY, LONG)], "another message"),
        ("130 bytes", [down(Opcode.PONG), down(Opcode.TEXT, LONG)], "the pong was wrong"),
        ("ping", [closing(1000)], "no pong came"),
        ("ping", [down(Opcode.PONG, b"something else")], "the pong was wrong"),
        ("fragments", [down(Opcode.TEXT, b"Hello")], "no pong came"),
        ("fragments", [down(Opcode.PONG, b"?"), down(Opcode.TEXT, b"lo")], "another message"),
        ("close 4000", [], "no close frame"),
        ("close 4000", [closing(1000)], "close 1000 came back"),
        ("unmasked", [down(Opcode.TEXT, b"Hello")], "sent the message back"),
        ("opcode 0x3", [closing(1000)], "closed with 1000"),
        ("bad text", [closing(1002)], "closed with 1002"),
        ("bad text", [down(Opcode.PONG)], "sent a pong"),
    ],
)
def test_a_wrong_answer_is_named(name: str, frames: list[bytes], why: str) -> None:
    assert why in judged(name, *frames)


# Against servers


@pytest.fixture
def wslab_server() -> Iterator[Any]:
    server = http.createServer()
    sockets = WebSocketServer(httpServer=server)

    @sockets.on("request")
    def accept(request: Any) -> None:
        connection = request.accept(None, request.origin)
        connection.on(
            "message",
            lambda m: connection.send(m.utf8Data if m.type == "utf8" else m.binaryData),
        )

    server.listen(0)
    yield server
    server.close()


async def test_wslab_and_websockets_keep_all_the_rules(wslab_server: Any) -> None:
    async def echo(connection: Any) -> None:
        async for message in connection:
            await connection.send(message)

    library = serve_library(lambda: serve(echo, "127.0.0.1", 0))
    rows = await compare({"wslab": wslab_server, "websockets": library})
    assert [row["probe"] for row in rows] == list(GOOD)
    assert {row["wslab"] for row in rows} == {"✓"}
    assert {row["websockets"] for row in rows} == {"✓"}
    await library.aclose()


Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(answer: bytes, *, ends: bool = True) -> Handler:
    """A server that shakes hands and says one thing, whatever it hears."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_value(KEY).encode() + b"\r\n\r\n" + answer
        )
        while not ends and await reader.read(100):
            pass

    return handler


async def told(probe: Probe, handler: Handler, timeout: float = 5.0) -> str:
    server = serve_streams(handler)
    verdict = await run(probe, server, timeout=timeout)
    await server.aclose()
    assert verdict.passed == (not verdict.why)
    return str(verdict)


async def test_a_server_that_never_ends_is_named() -> None:
    handler = answering(closing(4000), ends=False)
    assert await told(BY_NAME["close 4000"], handler, timeout=1.0) == (
        "✗ did not end the connection"
    )


async def test_faults_in_the_server_s_own_frames_are_named() -> None:
    masked = answering(down(Opcode.CLOSE, close_payload(4000), mask=bytes(4)))
    assert "sent a faulty frame: masked" in await told(BY_NAME["close 4000"], masked)
    rubbish = answering(closing(4000) + b"\x81")
    assert "not a frame" in await told(BY_NAME["close 4000"], rubbish)


async def test_no_handshake_is_a_verdict_too() -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        return

    assert "✗ no connection: no WebSocket" in await told(BY_NAME["ping"], leave)


async def test_a_right_answer_passes_over_a_socket() -> None:
    assert await told(BY_NAME["close 4000"], answering(closing(4000))) == "✓"
