"""The stages of messages: known mistakes have words of their own."""

from __future__ import annotations

import pytest

from tests.check.stages.support import asked, saying
from wslab.check.stages.data import FRAGMENTS, LENGTHS, TEXT_IN, TEXT_OUT
from wslab.check.stages.probe import LAST_BACK, Probe
from wslab.protocol.masking import apply_mask

MASK = bytes([1, 2, 3, 4])
MASKED = apply_mask(b"Hello", MASK)


@pytest.mark.parametrize(
    ("probe", "answer", "words"),
    [
        (TEXT_IN[0], MASKED, "the mask still on"),
        (TEXT_IN[0], MASK + MASKED, "the masking key was taken for a part"),
        (TEXT_IN[0], b"\x81\x85" + MASK + MASKED, "as it was, header, key and all"),
        (TEXT_IN[0], b"", "the mask bit is no part of the length"),
        (TEXT_IN[0], b"Help!", "other bytes did"),
        (TEXT_IN[3], b"one", "only the first text came back"),
        (TEXT_IN[3], b"\x81\x03one", "only the first text came back"),
        (TEXT_IN[0], bytes(byte ^ 1 for byte in b"Hello"), "the first byte of the key"),
        (TEXT_IN[0], b"\x88\x02\x03\xef", "1007 came"),
        (TEXT_IN[2], b"Hel", "a piece of the frame was taken for all"),
        (TEXT_OUT[0], b"Hello.", "without a header"),
        (TEXT_OUT[0], b"\x01\x05Hello" + LAST_BACK, "without FIN"),
        (TEXT_OUT[0], b"\x82\x05Hello" + LAST_BACK, "as binary"),
        (TEXT_OUT[0], b"\x81\x85" + MASK + MASKED + LAST_BACK, "a server sends none"),
        (TEXT_OUT[1], b"\x81\x05" + "Grüße".encode() + LAST_BACK, "counts letters"),
        (TEXT_OUT[3], b"\x81\x03\x00\xff\x80" + LAST_BACK, "came back as text"),
        (LENGTHS[0], b"\x81\x7e\x00\x7d" + b"x" * 125, "126 is the first"),
        (LENGTHS[1], b"\x81\x010" + LAST_BACK, "01 00 was read as 1"),
        (LENGTHS[1], b"\x81\x7e\x00\x010" + b"x" * 255, "256 was sent in the wrong order"),
        (LENGTHS[2], b"\x81\x7e\x7e\x00", "126 was sent in the wrong order"),
        (LENGTHS[3], b"\x81\x7f" + (65_535).to_bytes(8, "big"), "it still fits into 16"),
        (LENGTHS[4], b"\x81\x7e\x00\x00", "where it becomes 0"),
        (LENGTHS[4], b"\x81\x00", "were all 8 bytes of the length read?"),
        (FRAGMENTS[0], b"\x81\x05Hello\x81\x06Hello.", "has the parts of this one"),
        (FRAGMENTS[2], b"\x88\x02\x03\xea", "may begin with a fragment that is empty"),
        (FRAGMENTS[7], b"\x88\x02\x03\xea", "what another connection had left unfinished"),
        (FRAGMENTS[0], b"\x81\x03Hel\x81\x02lo" + LAST_BACK, "each fragment was delivered"),
        (FRAGMENTS[0], b"\x81\x02lo" + LAST_BACK, "only the last fragment"),
        (FRAGMENTS[0], b"\x80\x05Hello" + LAST_BACK, "as a continuation"),
        (FRAGMENTS[4], b"\x81\x02lo" + LAST_BACK, "sent the message back"),
    ],
)
def test_a_mistake_is_named(probe: Probe, answer: bytes, words: str) -> None:
    finding = asked(probe, saying(answer), 0.6)
    assert words in finding.why
    assert finding.lines[0].startswith("sent ")
    assert finding.lines[1].startswith("received ")


@pytest.mark.parametrize("place", range(5))
def test_nothing_at_all_is_named(place: int) -> None:
    assert asked(LENGTHS[place], saying(b""), 0.1).why
