from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.protocol.feeding import (
    KEY,
    bytewise,
    chunks,
    connection,
    conversations,
    cut_lists,
    mask_for,
    outcome,
    roles,
    wire,
)
from wslab.protocol.connection import Connection
from wslab.protocol.events import (
    BinaryMessage,
    CloseReceived,
    Event,
    Failed,
    FrameReceived,
    PingReceived,
    PongReceived,
    TextMessage,
)
from wslab.protocol.frames import Frame, FrameParser, Opcode, encode_frame
from wslab.protocol.messages import Limits
from wslab.protocol.sending import Role
from wslab.protocol.states import State

TEXT, BINARY, CONTINUATION = Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION
PING, PONG, CLOSE = Opcode.PING, Opcode.PONG, Opcode.CLOSE


def server(**options: object) -> Connection:
    return connection(Role.SERVER, **options)


def client(**options: object) -> Connection:
    return connection(Role.CLIENT, **options)


def masked(*frames: Frame) -> bytes:
    return wire(frames, KEY)


def close_sent(output: bytes, role: Role) -> tuple[int, bytes]:
    """Code and reason of the one Close frame in this output."""
    frames = FrameParser(expect_masked=role is Role.CLIENT).feed(output)
    (close,) = [frame for frame in frames if frame.opcode is CLOSE]
    assert frames[-1] is close
    return int.from_bytes(close.payload[:2], "big"), close.payload[2:]


# Splits --------------------------------------------------------------------------------------


def expected_events(frames: list[Frame]) -> list[Event]:
    """By the book: what a valid conversation says."""
    events: list[Event] = []
    payload, opcode = b"", TEXT
    for frame in frames:
        if frame.opcode is PING:
            events.append(PingReceived(frame.payload))
        elif frame.opcode is PONG:
            events.append(PongReceived(frame.payload))
        elif frame.opcode is CLOSE:
            code = int.from_bytes(frame.payload[:2], "big") if frame.payload else 1005
            return [*events, CloseReceived(code, frame.payload[2:].decode())]
        else:
            if frame.opcode is not CONTINUATION:
                payload, opcode = b"", frame.opcode
            payload += frame.payload
            if frame.fin:
                text = opcode is TEXT
                events.append(TextMessage(payload.decode()) if text else BinaryMessage(payload))
    return events


@given(roles, conversations(), cut_lists)
def test_any_split_gives_the_same_events(role: Role, frames: list[Frame], cuts: list[int]) -> None:
    data = wire(frames, mask_for(role))

    def make() -> Connection:
        return connection(role)

    whole = outcome(make, [data])
    assert whole[0] == expected_events(frames)
    assert outcome(make, chunks(data, cuts)) == whole
    if len(data) < 5000:
        assert outcome(make, bytewise(data)) == whole


@given(roles, conversations(), st.randoms(use_true_random=False), cut_lists, st.booleans())
@settings(max_examples=300)
def test_a_mutated_conversation_never_raises_and_any_split_gives_the_same(
    role: Role, frames: list[Frame], chance: random.Random, cuts: list[int], assemble: bool
) -> None:
    data = bytearray(wire(frames, mask_for(role))[:3000])
    for _ in range(chance.randint(1, 4)):
        place = chance.randint(0, len(data))
        match chance.randint(0, 3):
            case 0 if data:
                data[place % len(data)] ^= 1 << chance.randint(0, 7)
            case 1:
                del data[place : place + chance.randint(1, 5)]
            case 2:
                data[place:place] = chance.randbytes(chance.randint(1, 5))
            case _ if data:
                data[place % len(data)] = chance.randint(0, 255)
    limits = Limits(max_frame=1000, max_message=1500, max_fragments=3)

    def make() -> Connection:
        return connection(role, limits=limits, assemble=assemble)

    whole = outcome(make, [bytes(data)])
    assert outcome(make, bytewise(bytes(data))) == whole
    assert outcome(make, chunks(bytes(data), cuts)) == whole
    events = whole[0]
    assert not any(isinstance(e, Failed | CloseReceived) for e in events[:-1])
    if events and isinstance(events[-1], Failed):
        assert events[-1].code in (1002, 1007, 1008, 1009)
        assert close_sent(whole[1], role) == (events[-1].code, events[-1].reason.encode())


