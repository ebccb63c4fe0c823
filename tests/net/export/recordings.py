"""Captures for the tests of export: made by hand, and made by hypothesis."""

from __future__ import annotations

import zlib
from typing import Any

from hypothesis import strategies as st

from tests.show.recorded import DEFLATE_RESPONSE, REQUEST, captured, connection, deflated, down, up
from wslab.net.capture import Capture, CapturedConnection, Chunk
from wslab.net.export.exchanges import exchanges_of
from wslab.protocol.frames import Opcode

GET = b"GET /a?b=c&token=t0ps HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer s3cret\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nSet-Cookie: id=s3cret; Path=/\r\n"
AUTH = b'40{"token":"s3cret-of-the-client-0123456789"}'


def compressed(*messages: bytes, number: int = 1) -> CapturedConnection:
    """An upgrade with permessage-deflate, and text messages from the client."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    sent = [up(Opcode.TEXT, deflated(data, compressor), rsv1=True) for data in messages]
    return connection(("up", REQUEST), ("down", DEFLATE_RESPONSE), *sent, number=number)


def polling(*, number: int = 1) -> CapturedConnection:
    """Two requests on one connection: a form, and an answer in chunks."""
    form = b"POST /login HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\nuser=me"
    chunked = b"Transfer-Encoding: chunked\r\n\r\n4\r\n\x00\xff\xfe!\r\n0\r\n\r\n"
    return connection(
        ("up", form),
        ("down", OK + b"Content-Length: 3\r\n\r\nyes"),
        ("up", GET),
        ("down", b"HTTP/1.1 200 OK\r\n" + chunked),
        number=number,
    )


def messages_of(capture: Capture) -> list[tuple[Any, ...]]:
    """Direction, opcode and content of all messages and control frames, by connection."""
    found: list[tuple[Any, ...]] = []
    for place, each in enumerate(capture.connections):
        for exchange in exchanges_of(each, secrets=True).found:
            kinds = (exchange.messages, exchange.controls)
            found += [(place, m.direction, m.opcode, m.data) for kind in kinds for m in kind]
    return found


@st.composite
def any_bytes(draw: st.DrawFn) -> Capture:
    """Connections with any chunks at any times, ended in any way."""
    found = []
    opened = 0.0
    for number in range(1, draw(st.integers(1, 3)) + 1):
        steps = st.floats(0, 0.5, allow_nan=False).map(lambda step: round(step, 9))
        t = opened = opened + draw(steps)
        chunks = []
        for way, data in draw(
            st.lists(st.tuples(st.sampled_from(["up", "down"]), st.binary(min_size=1)), max_size=8)
        ):
            t += draw(steps)
            chunks.append(Chunk(t, way, data))  # type: ignore[arg-type]
        ended_by = draw(st.sampled_from([None, "client", "server", "reset", "refused"]))
        closed = None if ended_by is None else t + draw(steps)
        lost = draw(st.sampled_from([0, 1, 1234]))
        by = draw(st.sampled_from(["client", "server"])) if ended_by == "reset" else None
        found.append(CapturedConnection(number, opened, closed, ended_by, chunks, lost, by))  # type: ignore[arg-type]
    return captured(*found)


@st.composite
def any_talk(draw: st.DrawFn) -> Capture:
    """WebSocket conversations with messages of all kinds, whole and in fragments."""
    talks = []
    for number in range(1, draw(st.integers(1, 2)) + 1):
        parts: list[tuple[str, bytes]] = [("up", REQUEST), ("down", DEFLATE_RESPONSE)]
        for make in draw(st.lists(st.sampled_from([up, down]), max_size=6)):
            if draw(st.booleans()):
                opcode = draw(st.sampled_from([Opcode.PING, Opcode.PONG, Opcode.CLOSE]))
                parts.append(make(opcode, draw(st.binary(max_size=125))))
            elif draw(st.booleans()):
                data = draw(st.text()).encode()
                cut = draw(st.integers(0, len(data)))
                parts.append(make(Opcode.TEXT, data[:cut], fin=False))
                parts.append(make(Opcode.CONTINUATION, data[cut:]))
            else:
                opcode = draw(st.sampled_from([Opcode.BINARY, Opcode.TEXT]))
                parts.append(make(opcode, draw(st.binary(max_size=300))))
        talks.append(connection(*parts, number=number))
    return captured(*talks)
