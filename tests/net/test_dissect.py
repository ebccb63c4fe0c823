"""wslab.net.dissect as a whole: nothing lost, nothing raised, everything in its place."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.show.recorded import (
    MASK,
    REQUEST,
    RESPONSE,
    captured,
    chat,
    connection,
    down,
    events,
    http2,
    polling,
    socketio_polling,
    socketio_socket,
    streaming,
    up,
)
from wslab import show
from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import (
    BodyItem,
    FrameItem,
    Item,
    RequestItem,
    ResponseItem,
    UnparsedItem,
    dissect,
    frames_of,
)
from wslab.protocol.frames import FrameParser, Opcode


def assert_nothing_lost(recorded: CapturedConnection) -> None:
    """The raw bytes of the items of a direction, joined, are its chunks, joined."""
    items = dissect(recorded)
    for way in ("up", "down"):
        mine = sorted((i for i in items if i.direction == way), key=lambda i: i.offset)
        assert b"".join(item.raw for item in mine) == recorded.data(way)
        assert all(item.raw for item in mine)
        ends = [item.offset + item.size for item in mine]
        assert [item.offset for item in mine] == [0, *ends][: len(mine)]


def reasons(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, UnparsedItem)]


def recut(recorded: CapturedConnection, cuts: list[int]) -> CapturedConnection:
    """The same bytes in the same order, cut into chunks elsewhere."""
    runs: list[tuple[str, bytes]] = []
    for chunk in recorded.chunks:
        if runs and runs[-1][0] == chunk.direction:
            runs[-1] = (chunk.direction, runs[-1][1] + chunk.data)
        else:
            runs.append((chunk.direction, chunk.data))
    parts = []
    for way, data in runs:
        places = sorted({cut % len(data) for cut in cuts} | {0, len(data)})
        parts += [(way, data[a:b]) for a, b in pairwise(places)]
    return connection(*parts)


def test_a_chat_is_taken_apart() -> None:
    items = dissect(chat())
    assert [item.kind for item in items] == ["request", "response", *["frame"] * 9]
    request, response = items[0], items[1]
    assert isinstance(request, RequestItem) and isinstance(response, ResponseItem)
    assert (request.method, request.target, request.upgrade) == ("GET", "/chat?token=s3cret", True)
    assert (response.status, response.upgrade) == (101, True)
    assert request.raw == REQUEST and response.raw == RESPONSE
    frames = [item for item in items if isinstance(item, FrameItem)]
    assert [f.opcode_name for f in frames] == [
        "text", "text", "text", "ping", "pong", "continuation", "binary", "close", "close",
    ]  # fmt: skip
    assert frames[0].payload == b"Hello" and frames[0].mask == MASK
    assert frames[0].raw.hex(" ") == "81 85 37 fa 21 3d 7f 9f 4d 51 58"  # RFC 6455, 5.7
    assert frames[1].raw.hex(" ") == "81 05 48 65 6c 6c 6f" and not frames[1].masked
    assert (frames[2].message, frames[2].fragment, frames[2].fin) == (2, 1, False)
    assert (frames[5].message, frames[5].fragment, frames[5].fin) == (2, 2, True)
    assert frames[3].message is None
    assert (frames[7].close_code, frames[7].close_reason) == (1000, "bye")
    assert not any(item.problems for item in items)


def test_times_are_those_of_the_last_byte() -> None:
    chunks = [
        Chunk(0.1, "up", REQUEST[:50]),
        Chunk(0.4, "up", REQUEST[50:]),
        Chunk(0.5, "down", RESPONSE),
    ]
    items = dissect(CapturedConnection(7, 0.0, 1.0, "client", chunks))
    assert [item.t for item in items] == [0.4, 0.5]
    assert {item.connection for item in items} == {7}


def test_items_stand_in_the_order_of_their_last_bytes() -> None:
    frame = up(Opcode.TEXT, b"late")[1]
    recorded = connection(
        ("up", REQUEST), ("down", RESPONSE),
        ("up", frame[:3]), down(Opcode.TEXT, b"early"), ("up", frame[3:]),
    )  # fmt: skip
    assert [i.data for i in dissect(recorded) if isinstance(i, FrameItem)] == [b"early", b"late"]


def test_keep_alive_pairs_requests_with_answers() -> None:
    items = dissect(polling(3))
    assert [item.kind for item in items] == ["request", "response", "body"] * 3
    assert [i.data for i in items if isinstance(i, BodyItem)] == [
        b'{"price": 100}', b'{"price": 101}', b'{"price": 102}',
    ]  # fmt: skip


def test_pipelined_requests_and_an_upgrade_after_a_plain_request() -> None:
    recorded = connection(
        ("up", b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n" + REQUEST + up(Opcode.TEXT, b"x")[1]),
        ("down", b"HTTP/1.1 204 No Content\r\n\r\n" + RESPONSE + down(Opcode.TEXT, b"y")[1]),
    )
    kinds = [item.kind for item in dissect(recorded)]
    assert kinds == ["request", "request", "frame", "response", "response", "frame"]
    assert_nothing_lost(recorded)


def test_a_refused_upgrade_stays_http() -> None:
    refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"
    again = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    items = dissect(connection(("up", REQUEST), ("down", refusal), ("up", again)))
    assert [item.kind for item in items] == ["request", "response", "body", "request"]


def test_interim_answers_do_not_end_the_exchange() -> None:
    recorded = connection(
        ("up", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi" + REQUEST),
        ("down", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        ("down", RESPONSE),
        up(Opcode.TEXT, b"x"),
    )
    kinds = [item.kind for item in dissect(recorded)]
    assert kinds == ["request", "body", "request", "response", "response", "response", "frame"]


def test_other_protocols_are_named_not_parsed() -> None:
    cases = {
        b"\x16\x03\x01\x02\x00\x01": "TLS",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n": "HTTP/2",
        b"SSH-2.0-OpenSSH_9\r\n": "first line",
        b"\x00\x01\x02": "first line",
        b"GET / HTTP/1.1\r\nHost: h\r\n": "not complete",
    }
    for data, reason in cases.items():
        (item,) = dissect(connection(("up", data)))
        assert isinstance(item, UnparsedItem) and reason in item.reason, data
        assert item.raw == data


def test_a_switch_to_something_else_and_a_tunnel_are_unparsed() -> None:
    h2c = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    items = dissect(connection(("up", REQUEST), ("down", h2c + b"\x00\x00"), ("up", b"\x01")))
    assert reasons(items) == ["from here on it is h2c"] * 2
    connect = b"CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n"
    items = dissect(connection(("up", connect), ("down", b"HTTP/1.1 200 OK\r\n\r\nxyz")))
    assert reasons(items) == ["from here on it is a tunnel"]


def test_an_answer_without_a_request() -> None:
    timeout = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"
    items = dissect(connection(("down", timeout), ("down", timeout)))
    assert [item.kind for item in items] == ["response", "response"]


def test_nothing_recorded_gives_no_items() -> None:
    assert dissect(connection()) == []


def test_agrees_with_the_parser_of_the_course() -> None:
    recorded = chat()
    for way, masked in (("up", True), ("down", False)):
        frames = [i for i in dissect(recorded) if isinstance(i, FrameItem) and i.direction == way]
        wire = b"".join(frame.raw for frame in frames)
        parsed = FrameParser(expect_masked=masked).feed(wire)
        mine = [(f.opcode, f.payload, f.fin, f.mask, f.wire_length) for f in frames]
        assert mine == [(p.opcode, p.payload, p.fin, p.mask, p.wire_length) for p in parsed]


def test_secrets_are_found_in_heads_and_in_what_is_left_of_heads() -> None:
    head = b"GET /?token=abc HTTP/1.1\r\nHost: h\r\nCookie: top=secret\r\nX: y\r\n"
    for way in ((head + b"\r\n",), (head,), (head[:40], head[40:48], head[48:])):
        items = dissect(connection(*(("up", part) for part in way)))
        shown = b"".join(item.shown_raw() for item in items)
        assert len(shown) == sum(map(len, way))
        assert b"secret" not in shown and b"abc" not in shown and b"X: y" in shown


DAMAGE = ["truncate", "corrupt", "insert", "drop", "turn", "repeat"]
CONVERSATIONS = [
    chat(), polling(2), streaming(), captured(chat()).connections[0], http2(), http2(upgraded=True),
    socketio_polling(), socketio_socket(), socketio_socket(deflate=True),
    events(b"data: 1\n\nda", b"ta: 2\r\n\r\n", b":\n\ndata: 3"),
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CONVERSATIONS), st.lists(st.integers(0, 5000), max_size=40))
def test_any_cut_gives_the_same_items(recorded: CapturedConnection, cuts: list[int]) -> None:
    other = recut(recorded, cuts)
    assert_nothing_lost(other)

    def content(c: CapturedConnection) -> list[tuple[str, str, bytes]]:
        return sorted((i.direction, i.kind, i.raw) for i in dissect(c))

    assert content(other) == content(recorded)


def damaged(recorded: CapturedConnection, data: st.DataObject) -> CapturedConnection:
    """The same with some of its chunks cut, changed, lost, repeated, or gone the other way."""
    chunks = [[c.direction, bytearray(c.data)] for c in recorded.chunks]
    for _ in range(data.draw(st.integers(1, 4))):
        chunk = chunks[data.draw(st.integers(0, len(chunks) - 1))]
        body = chunk[1]
        assert isinstance(body, bytearray)
        place = data.draw(st.integers(0, len(body)))
        match data.draw(st.sampled_from(DAMAGE)):
            case "truncate":
                del body[place:]
            case "corrupt":
                body[place : place + 1] = data.draw(st.binary(min_size=1, max_size=1))
            case "insert":
                body[place:place] = data.draw(st.binary(max_size=20))
            case "drop":
                body.clear()
            case "turn":
                chunk[0] = "down" if chunk[0] == "up" else "up"
            case "repeat":
                chunks.append([chunk[0], bytearray(body)])
    return connection(*((str(way), bytes(body)) for way, body in chunks))


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(CONVERSATIONS), st.data())
def test_cut_joined_truncated_or_corrupted_it_never_raises_and_loses_nothing(
    recorded: CapturedConnection, data: st.DataObject
) -> None:
    assert_nothing_lost(damaged(recorded, data))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CONVERSATIONS), st.data())
def test_what_is_damaged_can_be_shown(
    recorded: CapturedConnection, data: st.DataObject
) -> None:
    broken = damaged(recorded, data)
    show.table(broken)
    show.conversation(broken)
    for item in dissect(broken):
        fields = show.bytes(item).fields
        covered = {place for field in fields for place in range(field.start, field.end)}
        assert covered == set(range(item.size)), item


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["up", "down"]), st.binary(max_size=60)), max_size=8))
def test_noise_never_raises_and_loses_nothing(parts: list[tuple[str, bytes]]) -> None:
    assert_nothing_lost(connection(*parts))
    assert_nothing_lost(connection(("up", REQUEST), ("down", RESPONSE), *parts))


def test_frames_of_leaves_out_the_handshake_and_may_keep_one_direction() -> None:
    frames = frames_of(chat())
    assert [f.opcode_name for f in frames][:3] == ["text", "text", "text"]
    assert frames == [item for item in dissect(chat()) if item.kind == "frame"]
    assert frames_of(chat(), "up") == [f for f in frames if f.direction == "up"]
    assert len(frames_of(chat(), "up")) + len(frames_of(chat(), "down")) == len(frames) > 8
