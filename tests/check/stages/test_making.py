"""What the two kinds of probes expect."""

from __future__ import annotations

from tests.check.stages.support import asked, saying
from wslab.check.stages.making import Several, coming_back, failing
from wslab.check.stages.probe import LAST, LAST_BACK


def test_what_comes_back_ends_with_the_last_message() -> None:
    probe = coming_back("a", "rule", "5.2", b"x", messages=[(1, b"Hi")], pongs=[b"?"])
    assert probe.expected == b"\x8a\x01?\x81\x02Hi" + LAST_BACK
    assert [step.pieces for step in probe.steps] == [(b"x", LAST)]
    assert not probe.ends


def test_what_fails_ends_with_the_first_code() -> None:
    probe = failing("a", "rule", "5.2", b"x", codes=(1009, 1002))
    assert probe.expected == b"\x88\x02\x03\xf1"
    assert probe.ends
    assert failing("a", "rule", "5.2", b"x", last=b"").steps[0].pieces == (b"x",)


def test_several_stop_at_the_first_that_finds_something() -> None:
    one, other = (failing(name, f"rule {name}", "5.2", b"x") for name in ("one", "other"))
    several = Several("both", (one, other))
    assert (several.rule, several.section) == ("rule one", "5.2")
    assert not asked(several, saying(b"\x88\x02\x03\xea", ends=True)).why
    why = asked(several, saying(b"\x88\x02\x03\xe8", ends=True)).why
    assert why == "one: closed with 1000; 1002 was expected."
