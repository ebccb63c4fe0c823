"""What a client says of itself is hidden, and nothing else is."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import pytest

from tests.show.recorded import (
    DEFLATE_RESPONSE,
    REQUEST,
    RESPONSE,
    captured,
    connection,
    deflated,
    down,
    socketio_polling,
    socketio_socket,
    up,
)
from wslab import show
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import BodyItem, FrameItem, dissect, frames_of, read_frame
from wslab.net.dissect.secrets import hide_secrets
from wslab.net.export.har import har_of
from wslab.net.export.pcapng import pcapng_of
from wslab.protocol.frames import Opcode, encode

PACKET = b'40{"key":"s3cret","deep":{"token":"t0ken\\"x"}}'
HIDDEN = b'40{"key":"******","deep":{"token":"********"}}'


Way = Callable[..., tuple[str, bytes]]


def talk(*parts: tuple[str, bytes], response: bytes | None = None) -> list[FrameItem]:
    head = ("up", REQUEST), ("down", response or RESPONSE)
    return frames_of(connection(*head, *parts))


@pytest.mark.parametrize(
    ("packet", "shown"),
    [
        (PACKET, HIDDEN),
        (b'40/chat,{"key":"k"}', b'40/chat,{"key":"*"}'),
        (b'42["message",{"key":"k"}]', b'42["message",{"key":"k"}]'),
        (b'40{"pin":1234,"on":true}', b'40{"pin":****,"on":true}'),
        (b'40{"keys":["a","b\\"c"]}', b'40{"keys":["*","****"]}'),
        (b"40", b"40"),
        (b'the 40{"key":"k"}', b'the 40{"key":"k"}'),
    ],
)
def test_a_frame(packet: bytes, shown: bytes) -> None:
    (item,) = talk(up(Opcode.TEXT, packet))
    hidden = hide_secrets(item)
    assert isinstance(hidden, FrameItem)
    assert hidden.data == shown
    assert hidden.size == item.size
    assert read_frame(bytes(hidden.raw)).payload == shown  # the wire's bytes say the same


def test_what_the_server_says_stays() -> None:
    (item,) = talk(down(Opcode.TEXT, b'40{"sid":"abc"}'))
    assert hide_secrets(item) is item


def test_a_compressed_frame() -> None:
    packed = deflated(PACKET, zlib.compressobj(wbits=-15))
    (item,) = talk(up(Opcode.TEXT, packed, rsv1=True), response=DEFLATE_RESPONSE)
    assert item.data == PACKET
    hidden = hide_secrets(item)
    assert isinstance(hidden, FrameItem)
    assert hidden.data == HIDDEN
    assert set(hidden.payload) == {ord("*")}


def test_a_body_of_long_polling() -> None:
    body = b'42["x"]\x1e' + PACKET + b"\x1e41"
    raw = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    recorded = connection(("up", raw))
    hidden = b"".join(bytes(hide_secrets(item).raw) for item in dissect(recorded))
    assert b"s3cret" not in hidden and b"t0ken" not in hidden
    assert len(hidden) == len(raw)


def test_nothing_that_is_shown_has_it() -> None:
    recorded = connection(
        ("up", REQUEST), ("down", DEFLATE_RESPONSE), up(Opcode.TEXT, PACKET), number=1
    )
    capture = captured(recorded)
    frame = frames_of(recorded)[0]
    for shown in (
        show.table(capture),
        show.conversation(capture),
        show.frame(frame),
        show.bytes(frame),
        show.masking(frame, limit=50),
    ):
        for text in (shown.text, shown.html):
            assert "s3cret" not in text and "t0ken" not in text
            assert PACKET[10:16].hex(" ") not in text


@pytest.mark.parametrize("cut", range(1, len(PACKET)))
def test_a_fragmented_frame(cut: int) -> None:
    """Wherever it is cut, no part of a value is shown, and what is not one still is."""
    parts = [up(Opcode.TEXT, PACKET[:cut], fin=False), up(Opcode.CONTINUATION, PACKET[cut:])]
    capture = captured(socketio_socket(*parts, up(Opcode.TEXT, b'42["key"]')))
    frames = frames_of(capture.connections[0])
    hidden = [hide_secrets(frame) for frame in frames]
    joined = b"".join(item.data for item in hidden if isinstance(item, FrameItem))
    assert len(joined) == len(PACKET) + 9 and joined.endswith(b'42["key"]')
    assert joined.startswith(b"40{"[:cut])
    for secret in (b"s3", b"ret", b"t0", b"ken"):
        assert secret not in joined.replace(b'"token"', b"")
    for shown in (show.table(capture), show.conversation(capture), *map(show.bytes, frames)):
        for secret in ("s3cret", "t0ken"):
            assert secret not in shown.text and secret not in shown.html


def test_a_truncated_value() -> None:
    (item,) = talk(up(Opcode.TEXT, b'40{"key":"s3cr'))
    hidden = hide_secrets(item)
    assert isinstance(hidden, FrameItem) and hidden.data == b'40{"key":"****'


def test_whole_sessions() -> None:
    recorded = (socketio_polling(), socketio_socket(), socketio_socket(deflate=True))
    for capture in map(captured, recorded):
        pictures = [show.table(capture), show.conversation(capture, fold=False)]
        pictures += [show.bytes(item) for item in dissect(capture.connections[0])]
        for shown in pictures:
            for text in (shown.text, shown.html):
                assert "s3cret" not in text and "1234" not in text
        assert "Socket.IO CONNECT" in pictures[0].text


SECRET = "SEKRET9x"


def pictures(recorded: CapturedConnection) -> str:
    """All that is shown and exported of a connection, bytes in hex as text."""
    capture = captured(recorded)
    items = dissect(recorded)
    shown = [show.table(capture), show.conversation(capture), *map(show.bytes, items)]
    texts = [each.text + each.html + repr(each) for each in shown]
    made = har_of(capture) + pcapng_of(capture)
    dumped = "".join(re.findall(r"(?m)^[0-9a-f]{4}  (.{48})", "\n".join(e.text for e in shown)))
    as_text = bytes.fromhex(dumped.replace("··", "2a")).decode("latin-1")
    return "".join(texts) + as_text + made.decode("latin-1") + repr([recorded, items])


@pytest.mark.parametrize(
    "parts",
    [
        [up(Opcode.TEXT, f"/api?token={SECRET}".encode())],
        [down(Opcode.TEXT, f'{{"url":"/x?id_token={SECRET}"}}'.encode())],
        [up(Opcode.CLOSE, b"\x03\xe8" + f"see /?token={SECRET}".encode())],
        [up(Opcode.TEXT, f'40["{SECRET}"]'.encode())],
        [up(Opcode.TEXT, f'40{{"{SECRET}":1}}'.encode())],
        [up(Opcode.TEXT, f'40/admin?token={SECRET},{{"key":"x"}}'.encode())],
        [up(Opcode.TEXT, f'42["login",{{"password":"{SECRET}"}}]'.encode())],
        [up(Opcode.TEXT, f'42/admin?token={SECRET},["login?jwt={SECRET}"]'.encode())],
        [("up", up(Opcode.TEXT, f'40{{"key":"{SECRET}"}}'.encode())[1][:-1])],
        [("up", encode(0x81, f'40{{"key":"{SECRET}"}}'.encode(), bytes(4))[:-1])],
        [("up", encode(0x81, f'40["{SECRET}","x"]'.encode(), bytes(4))[:-3])],
        [("down", encode(0x81, f"/?token={SECRET}&x=1".encode(), None)[:-1])],
    ],
)
def test_no_content_that_is_shown_or_exported_has_it(parts: list[tuple[str, bytes]]) -> None:
    target = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"
    request = REQUEST.replace(REQUEST.partition(b"\r\n")[0], target)
    for first in (REQUEST, request):
        assert SECRET not in pictures(connection(("up", first), ("down", RESPONSE), *parts))


@pytest.mark.parametrize("way", [up, down])
@pytest.mark.parametrize("deflate", [False, True])
def test_a_secret_that_goes_on_in_another_fragment(way: Way, deflate: bool) -> None:
    """Wherever the message is cut, no part of more than a letter is shown."""
    text = f"/api?token={SECRET}&x=1".encode()
    sent = deflated(text, zlib.compressobj(wbits=-15)) if deflate else text
    for cut in range(1, len(sent)):
        parts = [way(Opcode.TEXT, sent[:cut], fin=False, rsv1=deflate)]
        parts.append(way(Opcode.CONTINUATION, sent[cut:]))
        for frame in talk(*parts, way(Opcode.TEXT, b"plain"), response=DEFLATE_RESPONSE)[:2]:
            hidden = hide_secrets(frame)
            assert isinstance(hidden, FrameItem)
            shown = hidden.data + hidden.payload
            assert not any(SECRET[i : i + 2].encode() in shown for i in range(len(SECRET) - 1))


def test_bodies_and_heads() -> None:
    form = f"user=u&password={SECRET}&token={SECRET}".encode()
    post = b"POST /x?api_key=%s HTTP/1.1\r\nHost: h\r\nX-Api-Key: %s\r\nContent-Length: %d\r\n\r\n"
    page = f'<a href="/lab?token={SECRET}">'.encode()
    answer = b"HTTP/1.1 302 Found\r\nLocation: /#access_token=%s\r\nContent-Length: %d\r\n\r\n%s"
    secret = SECRET.encode()
    shown = pictures(
        connection(
            ("up", post % (secret, secret, len(form)) + form),
            ("down", answer % (secret, len(page), page)),
        )
    )
    assert SECRET not in shown and "user=u&" in shown
    assert SECRET not in pictures(connection(("up", f"okie: a={SECRET}\r\n\r\n".encode())))
    bare = f"GET / HTTP/1.1\rHost: h\rCookie: a={SECRET}\r\r".encode()
    assert SECRET not in pictures(connection(("up", bare)))


def test_the_text_of_a_close_frame_is_that_of_its_bytes() -> None:
    (item,) = talk(up(Opcode.CLOSE, b"\x03\xe8" + b"see /?token=abc"))
    hidden = hide_secrets(item)
    assert isinstance(hidden, FrameItem)
    assert (hidden.close_code, hidden.close_reason) == (1000, "see /?token=***")


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "until the end"])
def test_a_secret_that_is_cut_between_the_pieces_of_a_body(chunked: bool) -> None:
    """Wherever it is cut, and in pieces of one byte too; what stands before it is still there."""
    body = b'<a href="/lab?page=2&token=QQQQQQQQ&x=1">lab</a>'
    head = b"HTTP/1.1 200 OK\r\n" + b"Transfer-Encoding: chunked\r\n" * chunked + b"\r\n"
    cuts = [[body[:at], body[at:]] for at in range(1, len(body))]
    for pieces in [*cuts, [bytes([byte]) for byte in body]]:
        framed = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces] if chunked else pieces
        items = dissect(connection(("up", REQUEST), ("down", head), *(("down", f) for f in framed)))
        found = [item for item in items if isinstance(item, BodyItem)]
        assert b"".join(item.data for item in found) == body
        shown = b"".join(hide_secrets(item).shown_raw() for item in found)
        assert b"Q" not in shown
        assert min(pieces[0], b'<a href="/lab?page=2&token=', key=len) in shown