@given(roles, st.lists(st.binary(max_size=50), max_size=6))
def test_noise_never_raises(role: Role, pieces: list[bytes]) -> None:
    noisy = connection(role)
    for piece in pieces:
        noisy.receive(piece)
    noisy.take_output()
    noisy.receive_eof()
    assert noisy.state is State.CLOSED


# Messages and control frames -----------------------------------------------------------------


def test_the_examples_of_the_rfc() -> None:
    assert server().receive(bytes.fromhex("818537fa213d7f9f4d5158")) == [TextMessage("Hello")]
    assert client().receive(bytes.fromhex("810548656c6c6f")) == [TextMessage("Hello")]
    assert client().receive(bytes.fromhex("010348656c80026c6f")) == [TextMessage("Hello")]
    pinged = client()
    assert pinged.receive(bytes.fromhex("890548656c6c6f")) == [PingReceived(b"Hello")]
    assert pinged.take_output().hex() == "8a8537fa213d7f9f4d5158"
    assert server().receive(bytes.fromhex("8a8537fa213d7f9f4d5158")) == [PongReceived(b"Hello")]


def test_empty_messages_and_fragments() -> None:
    assert server().receive(masked(Frame(TEXT, b""), Frame(BINARY, b""))) == [
        TextMessage(""),
        BinaryMessage(b""),
    ]
    fragments = [Frame(TEXT, b"", False), Frame(CONTINUATION, b"", False), Frame(CONTINUATION, b"")]
    assert server().receive(masked(*fragments)) == [TextMessage("")]


def test_control_frames_between_fragments_are_answered_at_once() -> None:
    it = server()
    data = masked(
        Frame(TEXT, b"a", False), Frame(PING, b"1"), Frame(PONG, b"2"), Frame(CONTINUATION, b"b")
    )
    assert it.receive(data) == [PingReceived(b"1"), PongReceived(b"2"), TextMessage("ab")]
    assert it.take_output() == b"\x8a\x011"
    assert it.take_output() == b""


def test_each_ping_has_its_pong_in_order() -> None:
    it = server()
    it.receive(masked(*(Frame(PING, bytes([i])) for i in range(10))))
    assert it.take_output() == b"".join(b"\x8a\x01" + bytes([i]) for i in range(10))


def test_the_owner_may_answer_pings() -> None:
    it = server(auto_pong=False)
    assert it.receive(masked(Frame(PING, b"x"))) == [PingReceived(b"x")]
    assert it.take_output() == b""
    assert it.pong(b"x") == b"\x8a\x01x"


def test_a_large_message_in_many_chunks() -> None:
    text = "é€😀" * 100_000
    data = masked(Frame(TEXT, text.encode()))
    it = server()
    events = [e for p in range(0, len(data), 8191) for e in it.receive(data[p : p + 8191])]
    assert events == [TextMessage(text)]


# Violations ----------------------------------------------------------------------------------

