from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.feeding import (
    KEY,
    bytewise,
    chunks,
    conversations,
    cut_lists,
    mask_for,
    roles,
    wire,
)
from wslab.protocol.errors import ProtocolError
from wslab.protocol.frames import Frame, FrameParser, Opcode, PartialFrame, encode_frame
from wslab.protocol.sending import Role

TEXT, BINARY, CONTINUATION = Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION

# RFC 6455 5.7, all of its examples.
K256, K64 = bytes(range(256)), bytes(range(256)) * 256
RFC = {
    "unmasked text": ("810548656c6c6f", [Frame(TEXT, b"Hello")]),
    "masked text": ("818537fa213d7f9f4d5158", [Frame(TEXT, b"Hello", mask=KEY)]),
    "fragmented text": (
        "010348656c80026c6f",
        [Frame(TEXT, b"Hel", False), Frame(CONTINUATION, b"lo")],
    ),
    "ping": ("890548656c6c6f", [Frame(Opcode.PING, b"Hello")]),
    "masked pong": ("8a8537fa213d7f9f4d5158", [Frame(Opcode.PONG, b"Hello", mask=KEY)]),
    "256 bytes": ("827e0100" + K256.hex(), [Frame(BINARY, K256)]),
    "64 KiB": ("827f0000000000010000" + K64.hex(), [Frame(BINARY, K64)]),
}


@pytest.mark.parametrize(("data", "frames"), RFC.values(), ids=list(RFC))
def test_the_examples_of_the_rfc_are_written(data: str, frames: list[Frame]) -> None:
    assert b"".join(encode_frame(frame) for frame in frames).hex() == data


@pytest.mark.parametrize(("data", "frames"), RFC.values(), ids=list(RFC))
@pytest.mark.parametrize("cut", ["whole", "byte by byte"])
def test_the_examples_of_the_rfc_are_read(data: str, frames: list[Frame], cut: str) -> None:
    raw = bytes.fromhex(data)
    parser = FrameParser(expect_masked=frames[0].mask is not None)
    pieces = [raw] if cut == "whole" else bytewise(raw)
    assert [frame for piece in pieces for frame in parser.feed(piece)] == frames


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65535, 65536, 70000])
@pytest.mark.parametrize("mask", [None, KEY])
def test_every_length_has_its_shortest_header(length: int, mask: bytes | None) -> None:
    frame = Frame(BINARY, bytes(length), mask=mask)
    data = encode_frame(frame)
    extended = 0 if length < 126 else 2 if length < 65536 else 8
    assert frame.header_length == 2 + extended + (4 if mask else 0)
    assert frame.wire_length == len(data)
    assert FrameParser(expect_masked=None).feed(data) == [frame]


@pytest.mark.parametrize("bits", [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1)])
def test_reserved_bits_are_written_and_read(bits: tuple[int, int, int]) -> None:
    frame = Frame(TEXT, b"x", True, *(bool(bit) for bit in bits))
    data = encode_frame(frame)
    assert data[0] == 0x81 | bits[0] << 6 | bits[1] << 5 | bits[2] << 4
    assert FrameParser(expect_masked=False, rsv=0x70).feed(data) == [frame]


@given(roles, conversations(), cut_lists)
def test_any_split_gives_the_same_frames(role: Role, frames: list[Frame], cuts: list[int]) -> None:
    mask = mask_for(role)
    data = wire(frames, mask)
    for pieces in ([data], [*list(bytewise(data[:5000])), data[5000:]], chunks(data, cuts)):
        parser = FrameParser(expect_masked=mask is not None)
        found = [frame for piece in pieces for frame in parser.feed(piece)]
        assert found == parsed_as(frames, mask)
        assert all(type(frame.payload) is bytes for frame in found)
        assert parser.partial is None
        assert parser.waiting == 0


def parsed_as(frames: list[Frame], mask: bytes | None) -> list[Frame]:
    return [Frame(frame.opcode, frame.payload, frame.fin, mask=mask) for frame in frames]


@given(conversations(), st.integers(0, 500))
def test_wire_lengths_and_what_waits_add_up(frames: list[Frame], end: int) -> None:
    data = wire(frames, KEY)[:end]
    parser = FrameParser(expect_masked=None)
    found = parser.feed(data)
    assert sum(frame.wire_length for frame in found) + parser.waiting == len(data)


# Faults --------------------------------------------------------------------------------------

