"""wslab.net.export.hidden: no secret is left, no byte is moved."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest

from tests.net.export.recordings import AUTH, GET, compressed, polling
from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    captured,
    chat,
    connection,
    http2,
    socketio_polling,
    socketio_socket,
    up,
)
from wslab import show
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import HTTP2Item, dissect, frames_of
from wslab.net.export.hidden import hidden_chunks
from wslab.protocol.frames import Opcode


def hidden(given: CapturedConnection) -> CapturedConnection:
    found = hidden_chunks(given)
    if any(isinstance(item, HTTP2Item) for item in dissect(given)):
        assert [(c.t, c.direction) for c in found] == [(c.t, c.direction) for c in given.chunks]
        return CapturedConnection(given.number, given.opened, chunks=found)
    assert [(c.t, c.direction, len(c.data)) for c in found] == [
        (c.t, c.direction, len(c.data)) for c in given.chunks
    ]
    return CapturedConnection(given.number, given.opened, chunks=found)


def test_cookies_credentials_and_tokens() -> None:
    for given in (chat(), polling()):
        for way in ("up", "down"):
            data = hidden(given).data(way)  # type: ignore[arg-type]
            assert b"s3cret" not in data and b"topsecret" not in data and b"t0ps" not in data
    assert b"Cookie: *****************\r\n" in hidden(chat()).data("up")


def test_a_secret_cut_in_two() -> None:
    at = REQUEST.index(b"topsecret") + 3
    given = connection(("up", REQUEST[:at]), ("down", b"x"), ("up", REQUEST[at:]))
    assert b"secret" not in hidden(given).data("up")


def test_the_auth_of_socket_io() -> None:
    given = connection(("up", REQUEST), ("down", RESPONSE), up(Opcode.TEXT, AUTH))
    (frame,) = frames_of(hidden(given))
    assert frame.payload == b'40{"token":"%s"}' % (b"*" * 31)


def test_the_auth_in_a_chunked_body() -> None:
    head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(AUTH), AUTH)
    data = hidden(connection(("up", head + body))).data("up")
    assert b"s3cret" not in data and data.startswith(head + b"2d\r\n40{")


@pytest.mark.parametrize(
    ("name", "compress"),
    [
        (b"gzip", gzip.compress),
        (b"deflate", zlib.compress),
        (b"deflate", lambda data: zlib.compress(data, wbits=-15)),
    ],
    ids=["gzip", "zlib", "bare deflate"],
)
def test_a_secret_in_a_compressed_body(name: bytes, compress: Callable[[bytes], bytes]) -> None:
    """Wireshark unpacks it."""
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: " + name + b"\r\nContent-Length: %d\r\n\r\n"
    for text in (b'<a href="/lab?token=s3cret">', b"nothing of the kind"):
        packed = compress(text)
        given = connection(("up", GET), ("down", head % len(packed) + packed))
        secret = b"s3cret" in text
        body = b"*" * len(packed) if secret else packed
        assert hidden(given).data("down").endswith(b"\r\n\r\n" + body)


def test_messages_after_a_compressed_secret_can_still_be_inflated() -> None:
    frames = frames_of(hidden(compressed(b"hello", AUTH, b"hello, hello", AUTH[:2] + b"[]")))
    shown = [frame.data for frame in frames]
    assert shown == [b"hello", b'40{"token":"%s"}' % (b"*" * 31), b"hello, hello", b"40[]"]
    assert [frame.note for frame in frames] == [""] * 4


def test_socket_io_and_http2() -> None:
    """Also what is read out of the hidden bytes again has no secret: headers, parts of messages."""
    for given in (socketio_polling(), socketio_socket(), http2(), http2(upgraded=True)):
        masked = hidden(given)
        shown = show.table(captured(masked)).text
        shown += "".join(show.bytes(item).html for item in dissect(masked))
        for secret in ("s3cret", "t0ken", "topsecret"):
            assert secret.encode() not in masked.data("up") and secret not in shown
