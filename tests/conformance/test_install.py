"""tests.conformance.install: which Python 2.7 is taken, and what is said when there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.conformance import __main__ as command
from tests.conformance.install import REQUIREMENTS, SetupFailed, find_python2, install

# Stands for a Python: it answers what find_python2 asks.
PRETENDER = "#!/bin/sh\necho {answer}\nexit {code}\n"


def pretend(path: Path, answer: str, code: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PRETENDER.format(answer=answer, code=code), "utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Python but those that a test makes up."""
    monkeypatch.delenv("WSLAB_PYTHON2", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert find_python2() is None


def test_one_on_the_path_is_found(bare: Path) -> None:
    pretend(bare / "bin" / "python2", "/some/python2")
    assert find_python2() == "/some/python2"


def test_a_command_that_exists_and_fails_is_passed_over(bare: Path) -> None:
    """pyenv's shims are there for every version that it has, and fail unless it is chosen."""
    pretend(bare / "bin" / "python2.7", "", code=127)
    pretend(bare / "bin" / "python2", "''")  # a Python, but not 2.7
    assert find_python2() is None
    pretend(bare / "pyenv" / "versions" / "2.7.18" / "bin" / "python2.7", "/pyenv/python2.7")
    assert find_python2() == "/pyenv/python2.7"


def test_the_named_one_is_taken_or_nothing(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(bare / "bin" / "python2.7", "/on/the/path")
    monkeypatch.setenv("WSLAB_PYTHON2", str(pretend(bare / "mine", "/named/python")))
    assert find_python2() == "/named/python"
    monkeypatch.setenv("WSLAB_PYTHON2", sys.executable)
    with pytest.raises(SetupFailed, match=r"no Python 2\.7 that runs"):
        find_python2()


def test_what_is_installed_is_not_installed_again(bare: Path) -> None:
    interpreter = pretend(bare / "py2" / "bin" / "python", "")
    stamp = f"/some/python2\n{REQUIREMENTS.read_text('utf-8')}"
    (bare / "installed").write_text(stamp, "utf-8")
    assert install("/some/python2", bare) == interpreter


def test_without_a_python2_it_says_that_it_was_skipped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tests.conformance"])
    assert command.main() == 0
    assert "skipped: it needs a Python 2.7, and none was found" in capsys.readouterr().out


def test_a_step_that_fails_is_named(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tests.conformance"])
    monkeypatch.setenv("WSLAB_PYTHON2", str(bare / "none"))
    assert command.main() == 1
    assert "WSLAB_PYTHON2" in capsys.readouterr().out
