"""Finds a Python 2.7 and installs Autobahn|Testsuite for it, once, into build/conformance.

Autobahn|Testsuite runs on Python 2.7 alone. The last virtualenv that can make an environment for
it is 20.21, so that one gets an environment of its own first.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conformance.program import ROOT

FOLDER = ROOT / "build" / "conformance"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
VARIABLE = "WSLAB_PYTHON2"
SAY_WHO = "import sys; print(sys.executable if sys.version_info[:2] == (2, 7) else '')"


class SetupFailed(Exception):
    """Autobahn|Testsuite can't be installed; the message says which step failed, and how."""


def find_python2() -> str | None:
    """The path of a Python 2.7 that runs, None if there is none.

    WSLAB_PYTHON2 names one; else those on the PATH and pyenv's are tried. Raises SetupFailed when
    the one that was named is none.
    """
    if named := os.environ.get(VARIABLE):
        found = _python2(named)
        if found is None:
            raise SetupFailed(f"{VARIABLE} is {named!r}, which is no Python 2.7 that runs")
        return found
    return next((found for name in _candidates() if (found := _python2(name))), None)


def _candidates() -> Iterator[str]:
    yield from ("python2.7", "python2")
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from (str(path) for path in sorted(versions.glob("2.7.*/bin/python2.7")))


def _python2(name: str) -> str | None:
    try:
        asked = subprocess.run([name, "-c", SAY_WHO], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() or None if asked.returncode == 0 else None


def install(python2: str, folder: Path = FOLDER) -> Path:
    """The interpreter that has Autobahn|Testsuite; installed now unless it is there already."""
    interpreter, stamp = folder / "py2" / "bin" / "python", folder / "installed"
    wanted = f"{python2}\n{REQUIREMENTS.read_text('utf-8')}"
    if stamp.is_file() and stamp.read_text("utf-8") == wanted and interpreter.exists():
        return interpreter
    print(f"==> Installing Autobahn|Testsuite for {python2} (half a minute the first time)")
    tool = folder / "virtualenv"
    pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    _run("making an environment for virtualenv", sys.executable, "-m", "venv", "--clear", tool)
    _run("installing virtualenv", tool / "bin" / "python", *pip, "virtualenv<20.22")
    _run(
        "making an environment for Python 2.7",
        *(tool / "bin" / "python", "-m", "virtualenv", "--quiet", "--clear"),
        *("--python", python2, folder / "py2"),
    )
    _run(
        "installing Autobahn|Testsuite",
        *(interpreter, *pip, "--no-python-version-warning", "-r", REQUIREMENTS),
    )
    stamp.write_text(wanted, "utf-8")
    return interpreter


def _run(step: str, *command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise SetupFailed(f"{step} failed:\n{last}")
