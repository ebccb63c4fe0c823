"""wslab.net.dissect.http2: frames, header blocks, what is broken, and what is hidden."""

from __future__ import annotations

from tests.show.recorded import captured, connection, http2
from wslab import show
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import HTTP2Item, Item, UnparsedItem, dissect
from wslab.net.dissect.http2 import PREFACE

SETTINGS = b"\0\0\0\x04\0\0\0\0\0"


def frames(recorded: CapturedConnection, way: str = "up") -> list[HTTP2Item]:
    items = dissect(recorded)
    return [item for item in items if isinstance(item, HTTP2Item) and item.direction == way]


def from_client(*parts: bytes) -> list[Item]:
    return dissect(connection(("up", PREFACE), *(("up", part) for part in parts)))[1:]


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes((kind, flags)) + stream.to_bytes(4) + payload


def test_the_frames_of_both_sides() -> None:
    assert [(item.name, item.stream, item.flags) for item in frames(http2())] == [
        ("preface", 0, ()), ("SETTINGS", 0, ()), ("HEADERS", 1, ()),
        ("CONTINUATION", 1, ("END_HEADERS",)), ("DATA", 1, ("END_STREAM", "PADDED")),
        ("HEADERS", 3, ("END_STREAM", "END_HEADERS")), ("PING", 0, ()),
    ]  # fmt: skip
    down = frames(http2(), "down")
    assert [(item.name, item.said) for item in down] == [
        ("SETTINGS", ""), ("WINDOW_UPDATE", "1,000 bytes more"), ("HEADERS", ""), ("DATA", ""),
        ("RST_STREAM", "CANCEL"), ("type 0xfa", ""), ("GOAWAY", "NO_ERROR, last stream 3"),
    ]  # fmt: skip
    assert not any(item.problems for item in dissect(http2()))


def test_headers_stand_at_the_end_of_their_block() -> None:
    _, _, first, second, data, again, _ = frames(http2())
    assert first.headers == ()
    assert second.headers == (
        (":method", "POST"), (":path", "/price?token=t0ken"), ("cookie", "session=topsecret"),
    )  # fmt: skip
    assert again.headers == ((":method", "GET"), (":path", "/again"))
    assert data.data == b"hello"  # without its padding


def test_after_an_upgrade() -> None:
    items = dissect(http2(upgraded=True))
    assert [item.kind for item in items[:3]] == ["request", "response", "http2"]
    assert len(items) == 2 + len(dissect(http2()))


def test_a_client_that_does_not_follow_the_upgrade() -> None:
    recorded = http2(upgraded=True)
    chunks = [chunk for chunk in recorded.chunks if chunk.data != PREFACE]
    items = dissect(CapturedConnection(1, 0.0, chunks=chunks))
    assert "h2c" in next(i.reason for i in items if isinstance(i, UnparsedItem))


def test_a_server_that_answers_in_http_1() -> None:
    no = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    items = dissect(connection(("up", PREFACE + SETTINGS), ("down", no)))
    assert [item.kind for item in items] == ["unparsed", "response"]


def test_what_breaks_a_rule_is_kept_with_the_reason_and_the_next_one_is_read() -> None:
    wrong = [
        frame(0, 0, 0, b"x"),  # DATA without a stream
        frame(4, 1, 0, b"123456"),  # an acknowledgement with settings
        frame(6, 0, 0, b"short"),
        frame(0, 8, 1, b"\xff"),  # more padding than there is room
    ]
    items = from_client(*wrong, SETTINGS)
    assert [item.raw for item in items] == [*wrong, SETTINGS]
    assert all("RFC 9113" in item.problems[0] for item in items[:-1])
    assert items[-1].problems == ()


def test_frames_that_are_cut_say_so() -> None:
    for data, reason in ((SETTINGS[:5], "5 of 9 bytes"), (frame(0, 0, 1, b"12345")[:-2], "3 of 5")):
        (item,) = from_client(data)
        assert isinstance(item, UnparsedItem) and reason in item.reason and item.raw == data


def test_a_block_that_can_not_be_read_spoils_those_after_it() -> None:
    good = frame(1, 5, 3, b"\x82\x84")
    items = from_client(frame(1, 5, 1, b"\xff\xff\xff\xff"), good, SETTINGS)
    assert [bool(item.problems) for item in items] == [True, True, False]
    assert items[0].secrets and items[1].secrets


def test_blocks_without_end_and_continuations_without_beginning() -> None:
    begun = frame(1, 0, 1, b"\x82")
    (cut,) = from_client(begun)
    assert "END_HEADERS" in cut.problems[0] and cut.secrets
    cut, other = from_client(begun, SETTINGS)
    assert "END_HEADERS" in cut.problems[0] and not other.problems
    (lone,) = from_client(frame(9, 4, 1, b"\x82"))
    assert "CONTINUATION" in lone.problems[0]


def test_credentials_are_nowhere_to_be_seen() -> None:
    recorded = http2()
    first, second = frames(recorded)[2:4]
    assert first.secrets == ((9, first.size),) and second.secrets == ((9, second.size),)
    assert frames(recorded)[5].secrets == ()
    shown = [show.table(captured(recorded)), show.conversation(captured(recorded), fold=False)]
    shown += [show.bytes(item) for item in dissect(recorded)]
    for one in shown:
        for text in (one.text, one.html):
            assert "topsecret" not in text and "t0ken" not in text
            assert second.raw[9:15].hex(" ") not in text
    assert "[redacted]" in shown[0].text


def test_a_cut_head_is_hidden_as_well() -> None:
    data = frame(1, 4, 1, b"\x10\x06cookie\x06s3cret" + bytes(9))[:-9]
    for parts in ((data,), (data[:15], data[15:])):
        items = from_client(*parts)
        assert all(isinstance(item, UnparsedItem) for item in items)
        assert b"s3cret" not in b"".join(item.shown_raw() for item in items)
