"""The stages of what a server must not take: known mistakes have words of their own."""

from __future__ import annotations

import pytest

from tests.check.stages.support import asked, saying
from wslab.check.stages.faults import MASKED, RESERVED, SIZES
from wslab.check.stages.making import Several
from wslab.check.stages.probe import LAST_BACK, Probe

HELLO = b"\x81\x05Hello"
OPCODE_3 = RESERVED[4]


@pytest.mark.parametrize(
    ("probe", "answer", "words"),
    [
        (MASKED[0], HELLO + LAST_BACK, "although it had no mask"),
        (MASKED[2], b"\x8a\x01?" + LAST_BACK, "sent a pong"),
        (RESERVED[0], HELLO + LAST_BACK, "although RSV1 was 1"),
        (RESERVED[2], HELLO + LAST_BACK, "although RSV3 was 1"),
        (OPCODE_3, b"\x83\x05Hello" + LAST_BACK, "came back with opcode 0x3"),
        (OPCODE_3, LAST_BACK, "the message after it came back"),
        (SIZES[0], b"\x8a\x7e\x00\x7e" + bytes(126) + LAST_BACK, "sent a pong"),
        (SIZES[1], HELLO + LAST_BACK, "its length was in a long form"),
        (SIZES[4], b"", "stays open"),
        (SIZES[6], b"", "before the last fragment"),
        (MASKED[0], b"\x88\x02\xea\x03", "expected: its two bytes are in the wrong order."),
        (MASKED[0], b"\x88\x00", "closed without a code; 1002 was expected"),
        (SIZES[5], b"\x81\x7f" + (120_000).to_bytes(8, "big"), "at most 100,000 bytes"),
    ],
)
def test_a_mistake_is_named(probe: Probe, answer: bytes, words: str) -> None:
    assert words in asked(probe, saying(answer), 0.6).why


def test_every_bit_and_all_reserved_opcodes_are_tried() -> None:
    names = [probe.name for probe in RESERVED]
    assert names[:4] == ["RSV1", "RSV2", "RSV3", "RSV1 of a ping"]
    assert names[4:8] == ["opcode 0x3", "opcode 0x7", "opcode 0xb", "opcode 0xf"]
    opcodes = {
        each.name
        for probe in RESERVED
        for each in (probe.probes if isinstance(probe, Several) else (probe,))
        if each.name.startswith("opcode")
    }
    assert opcodes == {f"opcode {number:#x}" for number in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)}


def test_a_limit_has_its_own_code() -> None:
    assert "closed with 1002" in asked(SIZES[4], saying(b"\x88\x02\x03\xea", ends=True)).why
    assert not asked(SIZES[4], saying(b"\x88\x02\x03\xf1", ends=True)).why
