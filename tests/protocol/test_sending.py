from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.feeding import KEY, connection, payloads, roles
from wslab.protocol.connection import Connection
from wslab.protocol.errors import (
    ControlTooLong,
    InvalidCloseCode,
    InvalidFrame,
    InvalidState,
    LocalError,
    ReasonTooLong,
)
from wslab.protocol.events import BinaryMessage, TextMessage
from wslab.protocol.frames import Frame, FrameParser, Opcode
from wslab.protocol.sending import Role
from wslab.protocol.states import State

TEXT, BINARY, CONTINUATION = Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION


def server() -> Connection:
    return connection(Role.SERVER)


def client() -> Connection:
    return connection(Role.CLIENT)


def frames(data: bytes, masked: bool = False) -> list[Frame]:
    return FrameParser(expect_masked=masked).feed(data)


def other(role: Role) -> Role:
    return Role.CLIENT if role is Role.SERVER else Role.SERVER


def test_the_examples_of_the_rfc() -> None:
    assert server().send_text("Hello").hex() == "810548656c6c6f"
    assert client().send_text("Hello").hex() == "818537fa213d7f9f4d5158"
    assert server().send_fragments("Hello", 3).hex() == "010348656c80026c6f"
    assert server().ping(b"Hello").hex() == "890548656c6c6f"
    assert client().pong(b"Hello").hex() == "8a8537fa213d7f9f4d5158"
    assert server().send_bytes(bytes(256)).hex().startswith("827e0100")
    assert server().send_bytes(bytes(65536)).hex().startswith("827f0000000000010000")


