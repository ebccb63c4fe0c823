"""The probes' verdicts and Autobahn|Testsuite's agree, server by server, but where it is said."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.check.stages.autobahn import ALL, CASES, RECORDED, measured
from tests.check.stages.test_verdicts import wslab_server
from tests.conformance.install import FOLDER, SetupFailed, find_python2
from tests.peers.process import SERVERS, running
from wslab.check.stages import STAGES
from wslab.check.stages.faults import LIMIT
from wslab.check.stages.verdicts import Failed, failed_by, recorded

__all__ = ["wslab_server"]

WORDS: dict[str, dict[str, str]] = json.loads(RECORDED.read_text("utf-8"))

# Autobahn takes any good code for an answer to a good code: the RFC says "typically echos".
STRICTER = {
    (10, "a code of your own"),
    (11, "code 1003"),
    (11, "code 1011"),
    (11, "code 3000"),
    (11, "code 4999"),
}


def disagreements(name: str, failed: Failed) -> set[tuple[int, str]]:
    """The probes whose verdict on a server is another than that of Autobahn's case."""
    return {
        (stage, probe)
        for (stage, probe), case in CASES.items()
        if (probe in failed.get(stage, {})) != (WORDS[name][case] == "FAILED")
    }


def test_each_case_is_about_a_probe_that_is_there_and_was_asked() -> None:
    probes = {(stage.number, probe.name) for stage in STAGES for probe in stage.probes}
    assert set(CASES) <= probes
    assert set(WORDS) == set(ALL)
    assert all(set(words) == set(CASES.values()) for words in WORDS.values())


async def test_both_find_nothing_in_wslab(wslab_server: Any) -> None:
    assert disagreements("wslab", await failed_by(wslab_server)) == set()
    assert "FAILED" not in WORDS["wslab"].values()


async def test_both_find_the_one_fault_of_websockets() -> None:
    with running([*SERVERS["websockets"], str(LIMIT)]) as program:
        line = program.line()
        assert line is not None
        failed = await failed_by(SimpleNamespace(port=line[1]))
    assert disagreements("websockets", failed) == set()
    assert [case for case, word in WORDS["websockets"].items() if word == "FAILED"] == ["7.1.5"]
    assert list(failed[10]) == ["in the middle of a message"]


def test_both_say_the_same_of_node_s_servers_but_for_the_codes_of_answers() -> None:
    assert disagreements("npm ws", recorded()["npm ws"][1]) == set()
    assert disagreements("npm websocket", recorded()["npm websocket"][1]) == STRICTER


def installed() -> Path | None:
    """The interpreter with Autobahn|Testsuite, where `make conformance` has installed it."""
    with contextlib.suppress(SetupFailed):
        if find_python2() and (FOLDER / "installed").is_file():
            return FOLDER / "py2" / "bin" / "python"
    return None


def failures(words: dict[str, dict[str, str]]) -> dict[str, set[str]]:
    """NON-STRICT is a matter of time: how soon a fault was noticed."""
    return {
        name: {case for case, word in found.items() if word == "FAILED"}
        for name, found in words.items()
    }


def test_autobahn_says_today_what_was_recorded(tmp_path: Path) -> None:
    interpreter = installed()
    if interpreter is None:
        pytest.skip("Autobahn|Testsuite is not installed: make conformance does that")
    names = ("wslab", "websockets")
    assert failures(measured(interpreter, names, tmp_path)) == failures(
        {name: WORDS[name] for name in names}
    )
