"""One mistake: a Close ends the connection without an answer."""

from __future__ import annotations

import asyncio
import base64
import hashlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LIMIT = 100_000
CODES = {1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)}


class Failed(Exception):
    """The connection is to be failed, with this code."""


def accept_value(key: bytes) -> bytes:
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


def response(head: bytes) -> bytes:
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    fields = {name.lower(): value.strip() for name, _, value in lines}
    key = fields.get(b"sec-websocket-key", b"")
    if fields.get(b"upgrade", b"").lower() != b"websocket" or not key:
        return b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept_value(key) + b"\r\n\r\n"
    )


async def read_length(reader: asyncio.StreamReader, short: int) -> int:
    if short < 126:
        return short
    size, least = (2, 126) if short == 126 else (8, 65_536)
    length = int.from_bytes(await reader.readexactly(size), "big")
    if length < least:
        raise Failed(1002)
    if length > LIMIT:
        raise Failed(1009)
    return length


async def read_frame(reader: asyncio.StreamReader) -> tuple[bool, int, bytes]:
    first, second = await reader.readexactly(2)
    opcode = first & 0x0F
    if first & 0x70 or opcode not in (0, 1, 2, 8, 9, 10) or not second & 0x80:
        raise Failed(1002)
    if opcode & 8 and (not first & 0x80 or second & 0x7F > 125):
        raise Failed(1002)
    length = await read_length(reader, second & 0x7F)
    key = await reader.readexactly(4)
    payload = await reader.readexactly(length)
    payload = bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))
    return first >= 0x80, opcode, payload


def make_frame(opcode: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes([0x80 | opcode, length]) + payload
    if length < 65_536:
        return bytes([0x80 | opcode, 126]) + length.to_bytes(2, "big") + payload
    return bytes([0x80 | opcode, 127]) + length.to_bytes(8, "big") + payload


def close_answer(payload: bytes) -> bytes:
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or (payload and code not in CODES):
        raise Failed(1002)
    check_text(payload[2:])
    return make_frame(8, payload[:2])


def check_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise Failed(1007) from None


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    kind, message = 0, b""
    while True:
        fin, opcode, payload = await read_frame(reader)
        if opcode == 8:
            close_answer(payload)
            return
        if opcode == 9:
            writer.write(make_frame(10, payload))
        if opcode >= 8:
            continue
        if (opcode == 0) != (kind != 0):
            raise Failed(1002)
        kind, message = kind or opcode, message + payload
        if len(message) > LIMIT:
            raise Failed(1009)
        if fin:
            if kind == 1:
                check_text(message)
            writer.write(make_frame(kind, message))
            kind, message = 0, b""
        await writer.drain()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    answer = response(await reader.readuntil(b"\r\n\r\n"))
    writer.write(answer)
    try:
        if b" 101 " in answer:
            await echo(reader, writer)
    except Failed as failed:
        writer.write(make_frame(8, failed.args[0].to_bytes(2, "big")))
