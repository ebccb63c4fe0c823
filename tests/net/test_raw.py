"""wslab.net.raw: it sends anything, and reads what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from wslab.net.capture import capture
from wslab.net.dissect import FrameItem, dissect, read_frame
from wslab.net.raw import KEY, MASK, NothingCame, RawClient, client_frame, talk
from wslab.net.streams import StreamServer, serve_streams
from wslab.protocol import accept_value
from wslab.protocol.frames import Frame, Opcode, encode_frame


def down(opcode: Opcode, payload: bytes) -> bytes:
    return encode_frame(Frame(opcode, payload))


async def shake_hands(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept_value(KEY).encode() + b"\r\n\r\n"
    )


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One text with the handshake's answer, a pong for the first byte that comes, then the end."""
    await shake_hands(reader, writer)
    writer.write(down(Opcode.TEXT, b"welcome"))
    await reader.readexactly(1)
    writer.write(down(Opcode.PONG, b"") + down(Opcode.CLOSE, b"\x03\xe8"))


@pytest.fixture
def server() -> Iterator[StreamServer]:
    made = serve_streams(greet)
    yield made
    made.close()


def test_a_frame_as_a_client_sends_it() -> None:
    item = read_frame(client_frame(Opcode.TEXT, b"Hello"))
    assert client_frame(Opcode.TEXT, b"Hello").hex(" ") == "81 85 37 fa 21 3d 7f 9f 4d 51 58"
    assert (item.fin, item.rsv1, item.mask, item.payload) == (True, False, MASK, b"Hello")


def test_frames_that_break_the_rules_can_be_made() -> None:
    item = read_frame(client_frame(0xB, b"x" * 200, fin=False, rsv1=True))
    assert (item.opcode, item.fin, item.rsv1, len(item.payload)) == (0xB, False, True, 200)
    assert len(item.problems) > 2


async def test_frames_come_one_by_one_and_then_the_end(server: StreamServer) -> None:
    client = await RawClient.connect(server)
    assert (await client.frame()).payload == b"welcome"
    client.send(b"\x81")
    assert (await client.frame()).opcode == Opcode.PONG
    items = await client.end()
    assert [item.opcode for item in items if isinstance(item, FrameItem)] == [1, 10, 8]
    assert (await client.frame()).close_code == 1000
    with pytest.raises(EOFError, match="no frame will come"):
        await client.frame()
    client.send(b"too late")  # nobody is there: nothing happens


async def test_what_it_sends_is_what_arrives(server: StreamServer) -> None:
    with capture(server) as wire:
        client = await RawClient.connect(wire)
        client.send(b"\xff\xff", b"\x00")
        await client.end()
        await wire.until(closed=1)
        up = [item for item in dissect(wire.connections[0]) if item.direction == "up"]
    assert up[0].kind == "request"
    assert b"".join(item.raw for item in up[1:]) == b"\xff\xff\x00"


async def test_waiting_in_vain_gives_what_came(server: StreamServer) -> None:
    client = await RawClient.connect(server)
    await client.frame()
    with pytest.raises(
        NothingCame, match=r"waited 0\.05 s for the server to end.*still open"
    ) as got:
        await client.end(timeout=0.05)
    assert [item.raw for item in got.value.frames] == [down(Opcode.TEXT, b"welcome")]


async def test_an_answer_that_is_no_101_is_named() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n")

    server = serve_streams(refuse)
    with pytest.raises(ConnectionError, match=r"answered 'HTTP/1\.1 426 Upgrade Required'"):
        await RawClient.connect(server)
    server.close()


async def test_a_server_that_ends_at_once_is_named() -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        return

    server = serve_streams(leave)
    with pytest.raises(ConnectionError, match="no WebSocket"):
        await RawClient.connect(server)
    server.close()


async def test_the_beginning_of_a_frame_is_kept_as_unparsed() -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await shake_hands(reader, writer)
        writer.write(down(Opcode.TEXT, b"whole") + down(Opcode.TEXT, b"broken")[:4])

    server = serve_streams(half)
    client = await RawClient.connect(server)
    assert [item.kind for item in await client.end()] == ["frame", "unparsed"]
    server.close()


async def test_talk_is_all_of_it_in_one_call(server: StreamServer) -> None:
    items = await talk(server, client_frame(Opcode.TEXT, b"Hello"))
    assert [item.raw for item in items] == [
        down(Opcode.TEXT, b"welcome"),
        down(Opcode.PONG, b""),
        down(Opcode.CLOSE, b"\x03\xe8"),
    ]
