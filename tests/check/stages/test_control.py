"""The stages of control frames: known mistakes have words of their own."""

from __future__ import annotations

import pytest

from tests.check.stages.support import asked, saying
from wslab.check.stages.control import BETWEEN, CLOSES, CODES, PINGS
from wslab.check.stages.probe import LAST_BACK, Probe

BY_CODE = {probe.name: probe for probe in CODES}


@pytest.mark.parametrize(
    ("probe", "answer", "words"),
    [
        (PINGS[0], b"\x8a\x00" + LAST_BACK, "without the payload"),
        (PINGS[0], b"\x89\x05Hello" + LAST_BACK, "a ping came back"),
        (PINGS[0], b"\x81\x05Hello" + LAST_BACK, "taken for a message"),
        (PINGS[0], LAST_BACK, "no pong came"),
        (PINGS[0], b"\x8a\x85\x00\x00\x00\x00Hello" + LAST_BACK, "the pong has a mask"),
        (PINGS[3], b"\x8a\x05Hello" + LAST_BACK, "answered with a pong"),
        (BETWEEN[0], b"\x8a\x01?\x81\x02lo" + LAST_BACK, "forget the first fragment"),
        (BETWEEN[0], b"\x8a\x01?\x81\x06Hel?lo" + LAST_BACK, "became a part of the message"),
        (BETWEEN[0], b"\x8a\x01?\x88\x02\x03\xea", "the ping broke the message"),
        (BETWEEN[0], b"", "before the message was complete"),
        (CLOSES[0], b"", "no Close came back"),
        (CLOSES[0], b"\x88\x02\x03\xe9", "with the code 1001"),
        (CLOSES[0], b"\x88\x02\xe8\x03", "59395: its two bytes are in the wrong order."),
        (CLOSES[0], b"\x88\x00", "without the code"),
        (CLOSES[0], b"\x8a\x02\x03\xe8", "with a pong"),
        (CLOSES[0], b"\x88\x02\x03\xe8" * 2, "more than one Close"),
        (CLOSES[3], b"\x81\x05Hello\x88\x02\x03\xe8", "a message came back after the Close"),
        (BY_CODE["one byte"], b"\x88\x01\x03", "the single byte came back"),
        (BY_CODE["code 1005"], b"\x88\x02\x03\xed", "1005 came back"),
        (BY_CODE["code 1005"], b"\x88\x02\x03\xe8", "closed with 1000"),
        (BY_CODE["code 3000"], b"\x88\x02\x03\xea", "with the code 1002"),
        (BY_CODE["a reason that is no UTF-8"], b"\x88\x02\x03\xe8", "no UTF-8"),
    ],
)
def test_a_mistake_is_named(probe: Probe, answer: bytes, words: str) -> None:
    finding = asked(probe, saying(answer, ends=bool(answer[:1] == b"\x88")), 0.6)
    assert words in finding.why


def test_an_empty_close_may_be_answered_with_1000_or_with_nothing() -> None:
    for answer in (b"\x88\x00", b"\x88\x02\x03\xe8"):
        assert not asked(CLOSES[2], saying(answer, ends=True)).why


def test_who_answers_a_close_ends_the_connection() -> None:
    why = asked(CLOSES[0], saying(b"\x88\x02\x03\xe8"), 0.2).why
    assert why == "the connection stays open."