FAULTS = {
    # bytes up to and with the one that shows the fault, code, words
    "RSV1": ("c1", 1002, "RSV1"),
    "RSV2 and RSV3": ("b1", 1002, "RSV2, RSV3"),
    "reserved data opcode": ("83", 1002, "opcode 0x3"),
    "reserved control opcode": ("8f", 1002, "opcode 0xF"),
    "fragmented ping": ("09", 1002, "fragmented PING"),
    "fragmented close": ("08", 1002, "fragmented CLOSE"),
    "not masked": ("8105", 1002, "not masked"),
    "control frame of 126 bytes": ("89fe", 1002, "PING frame over 125"),
    "control frame with 64 bits": ("88ff", 1002, "CLOSE frame over 125"),
    "125 bytes in 16 bits": ("82fe007d", 1002, "125 not in its shortest"),
    "65535 bytes in 64 bits": ("82ff000000000000ffff", 1002, "65535 not in its shortest"),
    "highest bit": ("82ff8000000000000000", 1002, "highest bit"),
    "too big": ("82fe03e9", 1009, "1001 bytes, over the limit of 1000"),
}
BEFORE = encode_frame(Frame(TEXT, b"before", mask=KEY))


@pytest.mark.parametrize(("data", "code", "words"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_shows_with_its_byte_and_not_before(data: str, code: int, words: str) -> None:
    raw = bytes.fromhex(data)
    parser = FrameParser(expect_masked=True, max_payload=1000)
    for piece in bytewise(raw[:-1]):
        assert parser.feed(piece) == []
    with pytest.raises(ProtocolError, match=words) as caught:
        parser.feed(raw[-1:])
    assert caught.value.code == code


@pytest.mark.parametrize(("data", "code", "words"), FAULTS.values(), ids=list(FAULTS))
def test_frames_before_a_fault_are_not_lost(data: str, code: int, words: str) -> None:
    parser = FrameParser(expect_masked=True, max_payload=1000)
    with pytest.raises(ProtocolError, match=words) as caught:
        parser.feed(BEFORE * 2 + bytes.fromhex(data) + b"whatever follows")
    assert caught.value.frames == [Frame(TEXT, b"before", mask=KEY)] * 2
    for _ in range(2):
        with pytest.raises(ProtocolError, match=words) as again:
            parser.feed(BEFORE)
        assert (again.value.code, again.value.frames) == (code, [])


def test_a_server_must_not_mask() -> None:
    with pytest.raises(ProtocolError, match="frame masked; a server must not"):
        FrameParser(expect_masked=False).feed(bytes.fromhex("8185"))


def test_a_capture_may_hold_both() -> None:
    parser = FrameParser(expect_masked=None)
    assert [f.mask for f in parser.feed(bytes.fromhex(RFC["masked text"][0] + "8100"))] == [
        KEY,
        None,
    ]


def test_claimed_bits_pass_and_the_others_do_not() -> None:
    parser = FrameParser(expect_masked=False, rsv=0x40)
    assert parser.feed(b"\xc1\x00")[0].rsv1
    with pytest.raises(ProtocolError, match="RSV2 set"):
        parser.feed(b"\xe1\x00")


def test_the_limit_itself_is_allowed_and_none_is_no_limit() -> None:
    data = encode_frame(Frame(BINARY, bytes(70000)))
    assert FrameParser(expect_masked=False, max_payload=70000).feed(data)
    assert FrameParser(expect_masked=False).feed(data)
    with pytest.raises(ProtocolError) as caught:
        FrameParser(expect_masked=False, max_payload=69999).feed(data)
    assert caught.value.code == 1009


def test_an_incomplete_payload_can_be_seen_unmasked() -> None:
    parser = FrameParser(expect_masked=True)
    data = bytes.fromhex(RFC["masked text"][0])
    parser.feed(data[:5])
    assert parser.partial is None
    parser.feed(data[5:6])
    header = Frame(TEXT, b"", mask=KEY)
    assert parser.partial == PartialFrame(header, 5, bytearray())
    for end in range(7, 11):
        parser.feed(data[end - 1 : end])
        assert parser.partial == PartialFrame(header, 5, bytearray(b"Hello"[: end - 6]))
    assert parser.feed(data[10:]) == [Frame(TEXT, b"Hello", mask=KEY)]
    assert parser.partial is None


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_views_are_copied(kind: type[bytearray] | type[memoryview]) -> None:
    buffer = bytearray(bytes.fromhex(RFC["unmasked text"][0]))
    parser = FrameParser(expect_masked=False)
    (frame,) = parser.feed(kind(buffer))
    buffer[:] = bytes(len(buffer))
    assert frame.payload == b"Hello"
    assert type(frame.payload) is bytes


@given(st.lists(st.binary(max_size=30), max_size=10), st.sampled_from([True, False, None]))
def test_any_bytes_give_frames_or_a_protocol_error(
    pieces: list[bytes], masked: bool | None
) -> None:
    parser = FrameParser(expect_masked=masked, max_payload=1000)
    whole = FrameParser(expect_masked=masked, max_payload=1000)

    def run(parser: FrameParser, pieces: list[bytes]) -> tuple[list[Frame], str]:
        frames: list[Frame] = []
        try:
            for piece in pieces:
                frames += parser.feed(piece)
        except ProtocolError as error:
            return frames + error.frames, str(error)
        return frames, ""

    assert run(parser, pieces) == run(whole, [b"".join(pieces)])
