from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.feeding import chunks
from wslab.protocol.errors import ProtocolError
from wslab.protocol.events import BinaryMessage, TextMessage
from wslab.protocol.frames import Frame, Opcode, PartialFrame
from wslab.protocol.messages import Assembler, Limits, Utf8Check, fragments_for

TEXT, BINARY, CONTINUATION = Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION


def fault(assembler: Assembler, frame: Frame) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        assembler.add(frame)
    return caught.value


# UTF-8 ---------------------------------------------------------------------------------------


@given(st.text(max_size=40), st.lists(st.integers(0, 80), max_size=8))
def test_good_text_passes_wherever_it_is_cut(text: str, cuts: list[int]) -> None:
    check = Utf8Check()
    for piece in chunks(text.encode(), cuts):
        check.feed(piece)
    check.feed(b"", final=True)


@given(st.binary(max_size=20), st.lists(st.integers(0, 20), max_size=8))
def test_bad_text_fails_at_the_same_byte_wherever_it_is_cut(data: bytes, cuts: list[int]) -> None:
    try:
        data.decode()
        expected = None
    except UnicodeDecodeError as error:
        expected = f"1007: text is not UTF-8 at byte {error.start}"
    check = Utf8Check()
    found = None
    try:
        for piece in chunks(data, cuts):
            check.feed(piece)
        check.feed(b"", final=True)
    except ProtocolError as error:
        found = str(error)
    assert found == expected


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        # Autobahn 6.4: Greek text, then U+110000 in four bytes
        (b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4", b"\x90"),
        (b"", b"\x80"),
        (b"", b"\xc0"),
        (b"", b"\xff"),
        (b"\xed", b"\xa0"),  # a surrogate
        (b"\xe0", b"\x80"),  # overlong
        (b"\xf0", b"\x80"),
        (b"\xe2\x82", b"A"),
    ],
)
def test_bad_text_fails_with_the_byte_that_makes_it_bad(good: bytes, bad: bytes) -> None:
    check = Utf8Check()
    for place in range(len(good)):
        check.feed(good[place : place + 1])
    with pytest.raises(ProtocolError):
        check.feed(bad)


def test_text_that_ends_inside_a_character_fails_at_the_end() -> None:
    check = Utf8Check()
    check.feed(b"ab\xe2\x82")
    with pytest.raises(ProtocolError, match="byte 2"):
        check.feed(b"", final=True)


# Fragments -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "opcode", "message"),
    [
        ([b"Hello"], TEXT, TextMessage("Hello")),
        ([b""], TEXT, TextMessage("")),
        ([b""], BINARY, BinaryMessage(b"")),
        ([b"Hel", b"lo"], TEXT, TextMessage("Hello")),
        ([b"", b"", b""], TEXT, TextMessage("")),
        ([b"\xe2", b"\x82", b"", b"\xac"], TEXT, TextMessage("€")),
        ([b"\xff", b"\xfe"], BINARY, BinaryMessage(b"\xff\xfe")),
    ],
)
def test_fragments_are_joined(
    pieces: list[bytes], opcode: Opcode, message: TextMessage | BinaryMessage
) -> None:
    assembler = Assembler(Limits())
    for _ in range(2):  # a second message is not touched by the first
        for index, piece in enumerate(pieces):
            last = index == len(pieces) - 1
            frame = Frame(opcode if index == 0 else CONTINUATION, piece, last)
            assert assembler.add(frame) == (message if last else None)
            assert assembler.busy is not last


def test_a_continuation_needs_something_to_continue() -> None:
    assembler = Assembler(Limits())
    assert fault(assembler, Frame(CONTINUATION, b"")).code == 1002
    assembler = Assembler(Limits())
    assembler.add(Frame(TEXT, b""))
    assert fault(assembler, Frame(CONTINUATION, b"")).code == 1002


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_a_new_message_must_wait_for_the_last_ones_end(opcode: Opcode) -> None:
    assembler = Assembler(Limits())
    assembler.add(Frame(TEXT, b"", False))
    error = fault(assembler, Frame(opcode, b""))
    assert error.code == 1002
    assert opcode.name in error.reason


# Limits --------------------------------------------------------------------------------------


def test_a_message_may_be_as_long_as_the_limit() -> None:
    assembler = Assembler(Limits(max_message=10))
    assembler.add(Frame(BINARY, b"12345", False))
    assert assembler.room == 5
    assert assembler.add(Frame(CONTINUATION, b"67890")) == BinaryMessage(b"1234567890")
    assert assembler.add(Frame(BINARY, b"1234567890")) == BinaryMessage(b"1234567890")
    error = fault(assembler, Frame(BINARY, b"12345678901"))
    assert (error.code, "10 bytes" in error.reason) == (1009, True)


