"""wslab.net.dissect.frames: whole frames, and every rule that one can break."""

from __future__ import annotations

import pytest

from tests.show.recorded import REQUEST, RESPONSE, connection, down, up
from wslab.net.dissect import FrameItem, Item, UnparsedItem, dissect, read_frame
from wslab.protocol.frames import Opcode


def after_upgrade(*parts: tuple[str, bytes]) -> list[Item]:
    return dissect(connection(("up", REQUEST), ("down", RESPONSE), *parts))[2:]


def problems(*parts: tuple[str, bytes]) -> list[str]:
    return [problem for item in after_upgrade(*parts) for problem in item.problems]


@pytest.mark.parametrize(
    ("wire", "rule"),
    [
        ("83 00", "opcode 0x3 is reserved"),
        ("c1 00", "reserved bit"),
        ("91 00", "reserved bit"),
        ("09 00", "must not be fragmented"),
        ("89 7e 00 7e" + " 00" * 126, "at most 125"),
        ("82 7e 00 05 01 02 03 04 05", "shorter field"),
        ("82 7f 00 00 00 00 00 00 00 01 09", "shorter field"),
        ("81 80 00 00 00 00", "a server must not"),
        ("80 00", "without a message"),
        ("81 01 ff", "not valid UTF-8"),
        ("88 01 03", "one byte"),
        ("88 02 03 ed", "1005 must not be sent"),
        ("88 03 03 e8 ff", "reason is not valid UTF-8"),
    ],
)
def test_a_broken_rule_is_named_on_the_frame(wire: str, rule: str) -> None:
    (item,) = after_upgrade(("down", bytes.fromhex(wire)))
    assert isinstance(item, FrameItem)
    assert len(item.problems) == 1 and rule in item.problems[0], item.problems
    assert "RFC 6455" in item.problems[0]


def test_an_unmasked_frame_from_the_client() -> None:
    assert "a client must" in problems(("up", b"\x81\x01x"))[0]


def test_rules_over_several_frames() -> None:
    text = down(Opcode.TEXT, b"a", fin=False)
    assert "before the last one ended" in problems(text, down(Opcode.BINARY))[0]
    assert "after the close frame" in problems(down(Opcode.CLOSE), down(Opcode.TEXT))[0]
    half = "é".encode()[:1]
    good = problems(down(Opcode.TEXT, half, fin=False), down(Opcode.CONTINUATION, "é".encode()[1:]))
    assert good == []
    bad = problems(down(Opcode.TEXT, half, fin=False), down(Opcode.CONTINUATION, b"x"))
    assert "not valid UTF-8" in bad[0]


def test_fragments_know_their_message_and_its_opcode() -> None:
    items = after_upgrade(
        up(Opcode.BINARY, b"1", fin=False),
        up(Opcode.PING),
        up(Opcode.CONTINUATION, b"2", fin=False),
        up(Opcode.CONTINUATION, b"3"),
        up(Opcode.TEXT, b"next"),
    )
    frames = [item for item in items if isinstance(item, FrameItem)]
    assert [(f.message, f.fragment, f.message_opcode) for f in frames] == [
        (1, 1, 2), (None, 1, None), (1, 2, 2), (1, 3, 2), (2, 1, 1),
    ]  # fmt: skip


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536])
def test_all_length_encodings(length: int) -> None:
    payload = bytes(i & 255 for i in range(length))
    for part in (up(Opcode.BINARY, payload), down(Opcode.BINARY, payload)):
        (item,) = after_upgrade(part)
        assert isinstance(item, FrameItem)
        assert (item.payload, item.raw) == (payload, part[1])
        assert item.wire_length == item.header_length + length
        assert not item.problems


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        ("81", "header is not complete: 1 of at least 2"),
        ("81 85 37", "header of a text frame is not complete: 3 of 6"),
        ("82 05 01", "a binary frame is not complete: 1 of 5"),
        ("82 7f 80 00 00 00 00 00 00 00", "64-bit length"),
    ],
)
def test_what_is_no_whole_frame_says_why(wire: str, reason: str) -> None:
    (item,) = after_upgrade(("down", bytes.fromhex(wire)))
    assert isinstance(item, UnparsedItem) and reason in item.reason


def test_read_frame_takes_one_frame_and_knows_its_way_by_the_mask() -> None:
    assert read_frame(up(Opcode.TEXT, b"hi")[1]).direction == "up"
    assert read_frame(down(Opcode.TEXT, b"hi")[1] + b"rest").size == 4
    assert read_frame(b"\x81\x00", "up").problems
    for bad in (b"", b"\x81", b"\x81\x05abc"):
        with pytest.raises(ValueError, match="no whole frame"):
            read_frame(bad)