@given(roles, st.text(st.characters(codec="utf-8")) | payloads, st.integers(1, 200))
def test_what_is_sent_is_received(role: Role, data: str | bytes, size: int) -> None:
    sender, receiver = connection(role), connection(other(role))
    expected = TextMessage(data) if isinstance(data, str) else BinaryMessage(data)
    send = sender.send_text if isinstance(data, str) else sender.send_bytes
    assert receiver.receive(send(data)) == [expected]  # type: ignore[arg-type]
    size = max(size, len(data) // 100)
    assert receiver.receive(sender.send_fragments(data, size)) == [expected]
    assert receiver.receive_eof() == []


def test_a_client_masks_each_frame_afresh() -> None:
    keys = iter([b"1111", b"2222", b"3333", b"4444", b"5555"])
    sender = Connection(Role.CLIENT, mask_source=lambda: next(keys))
    data = sender.send_fragments("abc", 1) + sender.ping() + sender.send_close()
    assert [f.mask for f in frames(data, masked=True)] == [
        b"1111",
        b"2222",
        b"3333",
        b"4444",
        b"5555",
    ]


def test_a_client_needs_masks_and_of_four_bytes() -> None:
    with pytest.raises(LocalError, match="mask_source"):
        Connection(Role.CLIENT)
    with pytest.raises(LocalError, match="3 bytes"):
        Connection(Role.CLIENT, mask_source=lambda: b"abc").send_text("a")


def test_a_server_never_masks() -> None:
    def unused() -> bytes:
        raise AssertionError

    assert Connection(Role.SERVER, mask_source=unused).send_text("a") == b"\x81\x01a"


def test_lone_surrogates_are_replaced() -> None:
    assert frames(server().send_text("a\ud800"))[0].payload.decode() == "a\ufffd"


@pytest.mark.parametrize(
    ("payload", "size", "lengths"),
    [(b"", 3, [0]), (b"abc", 3, [3]), (b"abcd", 3, [3, 1]), (b"abcdef", 3, [3, 3])],
)
def test_fragments(payload: bytes, size: int, lengths: list[int]) -> None:
    sent = frames(server().send_fragments(payload, size))
    assert [len(f.payload) for f in sent] == lengths
    assert [f.opcode for f in sent] == [BINARY, *[CONTINUATION] * (len(lengths) - 1)]
    assert [f.fin for f in sent] == [*[False] * (len(lengths) - 1), True]


@pytest.mark.parametrize("size", [0, -1])
def test_fragments_have_a_size(size: int) -> None:
    with pytest.raises(InvalidFrame, match=str(size)):
        server().send_fragments(b"abc", size)


@pytest.mark.parametrize("data", [bytearray(b"ab"), memoryview(b"ab"), memoryview(b"aXbX")[::2]])
def test_views_can_be_sent(data: bytearray | memoryview) -> None:
    assert server().send_bytes(data) == b"\x82\x02ab"
    assert server().send_fragments(data, 1) == b"\x02\x01a\x80\x01b"
    assert server().ping(data) == b"\x89\x02ab"


def test_the_wrong_type_is_named() -> None:
    with pytest.raises(TypeError, match="not bytes; see send_bytes"):
        server().send_text(b"a")  # type: ignore[arg-type]
    for wrong in ("a", 3, None, [1]):
        with pytest.raises(TypeError, match=type(wrong).__name__):
            server().send_bytes(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["ping", "pong"])
def test_control_frames_have_125_bytes_at_most(name: str) -> None:
    sender = server()
    assert frames(getattr(sender, name)(bytes(125)))[0].payload == bytes(125)
    with pytest.raises(ControlTooLong, match="126"):
        getattr(sender, name)(bytes(126))


# Close ---------------------------------------------------------------------------------------


def test_a_close_frame() -> None:
    sender = server()
    assert sender.send_close(1001, "bye") == b"\x88\x05\x03\xe9bye"
    assert sender.state is State.CLOSING
    assert sender.close_sent == (1001, "bye")
    assert not sender.finished
    assert server().send_close() == b"\x88\x00"


def test_a_close_without_code_is_noted_as_1005() -> None:
    sender = server()
    sender.send_close()
    assert sender.close_sent == (1005, "")


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        (1005, "", InvalidCloseCode),
        (1006, "", InvalidCloseCode),
        (1015, "", InvalidCloseCode),
        (999, "", InvalidCloseCode),
        (2000, "", InvalidCloseCode),
        (5000, "", InvalidCloseCode),
        (1000, "x" * 124, ReasonTooLong),
        (None, "x", LocalError),
    ],
)
def test_a_close_that_may_not_be_sent_changes_nothing(
    code: int | None, reason: str, error: type[LocalError]
) -> None:
    sender = server()
    with pytest.raises(error):
        sender.send_close(code, reason)
    assert (sender.state, sender.close_sent) == (State.OPEN, None)
    assert sender.send_text("still open") == b"\x81\x0astill open"


def test_after_a_close_no_message_and_no_second_close() -> None:
    sender = server()
    sender.send_close(1000)
    assert not sender.can_send
    for send in (
        lambda: sender.send_text("a"),
        lambda: sender.send_bytes(b"a"),
        lambda: sender.send_fragments(b"a", 1),
        lambda: sender.send_frame(Frame(TEXT, b"a")),
        lambda: sender.send_frame(Frame(Opcode.CLOSE, b"")),
        lambda: sender.send_close(1000),
    ):
        with pytest.raises(InvalidState, match="CLOSING"):
            send()
    # 5.5.1 rules out data frames; a ping that crossed our Close still wants its pong.
    assert sender.pong(b"a") == b"\x8a\x01a"
    assert sender.ping(b"a") == b"\x89\x01a"
    assert sender.send_frame(Frame(Opcode.PONG, b"a")) == b"\x8a\x01a"


@pytest.mark.parametrize("how", ["close", "fault", "eof"])
def test_when_it_is_finished_nothing_can_be_sent(how: str) -> None:
    sender = server()
    if how == "eof":
        sender.receive_eof()
    else:
        sender.receive(client().send_close() if how == "close" else b"\xff")
    for send in (
        lambda: sender.send_text("a"),
        lambda: sender.ping(),
        lambda: sender.pong(),
        lambda: sender.send_frame(Frame(Opcode.PING, b"")),
        lambda: sender.send_close(),
    ):
        with pytest.raises(InvalidState, match="CLOS"):
            send()