def test_a_message_that_will_be_too_long_fails_with_its_header() -> None:
    assembler = Assembler(Limits(max_message=10))
    assembler.add(Frame(BINARY, b"123456", False))
    with pytest.raises(ProtocolError) as caught:
        assembler.begin(Frame(CONTINUATION, b""), 5)
    assert caught.value.code == 1009


def test_fragments_are_counted_even_empty_ones() -> None:
    assembler = Assembler(Limits(max_fragments=3))
    assembler.add(Frame(TEXT, b"", False))
    assembler.add(Frame(CONTINUATION, b"", False))
    assembler.add(Frame(CONTINUATION, b"", True))
    assembler.add(Frame(TEXT, b"", False))
    assembler.add(Frame(CONTINUATION, b"", False))
    assembler.add(Frame(CONTINUATION, b"", False))
    error = fault(assembler, Frame(CONTINUATION, b""))
    assert error.code == 1008
    assert "3 fragments" in error.reason


@pytest.mark.parametrize(
    ("size", "fragments"),
    [(0, 65_536), (1_048_576, 65_536), (1_048_592, 65_537), (16_777_216, 1_048_576)],
)
def test_a_larger_message_may_have_more_fragments(size: int, fragments: int) -> None:
    assert fragments_for(size) == fragments


def test_without_limits_there_are_none() -> None:
    assembler = Assembler(Limits(None, None, None))
    assembler.add(Frame(BINARY, b"", False))
    for _ in range(100):
        assert assembler.add(Frame(CONTINUATION, bytes(100_000), False)) is None
    message = assembler.add(Frame(CONTINUATION, b""))
    assert isinstance(message, BinaryMessage)
    assert len(message.data) == 10_000_000
    assert assembler.room > 2**60


# Incomplete frames ---------------------------------------------------------------------------


def partial(opcode: Opcode, payload: bytes, length: int) -> PartialFrame:
    return PartialFrame(Frame(opcode, b""), length, bytearray(payload))


def test_a_text_is_judged_before_its_frame_is_complete() -> None:
    assembler = Assembler(Limits())
    assembler.preview(partial(TEXT, b"ok \xe2", 10))
    assembler.preview(partial(TEXT, b"ok \xe2\x82", 10))
    with pytest.raises(ProtocolError, match="1007: text is not UTF-8 at byte 3"):
        assembler.preview(partial(TEXT, b"ok \xe2\x82A", 10))


def test_what_was_previewed_is_not_checked_twice() -> None:
    assembler = Assembler(Limits())
    assembler.preview(partial(TEXT, b"\xe2", 3))
    assembler.preview(partial(TEXT, b"\xe2\x82", 3))
    assert assembler.add(Frame(TEXT, b"\xe2\x82\xac")) == TextMessage("€")


def test_binary_data_is_not_judged() -> None:
    assembler = Assembler(Limits())
    assembler.preview(partial(BINARY, b"\xff", 2))
    assert assembler.add(Frame(BINARY, b"\xff\xff")) == BinaryMessage(b"\xff\xff")


@pytest.mark.parametrize(
    ("opcode", "length", "code"), [(CONTINUATION, 1, 1002), (BINARY, 11, 1009)]
)
def test_an_incomplete_frame_can_fail_by_its_header(opcode: Opcode, length: int, code: int) -> None:
    with pytest.raises(ProtocolError) as caught:
        Assembler(Limits(max_message=10)).preview(partial(opcode, b"", length))
    assert caught.value.code == code


# Not kept ------------------------------------------------------------------------------------


def test_without_keeping_only_messages_of_one_frame_come_out() -> None:
    assembler = Assembler(Limits(max_message=4, max_fragments=1), keep=False)
    assert assembler.add(Frame(TEXT, b"whole")) == TextMessage("whole")
    assert assembler.add(Frame(TEXT, b"in ", False)) is None
    assert assembler.add(Frame(CONTINUATION, b"two")) is None
    assert assembler.add(Frame(BINARY, b"x")) == BinaryMessage(b"x")


def test_without_keeping_the_rules_are_the_same() -> None:
    assembler = Assembler(Limits(), keep=False)
    assembler.add(Frame(TEXT, b"\xe2", False))
    assert fault(assembler, Frame(CONTINUATION, b"A")).code == 1007
    assert fault(Assembler(Limits(), keep=False), Frame(CONTINUATION, b"")).code == 1002
