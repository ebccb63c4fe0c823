"""wslab.net.dissect.sessions: which bodies of long polling have packets, and where they stand."""

from __future__ import annotations

import gzip

from tests.show.recorded import connection, socketio_polling
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import BodyItem, dissect
from wslab.net.dissect.secrets import hide_secrets

ASK = b"GET /socket.io/?EIO=4&sid=a HTTP/1.1\r\nHost: h\r\n\r\n"
SEND = b"POST /socket.io/?EIO=4&sid=a HTTP/1.1\r\nHost: h\r\n"


def bodies(recorded: CapturedConnection) -> list[BodyItem]:
    return [item for item in dissect(recorded) if isinstance(item, BodyItem)]


def answer(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> list[BodyItem]:
    head = b"HTTP/1.1 " + status + b"\r\n" + b"".join(h + b"\r\n" for h in headers)
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    return bodies(connection(("up", ASK), ("down", head + length + body)))


def chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks)


def test_posts_and_answers_to_gets_have_packets_and_ok_is_none() -> None:
    found = [(item.direction, len(item.packets)) for item in bodies(socketio_polling())]
    assert found == [
        ("down", 1), ("up", 1), ("down", 0), ("down", 2), ("up", 3), ("down", 0), ("down", 3),
    ]  # fmt: skip


def test_bytes_follow_in_another_request_of_the_session() -> None:
    event = b'451-["x",{"_placeholder":true,"num":0}]'
    posts = [SEND + b"Content-Length: %d\r\n\r\n" % len(b) + b for b in (event, b"bAQ==")]
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    found = bodies(connection(("up", posts[0]), ("down", ok), ("up", posts[1]), ("down", ok)))
    assert found[2].packets[0].note == 'attachment 1 of 1 of BINARY_EVENT "x"'


def test_an_error_has_no_packets() -> None:
    (body,) = answer(b'{"code":1,"message":"Session ID unknown"}', status=b"400 Bad Request")
    assert body.packets == () and body.problems == ()


def test_a_compressed_body_is_inflated_and_an_unknown_compression_is_said() -> None:
    packed = gzip.compress(b'42["x"]\x1e2', mtime=0)
    (body,) = answer(packed, b"Content-Encoding: gzip")
    assert len(body.packets) == 2 and body.data == packed
    for encoding, data in ((b"br", packed), (b"gzip", packed[:-9]), (b"gzip", b"no")):
        (body,) = answer(data, b"Content-Encoding: " + encoding)
        assert body.packets == () and encoding.decode() in body.note


def test_a_body_in_chunks_has_its_packets_at_the_last_one_with_content() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    whole = head + chunked(b'42["x', b'"]\x1e2') + b"0\r\n\r\n"
    assert [len(i.packets) for i in bodies(connection(("up", ASK), ("down", whole)))] == [0, 2, 0]


def test_what_is_not_whole_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for cut in (head + chunked(b'42["x'), head + b"9\r\n42["):
        (body,) = bodies(connection(("up", ASK), ("down", cut)))
        assert body.packets == () and "not whole" in body.note


def test_a_secret_in_two_chunks_is_hidden() -> None:
    for end in (b"0\r\n\r\n", b""):
        sent = chunked(b'40{"key":"s3', b'cret"}') + end
        post = SEND + b"Transfer-Encoding: chunked\r\n\r\n" + sent
        items = bodies(connection(("up", post)))
        shown = [hide_secrets(item) for item in items]
        for item, hidden in zip(items, shown, strict=True):
            assert isinstance(hidden, BodyItem) and hidden.size == item.size
            assert b"s3" not in hidden.raw and b"cret" not in hidden.raw
            assert not any(b"cret" in packet.wire for packet in hidden.packets)


def test_a_secret_in_one_chunk_is_hidden_and_the_rest_stays() -> None:
    post = SEND + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b'40{"key":"s3cret"}')
    (item, _) = bodies(connection(("up", post + b"0\r\n\r\n")))
    assert bytes(hide_secrets(item).raw) == b'12\r\n40{"key":"******"}\r\n'


def test_a_secret_in_a_compressed_body_is_hidden() -> None:
    packed = gzip.compress(b'40{"key":"s3cret"}', mtime=0)
    head = SEND + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    (item,) = bodies(connection(("up", head + packed)))
    hidden = hide_secrets(item)
    assert isinstance(hidden, BodyItem) and set(hidden.raw) == {ord("*")}
    assert hidden.packets[0].wire == b'40{"key":"******"}'
