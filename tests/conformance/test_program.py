"""tests.conformance.program: waiting for lines and for the end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conformance.program import ProgramFailed, running

SPEAK_AND_STAY = (
    "print('noise'); print('port 17 é'); import sys; sys.stdin; import time; time.sleep(60)"
)


def test_a_line_is_waited_for_and_the_program_is_ended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running((sys.executable, "-X", "utf8", "-c", SPEAK_AND_STAY), log) as program:
        assert program.wait_for(r"^port (\d+)") == "17"
    assert program.process.poll() is not None
    assert log.read_text("utf-8") == "noise\nport 17 é\n"


def test_a_program_that_ends_without_the_line(tmp_path: Path) -> None:
    with (
        running((sys.executable, "-c", "print('no')"), tmp_path / "log") as program,
        pytest.raises(ProgramFailed, match=r"ended before '\(yes\)' came; see .*log"),
    ):
        program.wait_for("(yes)")


def test_a_program_that_says_nothing(tmp_path: Path) -> None:
    with (
        running((sys.executable, "-c", SPEAK_AND_STAY), tmp_path / "log") as program,
        pytest.raises(ProgramFailed, match=r"did not come in 0\.01 s of silence"),
    ):
        program.wait_for("(never)", 0.01)


def test_the_end_is_waited_for(tmp_path: Path) -> None:
    with running((sys.executable, "-c", "print(1)"), tmp_path / "log") as program:
        program.wait(30)
    with (
        running((sys.executable, "-c", "raise SystemExit(3)"), tmp_path / "log") as program,
        pytest.raises(ProgramFailed, match="exit code 3"),
    ):
        program.wait(30)
    with (
        running((sys.executable, "-c", SPEAK_AND_STAY), tmp_path / "log") as program,
        pytest.raises(ProgramFailed, match=r"not done in 0\.01 s"),
    ):
        program.wait(0.01)
