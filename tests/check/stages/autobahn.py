"""Autobahn|Testsuite's verdicts on the four servers of lesson 07, for the rules that it tests, too.

    python -m tests.check.stages.autobahn        asks it again, and writes autobahn.json

It needs a Python 2.7 (see tests/conformance). Autobahn has no case for frames without a mask, since
its client has one always, none for lengths in a long form, and none for 1015.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.conformance.install import find_python2, install
from tests.conformance.sides import as_server, of_server
from tests.peers.process import SERVERS, running
from wslab.check.stages.faults import LIMIT

RECORDED = Path(__file__).with_name("autobahn.json")
ALL = ("wslab", "websockets", "npm ws", "npm websocket")

# The case for a probe of a stage: the same rule, with other bytes in places.
CASES: dict[tuple[int, str], str] = {
    (4, "a text"): "1.1.2",
    (4, "an empty text"): "1.1.1",
    (4, "bytes"): "1.2.2",
    (5, "125 bytes"): "1.1.2",
    (5, "126 bytes"): "1.1.3",
    (5, "65,535 bytes"): "1.1.6",
    (5, "65,536 bytes"): "1.1.7",
    (7, "a ping"): "2.2",
    (7, "an empty ping"): "2.1",
    (7, "125 bytes"): "2.4",
    (7, "a pong"): "2.8",
    (8, "two fragments"): "5.3",
    (8, "nothing to continue"): "5.9",
    (8, "a text in the middle"): "5.18",
    (9, "a ping between fragments"): "5.6",
    (9, "a ping in fragments"): "5.1",
    (10, "a code and a reason"): "7.3.4",
    (10, "a code of your own"): "7.7.12",
    (10, "no code"): "7.3.1",
    (10, "a text after the Close"): "7.1.4",
    (10, "in the middle of a message"): "7.1.5",
    (11, "code 1003"): "7.7.4",
    (11, "code 1011"): "7.7.9",
    (11, "code 3000"): "7.7.10",
    (11, "code 4999"): "7.7.13",
    (11, "one byte"): "7.3.2",
    (11, "code 0"): "7.9.1",
    (11, "code 999"): "7.9.2",
    (11, "code 1004"): "7.9.3",
    (11, "code 1005"): "7.9.4",
    (11, "code 1006"): "7.9.5",
    (11, "code 1016"): "7.9.6",
    (11, "code 2999"): "7.9.9",
    (11, "a reason that is no UTF-8"): "7.5.1",
    (12, "a letter in two fragments"): "6.2.3",
    (12, "a letter in four fragments"): "6.2.4",
    (12, "a wrong byte"): "6.3.1",
    (12, "half a letter at the end"): "6.14.6",
    (12, "a wrong second half"): "6.3.2",
    (12, "a surrogate"): "6.20.1",
    (12, "too long a form"): "6.17.1",
    (12, "above U+10FFFF"): "6.11.5",
    (13, "RSV1"): "3.4",
    (13, "RSV2"): "3.2",
    (13, "RSV3"): "3.1",
    (13, "RSV1 of a ping"): "3.6",
    (13, "opcode 0x3"): "4.1.1",
    (13, "opcode 0x7"): "4.1.5",
    (13, "opcode 0xb"): "4.2.1",
    (13, "opcode 0xf"): "4.2.5",
    (14, "a ping of 126 bytes"): "2.5",
}


def measured(interpreter: Path, names: Iterable[str], folder: Path) -> dict[str, dict[str, str]]:
    """One of report.BEHAVIOURS for each case, for each of these servers."""
    cases = sorted(set(CASES.values()))
    found = {}
    for name in names:
        place = folder / name.replace(" ", "_")
        if name == "wslab":
            results = as_server(interpreter, cases, place)
        else:
            place.mkdir(parents=True)
            with running([*SERVERS[name], str(LIMIT)]) as program:
                line = program.line()
                assert line is not None
                url = f"ws://127.0.0.1:{line[1]}/"
                results = of_server(interpreter, url, cases, place, name)
        found[name] = {result.case: result.word for result in results}
        assert sorted(found[name]) == cases
    return found


def main() -> int:
    python2 = find_python2()
    if python2 is None:
        print("it needs a Python 2.7, and none was found")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        found = measured(install(python2), ALL, Path(folder))
    RECORDED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