# Frames by hand ------------------------------------------------------------------------------


def test_a_fragmented_message_by_hand_with_a_ping_between() -> None:
    sender, receiver = server(), client()
    data = sender.send_frame(Frame(TEXT, b"\xe2", fin=False))
    assert not sender.can_send
    data += sender.ping()
    data += sender.send_frame(Frame(CONTINUATION, b"\x82\xac"))
    assert sender.can_send
    assert receiver.receive(data)[-1] == TextMessage("€")


def test_messages_must_wait_for_the_end_of_a_fragmented_one() -> None:
    sender = server()
    sender.send_frame(Frame(BINARY, b"", fin=False))
    for send in (
        lambda: sender.send_text("a"),
        lambda: sender.send_bytes(b"a"),
        lambda: sender.send_fragments(b"a", 1),
        lambda: sender.send_frame(Frame(TEXT, b"a")),
    ):
        with pytest.raises(InvalidState, match="unfinished"):
            send()
    assert sender.send_frame(Frame(CONTINUATION, b"a")) == b"\x80\x01a"
    assert sender.send_text("a") == b"\x81\x01a"


def test_a_continuation_needs_a_beginning() -> None:
    with pytest.raises(InvalidState, match="begin"):
        server().send_frame(Frame(CONTINUATION, b"a"))


@pytest.mark.parametrize(
    ("frame", "error", "words"),
    [
        (Frame(TEXT, b"", rsv1=True), InvalidFrame, "reserved bits"),
        (Frame(TEXT, b"", rsv3=True), InvalidFrame, "reserved bits"),
        (Frame(3, b""), InvalidFrame, "Opcode 3"),  # type: ignore[arg-type]
        (Frame(TEXT, b"", mask=KEY), InvalidFrame, "must not mask"),
        (Frame(Opcode.PING, b"", fin=False), InvalidFrame, "fragmented"),
        (Frame(Opcode.PING, bytes(126)), ControlTooLong, "125"),
        (Frame(Opcode.CLOSE, b"\x03"), InvalidCloseCode, "one byte"),
        (Frame(Opcode.CLOSE, b"\x03\xed"), InvalidCloseCode, "1005"),
        (Frame(Opcode.CLOSE, b"\x03\xe8\xff"), InvalidCloseCode, "UTF-8"),
        (Frame(TEXT, b"ok\xff"), InvalidFrame, "not UTF-8 at byte 2"),
    ],
)
def test_frames_that_break_a_rule_are_refused(
    frame: Frame, error: type[LocalError], words: str
) -> None:
    sender = server()
    with pytest.raises(error, match=words):
        sender.send_frame(frame)
    assert sender.send_text("a") == b"\x81\x01a"


def test_a_bad_fragment_does_not_spoil_the_message() -> None:
    sender = server()
    sender.send_frame(Frame(TEXT, b"a\xe2", fin=False))
    with pytest.raises(InvalidFrame, match="byte 1"):
        sender.send_frame(Frame(CONTINUATION, b"A"))
    data = sender.send_frame(Frame(CONTINUATION, b"\x82\xac"))
    assert data == b"\x80\x02\x82\xac"


def test_a_clients_frame_gets_a_mask_or_keeps_its_own() -> None:
    sender = client()
    assert frames(sender.send_frame(Frame(TEXT, b"a")), True)[0].mask == KEY
    assert frames(sender.send_frame(Frame(TEXT, b"a", mask=b"abcd")), True)[0].mask == b"abcd"
    with pytest.raises(InvalidFrame, match="4 bytes"):
        sender.send_frame(Frame(TEXT, b"a", mask=b"abc"))


def test_a_close_by_hand_closes() -> None:
    sender = server()
    assert sender.send_frame(Frame(Opcode.CLOSE, b"\x03\xe8ok")) == b"\x88\x04\x03\xe8ok"
    assert (sender.state, sender.close_sent) == (State.CLOSING, (1000, "ok"))