GOOD = Frame(TEXT, b"good")
VIOLATIONS = {
    "continuation first": ([Frame(CONTINUATION, b"x")], 1002),
    "continuation after a whole message": ([GOOD, Frame(CONTINUATION, b"x")], 1002),
    "text inside a fragmented message": ([Frame(TEXT, b"", False), Frame(TEXT, b"")], 1002),
    "binary inside a fragmented message": ([Frame(TEXT, b"", False), Frame(BINARY, b"")], 1002),
    "fragment inside a fragmented one": ([Frame(TEXT, b"", False), Frame(TEXT, b"", False)], 1002),
    "RSV1": ([Frame(TEXT, b"", rsv1=True)], 1002),
    "RSV2": ([Frame(PING, b"", rsv2=True)], 1002),
    "fragmented ping": ([Frame(PING, b"", False)], 1002),
    "long ping": ([Frame(PING, bytes(126))], 1002),
    "close of one byte": ([Frame(CLOSE, b"\x03")], 1002),
    "close 1005": ([Frame(CLOSE, b"\x03\xed")], 1002),
    "close 999": ([Frame(CLOSE, b"\x03\xe7")], 1002),
    "close reason not UTF-8": ([Frame(CLOSE, b"\x03\xe8\xff")], 1007),
    "text not UTF-8": ([Frame(TEXT, b"ok\xff")], 1007),
    "text cut in a character": ([Frame(TEXT, b"ok\xe2\x82")], 1007),
    "fragments not UTF-8": ([Frame(TEXT, b"\xe2", False), Frame(CONTINUATION, b"A")], 1007),
    "frame too big": ([Frame(BINARY, bytes(101))], 1009),
    "message too big": ([Frame(BINARY, bytes(80), False), Frame(CONTINUATION, bytes(80))], 1009),
    "too many fragments": (
        [Frame(BINARY, b"", False), *[Frame(CONTINUATION, b"", False)] * 4],
        1008,
    ),
}
TIGHT = Limits(max_frame=100, max_message=150, max_fragments=4)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("frames", "code"), VIOLATIONS.values(), ids=list(VIOLATIONS))
def test_a_violation_ends_the_connection_with_its_code(
    frames: list[Frame], code: int, role: Role
) -> None:
    before = [GOOD, Frame(PING, b"p"), Frame(BINARY, b"too")]
    data = wire([*before, *frames, GOOD], mask_for(role))
    for pieces in ([data], bytewise(data)):
        it = connection(role, limits=TIGHT)
        events = [event for piece in pieces for event in it.receive(piece)]
        # what was whole before it is delivered and answered
        assert events[:3] == [TextMessage("good"), PingReceived(b"p"), BinaryMessage(b"too")]
        failed = events[-1]
        assert isinstance(failed, Failed)
        assert failed.code == code
        assert len(events) == 4 + (frames[0] is GOOD)
        assert close_sent(it.take_output(), role) == (code, failed.reason.encode())
        assert it.state is State.CLOSING
        assert it.finished
        # nothing more is read, and TCP's end is not a clean one
        assert it.receive(wire([GOOD], mask_for(role))) == []
        it.receive_eof()
        assert (it.state, it.close_code, it.clean) == (State.CLOSED, 1006, False)
        assert it.close_sent == (code, failed.reason)


@pytest.mark.parametrize("role", Role)
def test_the_wrong_masking_is_1002(role: Role) -> None:
    it = connection(role)
    wrong = None if role is Role.SERVER else KEY
    (event,) = it.receive(wire([GOOD], wrong))
    assert isinstance(event, Failed)
    assert event.code == 1002
    assert "mask" in event.reason


def test_bad_text_fails_with_its_byte_not_with_its_frame() -> None:
    # Autobahn 6.4.3: a frame of 21 bytes of which the 13th makes the text bad
    payload = bytes.fromhex("cebae1bdb9cf83cebcceb5f4908080656469746564")
    data = encode_frame(Frame(TEXT, payload, mask=KEY))
    it = server()
    assert it.receive(data[: 6 + 12]) == []
    assert it.receive(data[6 + 12 : 6 + 13]) == [Failed(1007, "text is not UTF-8 at byte 11")]


def test_bad_text_fails_in_the_middle_of_a_fragment_too() -> None:
    it = client()
    assert it.receive(b"\x01\x02a\xe2" + b"\x80\x05\x82\xac") == []
    assert it.receive(b"\xff") == [Failed(1007, "text is not UTF-8 at byte 4")]


def test_a_ping_between_the_bytes_of_a_text_does_not_disturb_it() -> None:
    it = client()
    assert it.receive(b"\x01\x02a\xe2" + b"\x89\x01p" + b"\x80\x02\x82\xac") == [
        PingReceived(b"p"),
        TextMessage("a€"),
    ]


def test_a_frame_too_big_fails_before_its_payload() -> None:
    it = client(limits=Limits(max_frame=1000))
    (event,) = it.receive(b"\x82\x7e\x03\xe9")
    assert event == Failed(1009, "frame of 1001 bytes, over the limit of 1000")


def test_a_message_too_big_fails_before_its_last_payload() -> None:
    it = client(limits=Limits(max_message=1000))
    (event,) = it.receive(b"\x02\x7e\x03\xe8" + bytes(1000) + b"\x80\x01")
    assert event == Failed(1009, "message over the limit of 1000 bytes")


