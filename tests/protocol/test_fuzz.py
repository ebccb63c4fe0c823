"""tests.protocol.fuzz: some of its inputs at each run, and it finds what it is there to find."""

from __future__ import annotations

import random

import pytest

from tests.protocol import fuzz
from wslab.protocol.deflate import Deflate
from wslab.protocol.frames import Frame

FIRST = random.randrange(10**9)  # other inputs at each run; a failure names the seed


def test_nothing_is_found_in_other_inputs_at_each_run() -> None:
    tried, found = fuzz.run(4000, 20, FIRST, say=False)
    assert found is None, f"python -m tests.protocol.fuzz --seed {found} --inputs 1"
    assert tried > 0


def test_an_error_of_another_kind_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: Deflate, frame: Frame, room: int) -> Frame:
        raise KeyError("planted")

    monkeypatch.setattr(Deflate, "decode", broken)
    tried, found = fuzz.run(500, 20, 0, say=False)
    assert found == tried - 1
    said = capsys.readouterr().err
    assert f"seed {found}: KeyError" in said
    assert len(bytes.fromhex(said.split("bytes ")[1])) > 0


def test_a_limit_that_does_not_hold_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Deflate.decode
    monkeypatch.setattr(Deflate, "decode", lambda self, frame, room: real(self, frame, 10**6))
    assert fuzz.run(2000, 20, 0, say=False)[1] is not None


def test_each_job_has_other_inputs() -> None:
    assert fuzz.shares(1001, 20, 5, 2) == [(501, 20, 5, True), (500, 20, 506, False)]
