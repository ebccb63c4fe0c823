"""A process that is cut off reaches this computer and no other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wslab.check.grading.isolation import CantIsolate, cut_off_network

OUTSIDE = "192.0.2.1"  # RFC 5737: for documentation, no computer has it

CUT_OFF = f"""
import asyncio, os, socket, tempfile
from wslab.check.grading.isolation import CantIsolate, cut_off_network
user = os.getuid()
try:
    cut_off_network()
except CantIsolate as error:
    print("can't:", error)
    raise SystemExit
assert os.getuid() == user
with tempfile.TemporaryFile() as file:
    file.write(b"mine")
listener = socket.create_server(("127.0.0.1", 0))
socket.create_connection(listener.getsockname(), timeout=2).close()
try:
    socket.create_connection(("{OUTSIDE}", 80), timeout=2)
except OSError as error:
    print(error.strerror)
"""


def test_loopback_stays_and_the_rest_is_gone() -> None:
    done = subprocess.run([sys.executable, "-c", CUT_OFF], capture_output=True, text=True)
    assert done.stderr == ""
    if done.stdout.startswith("can't:"):
        pytest.skip(done.stdout)
    assert done.stdout == "Network is unreachable\n"


def test_elsewhere_than_on_linux_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(CantIsolate, match="only Linux"):
        cut_off_network()