def test_the_limits_by_default() -> None:
    assert Limits() == Limits(1024 * 1024, 1024 * 1024, 65536)
    it = client()
    assert it.receive(b"\x82\x7f" + (2**20).to_bytes(8, "big")) == []
    (event,) = client().receive(b"\x82\x7f" + (2**20 + 1).to_bytes(8, "big"))
    assert isinstance(event, Failed)
    assert event.code == 1009


def test_a_fault_after_our_own_close_sends_no_second_one() -> None:
    it = server()
    it.send_close(1000)
    (event,) = it.receive(b"\xff")
    assert isinstance(event, Failed)
    assert it.finished
    assert it.take_output() == b""
    assert it.close_sent == (1000, "")


def test_a_long_reason_is_cut_to_fit_its_close_frame() -> None:
    from wslab.protocol.errors import ProtocolError

    class Talkative:
        name, rsv = "x-talk", 0x40

        def encode(self, frame: Frame) -> Frame:
            return frame

        def decode(self, frame: Frame, room: int) -> Frame:
            raise ProtocolError(1007, "€" * 100)

    it = client(extensions=[Talkative()])
    assert it.receive(b"\xc1\x00") == [Failed(1007, "€" * 100)]
    assert close_sent(it.take_output(), Role.CLIENT) == (1007, ("€" * 41).encode())


# The closing handshake -----------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("payload", "code", "reason", "echo"),
    [
        (b"", 1005, "", b""),
        (b"\x03\xe8", 1000, "", b"\x03\xe8"),
        (b"\x03\xe9bye", 1001, "bye", b"\x03\xe9bye"),
        (b"\x0f\xa0\xc3\xa9", 4000, "é", b"\x0f\xa0\xc3\xa9"),
        (b"\x03\xe8" + b"x" * 123, 1000, "x" * 123, b"\x03\xe8" + b"x" * 123),
    ],
)
def test_a_close_is_answered(
    role: Role, payload: bytes, code: int, reason: str, echo: bytes
) -> None:
    it = connection(role)
    assert it.receive(wire([Frame(CLOSE, payload)], mask_for(role))) == [
        CloseReceived(code, reason)
    ]
    mask = KEY if role is Role.CLIENT else None
    assert it.take_output() == encode_frame(Frame(CLOSE, echo, mask=mask))
    assert (it.state, it.finished, it.clean) == (State.CLOSING, True, True)
    assert (it.close_code, it.close_reason) == (code, reason)
    assert it.close_sent == (code, reason)
    it.receive_eof()
    assert (it.state, it.close_code, it.clean) == (State.CLOSED, code, True)


def test_our_close_and_its_answer() -> None:
    it, peer = server(), client()
    peer_events = peer.receive(it.send_close(3000, "enough"))
    assert peer_events == [CloseReceived(3000, "enough")]
    assert (it.close_code, it.finished, it.clean) == (None, False, False)
    assert it.receive(peer.take_output()) == [CloseReceived(3000, "enough")]
    assert it.take_output() == b""
    assert (it.finished, it.clean, it.close_code) == (True, True, 3000)


def test_two_closes_that_cross() -> None:
    left, right = server(), client()
    from_left, from_right = left.send_close(1000, "left"), right.send_close(1001, "right")
    assert left.receive(from_right) == [CloseReceived(1001, "right")]
    assert right.receive(from_left) == [CloseReceived(1000, "left")]
    for it in (left, right):
        assert it.take_output() == b""
        assert (it.state, it.finished, it.clean) == (State.CLOSING, True, True)
    assert (left.close_code, right.close_code) == (1001, 1000)


def test_messages_still_come_between_our_close_and_the_peers() -> None:
    it = server()
    it.send_close(1000)
    data = masked(GOOD, Frame(PING, b"p"), Frame(CLOSE, b"\x03\xe8"))
    assert it.receive(data) == [TextMessage("good"), PingReceived(b"p"), CloseReceived(1000, "")]
    # 5.5.2: a pong until the peer's Close; 5.5.1: no second Close
    assert it.take_output() == b"\x8a\x01p"


