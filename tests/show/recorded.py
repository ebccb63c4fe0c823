"""Conversations as a capture would have recorded them, built from the protocol's own bytes."""

from __future__ import annotations

import zlib

from wslab.net.capture import Capture, CapturedConnection, Chunk
from wslab.net.raw import KEY, MASK
from wslab.protocol import accept_value
from wslab.protocol.frames import Frame, Opcode, encode_frame

REQUEST = (
    b"GET /chat?token=s3cret HTTP/1.1\r\nHost: 127.0.0.1:41234\r\nUpgrade: websocket\r\n"
    b"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: " + KEY.encode() + b"\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat, superchat\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    b"Origin: http://localhost:8888\r\nCookie: session=topsecret\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: "
    + accept_value(KEY).encode()
    + b"\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
)
DEFLATE_RESPONSE = RESPONSE[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"


def up(opcode: Opcode, payload: bytes = b"", **flags: bool) -> tuple[str, bytes]:
    """A masked frame from the client."""
    return "up", encode_frame(Frame(opcode, payload, mask=MASK, **flags))


def down(opcode: Opcode, payload: bytes = b"", **flags: bool) -> tuple[str, bytes]:
    """A frame from the server."""
    return "down", encode_frame(Frame(opcode, payload, **flags))


def deflated(data: bytes, compressor: zlib._Compress) -> bytes:
    """A message's payload as permessage-deflate sends it (RFC 7692, 7.2.1)."""
    return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(
        b"\0\0\xff\xff"
    )


def connection(
    *parts: tuple[str, bytes], number: int = 1, ended_by: str | None = "client", left_out: int = 0
) -> CapturedConnection:
    """A connection whose chunks came 10 ms apart."""
    chunks = [Chunk(0.01 * i, way, data) for i, (way, data) in enumerate(parts, 1)]  # type: ignore[arg-type]
    closed = None if ended_by is None else 0.01 * (len(parts) + 1)
    return CapturedConnection(number, 0.001, closed, ended_by, chunks, left_out)  # type: ignore[arg-type]


def captured(
    *connections: CapturedConnection, port: int = 41234, server_port: int = 9001
) -> Capture:
    """A capture that holds these connections; it never listened."""
    capture = Capture("127.0.0.1", server_port)
    capture.port = port
    capture.connections.extend(connections)
    return capture


def chat(number: int = 1) -> CapturedConnection:
    """An upgrade, a few messages of each kind, a closing handshake."""
    code = (1000).to_bytes(2, "big")
    return connection(
        ("up", REQUEST),
        ("down", RESPONSE),
        up(Opcode.TEXT, b"Hello"),
        down(Opcode.TEXT, b"Hello"),
        up(Opcode.TEXT, b"Hel", fin=False),
        up(Opcode.PING, b"?"),
        down(Opcode.PONG, b"?"),
        up(Opcode.CONTINUATION, "lö".encode()),
        down(Opcode.BINARY, bytes(range(200))),
        up(Opcode.CLOSE, code + b"bye"),
        down(Opcode.CLOSE, code),
        number=number,
    )


def polling(
    times: int = 3, number: int = 1, host: bytes = b"127.0.0.1:41234"
) -> CapturedConnection:
    """Requests on one connection that is kept alive."""
    parts = []
    for i in range(times):
        body = b'{"price": %d}' % (100 + i)
        parts.append(("up", b"GET /price HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"))
        parts.append(
            ("down", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        )
    return connection(*parts, number=number, ended_by="server")


def streaming() -> CapturedConnection:
    """Server-sent events in chunks."""
    events = [b"data: %d\n\n" % i for i in range(3)]
    return connection(
        ("up", b"GET /feed HTTP/1.1\r\nHost: localhost:9001\r\n\r\n"),
        (
            "down",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n",
        ),
        *(("down", b"%x\r\n%s\r\n" % (len(e), e)) for e in events),
        ("down", b"0\r\n\r\n"),
    )
