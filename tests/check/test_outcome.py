"""How a judgement reads."""

from __future__ import annotations

from wslab.check.outcome import UNTRIED, Outcome, State


def test_it_reads_as_one_or_two_lines() -> None:
    assert str(Outcome(State.UNTRIED, UNTRIED)) == f"○ {UNTRIED}"
    assert str(Outcome(State.RIGHT, "It is so.")) == "✓ Right. It is so."
    wrong = Outcome(State.WRONG, "byte 0 is 0x01.", "RFC 6455, 5.2")
    assert str(wrong) == "✗ Not yet: byte 0 is 0x01.\n  The rule: RFC 6455, 5.2"
