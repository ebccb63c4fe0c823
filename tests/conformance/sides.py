"""The two runs: wslab as a server under wstest's client, and as a client of wstest's server."""

from __future__ import annotations

import ast
import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.conformance.client import AGENT, run_all_cases
from tests.conformance.program import SECONDS, running
from tests.conformance.report import Result, read

WSTEST = Path(__file__).with_name("loopback.py")
RUN_SECONDS = 1200.0  # for all the cases of one side: they take 20 s, with compression minutes


def as_server(interpreter: Path, cases: Sequence[str], folder: Path) -> list[Result]:
    """`python -m wslab echo`, at a free port, with its own limits. Reports go into `folder`."""
    _make_empty(folder)
    echo = (sys.executable, "-m", "wslab", "echo", "--port", "0")
    with running(echo, folder / "echo.log") as server:
        url = server.wait_for(r"^echo server: (ws://\S+)$")
        return of_server(interpreter, url, cases, folder)


def of_server(
    interpreter: Path, url: str, cases: Sequence[str], folder: Path, agent: str = AGENT
) -> list[Result]:
    """The results of a server that echoes at `url`."""
    spec = _spec(folder, cases, servers=[{"agent": agent, "url": url}])
    log = folder / "wstest.log"
    with running((interpreter, WSTEST, "-m", "fuzzingclient", "-s", spec), log) as wstest:
        wstest.wait(RUN_SECONDS)
    return read(folder, agent, _cases_in(log))


def as_client(interpreter: Path, cases: Sequence[str], folder: Path) -> list[Result]:
    """The client of client.py. Reports go into `folder`."""
    _make_empty(folder)
    spec = _spec(folder, cases, url="ws://127.0.0.1:9001")  # loopback.py takes a free port instead
    log = folder / "wstest.log"
    command = (interpreter, WSTEST, "-m", "fuzzingserver", "-s", spec, "-u", "0")
    with running(command, log) as wstest:
        port = wstest.wait_for(r"^listening on port (\d+)$")
        run_all_cases(f"ws://127.0.0.1:{port}", RUN_SECONDS)
        wstest.wait_for(r"^(Report generation complete)", SECONDS)
    return read(folder, AGENT, _cases_in(log))


def _make_empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _spec(folder: Path, cases: Sequence[str], **more: object) -> Path:
    spec = {"outdir": str(folder), "cases": list(cases), "exclude-cases": [], **more}
    path = folder / "spec.json"
    path.write_text(json.dumps({**spec, "exclude-agent-cases": {}}), "utf-8")
    return path


def _cases_in(log: Path) -> list[str]:
    """The cases that wstest made of the patterns; it names them before it begins."""
    match = re.search(r"^Cases = (\[.*\])$", log.read_text("utf-8"), re.MULTILINE)
    return [] if match is None else list(ast.literal_eval(match[1]))
