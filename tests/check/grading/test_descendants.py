"""What a notebook started is ended with it, in a session of its own too; nothing else is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.check.grading.handed_in import CHECK, write
from wslab.check.grading.folder import judge

LEAVES = """
import subprocess, sys
from wslab import check
start = "subprocess.Popen(['sleep', '333'], stdout=subprocess.DEVNULL, start_new_session=True).pid"
middle = f"import subprocess; print({start})"
first = eval(start)
second = int(subprocess.run([sys.executable, "-c", middle], stdout=subprocess.PIPE).stdout)
open(FILE, "w").write(f"[{first}, {second}]")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux gives a process its orphans")
def test_no_process_is_left(tmp_path: Path) -> None:
    file = tmp_path / "pids.json"
    other = subprocess.Popen(["sleep", "333"])
    try:
        cell = LEAVES.replace("FILE", repr(str(file)))
        path = write(tmp_path / "a.ipynb", cell, "def accept(key): return key", CHECK)
        row = judge(path, "a.ipynb", network=True)
        assert not row.problem
        pids = json.loads(file.read_text())
        assert len(pids) == 2 and not any(psutil.pid_exists(pid) for pid in pids)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
