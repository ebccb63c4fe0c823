"""A folder: each notebook has its row, none disturbs another, and none reaches the network."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.check.grading.handed_in import CHECK, OUTSIDE, solutions, write
from wslab.__main__ import main
from wslab.check.grading.folder import CantGrade, grade, judge, notebooks

NETWORK = f"""
from wslab import check

def accept(key):
    import socket
    try:
        socket.create_connection(("{OUTSIDE}", 80), timeout=1)
    except OSError as error:
        raise ValueError(error.strerror)
"""


def isolated() -> bool:
    """Whether this system lets a process cut itself off; CI's does."""
    import subprocess
    import sys

    code = "from wslab.check.grading.isolation import cut_off_network as cut; cut()"
    return subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0


def test_a_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "ada" / "02.ipynb", *solutions(2))
    write(tmp_path / "bob" / "02.ipynb", NETWORK, CHECK)
    (tmp_path / "eve.ipynb").write_text("<html>")
    write(tmp_path / ".ipynb_checkpoints" / "02.ipynb", CHECK)
    options = [] if isolated() else ["--network"]
    assert main(["grade", str(tmp_path), *options]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "1 of 3: ada/02.ipynb: 3 of 3"
    with (tmp_path / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["notebook"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["ada/02.ipynb", "bob/02.ipynb", "eve.ipynb"]
    assert rows["ada/02.ipynb"]["passed"] == "3"
    why = "timed out" if options else "Network is unreachable"
    assert why in rows["bob/02.ipynb"]["first failure"]
    assert rows["eve.ipynb"]["first failure"].startswith("this is no notebook")
    assert "ada/02.ipynb" in (tmp_path / "grades.html").read_text("utf-8")


def test_a_notebook_that_never_ends_is_ended(tmp_path: Path) -> None:
    cell = "import time\ntime.sleep(60)"
    row = judge(write(tmp_path / "a.ipynb", cell, CHECK), "a.ipynb", seconds=4, network=True)
    assert row.problem == "it did not end within 4 s"


def test_what_can_t_be_graded_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CantGrade, match="there is no notebook"):
        list(grade(tmp_path))
    with pytest.raises(CantGrade, match="is no folder"):
        notebooks(tmp_path / "nowhere")
    assert main(["grade", str(tmp_path / "nowhere")]) == 1
    assert "is no folder" in capsys.readouterr().err


def test_without_isolation_nothing_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.ipynb", "open('ran', 'w')", CHECK)
    bare = tmp_path / "sitecustomize.py"
    bare.write_text(
        "from wslab.check.grading import isolation\n"
        "def refuse():\n"
        "    raise isolation.CantIsolate('this system does not let a process do so')\n"
        "isolation.cut_off_network = refuse\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(CantGrade, match=r"does not let a process do so.*--network"):
        list(grade(tmp_path))