def test_after_the_peers_close_everything_is_ignored() -> None:
    it = server()
    assert len(it.receive(masked(Frame(CLOSE, b""), GOOD) + b"\xff")) == 1
    output = it.take_output()
    assert it.receive(masked(Frame(PING, b""), Frame(CLOSE, b"\x03\xe8"))) == []
    assert (output, it.take_output()) == (b"\x88\x00", b"")
    assert it.close_code == 1005


def test_a_close_may_come_inside_a_fragmented_message() -> None:
    it = server()
    assert it.receive(masked(Frame(TEXT, b"a", False), Frame(CLOSE, b"\x03\xe8"))) == [
        CloseReceived(1000, "")
    ]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("data", [b"", b"\x81", b"\x01\x00"])
def test_tcp_ends_without_a_close(role: Role, data: bytes) -> None:
    it = connection(role)
    it.receive(data)
    assert it.close_code is None
    assert it.receive_eof() == []
    assert it.receive_eof() == []
    assert (it.state, it.close_code, it.close_reason, it.clean) == (State.CLOSED, 1006, "", False)
    assert (it.finished, it.can_send) == (True, False)
    assert it.receive(wire([GOOD], mask_for(role))) == []


def test_tcp_ends_before_the_answer_to_our_close() -> None:
    it = client()
    it.send_close(1000)
    it.receive_eof()
    assert (it.close_code, it.clean, it.close_sent) == (1006, False, (1000, ""))


# One event at a time --------------------------------------------------------------------------


def test_a_message_can_be_answered_before_the_close_that_came_with_it() -> None:
    data = masked(GOOD, Frame(PING, b"p"), GOOD, Frame(CLOSE, b"\x03\xe8"))
    for pieces in ([data], bytewise(data)):
        it = server()
        written = b""
        for piece in pieces:
            for event in it.events(piece):
                written += it.take_output()
                if isinstance(event, TextMessage):
                    written += it.send_text("re: " + event.data)
        answer = b"\x81\x08re: good"
        assert written == answer + b"\x8a\x01p" + answer + b"\x88\x02\x03\xe8"


@pytest.mark.parametrize("rest", [masked(GOOD), masked(Frame(CLOSE, b"")), b"\xff"])
def test_the_owner_may_end_it_between_two_events(rest: bytes) -> None:
    it = server()
    events = it.events(masked(GOOD) + rest)
    assert next(events) == TextMessage("good")
    it.receive_eof()
    assert list(events) == []
    assert (it.state, it.take_output(), it.close_code) == (State.CLOSED, b"", 1006)


def test_a_close_that_the_owner_sends_between_two_events_is_answered_by_the_next() -> None:
    it = server()
    events = it.events(masked(GOOD, GOOD, Frame(CLOSE, b"\x03\xe8")))
    next(events)
    it.send_close(1000)
    assert list(events) == [TextMessage("good"), CloseReceived(1000, "")]
    assert (it.take_output(), it.clean) == (b"", True)


# assemble=False ------------------------------------------------------------------------------


def test_frames_are_handed_over_as_they_come() -> None:
    it = client(assemble=False, limits=Limits(max_message=3, max_fragments=1))
    first, last = Frame(TEXT, b"Hel", False), Frame(CONTINUATION, b"lo")
    assert it.receive(wire([first, Frame(PING, b"p"), last], None)) == [
        FrameReceived(first),
        PingReceived(b"p"),
        FrameReceived(last),
    ]


def test_a_message_of_one_frame_comes_after_its_frame() -> None:
    it = server(assemble=False)
    assert it.receive(masked(GOOD, Frame(BINARY, b"b"))) == [
        FrameReceived(Frame(TEXT, b"good", mask=KEY)),
        TextMessage("good"),
        FrameReceived(Frame(BINARY, b"b", mask=KEY)),
        BinaryMessage(b"b"),
    ]


def test_the_frames_limit_still_holds() -> None:
    it = client(assemble=False, limits=Limits(max_frame=3))
    (event,) = it.receive(b"\x82\x04")
    assert isinstance(event, Failed)
    assert event.code == 1009
