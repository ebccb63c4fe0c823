"""wslab against Autobahn|Testsuite 25.10.1, as a server and as a client.

    python -m tests.conformance                      every case
    python -m tests.conformance --as server          one side
    python -m tests.conformance --cases "6.* 9.3.1"  some cases

It needs a Python 2.7 (WSLAB_PYTHON2 names one) and installs the rest into build/conformance, where
its reports are too. The exit code is 1 if a case failed.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import TimeoutError as NotInTime

from tests.conformance.install import FOLDER, VARIABLE, SetupFailed, find_python2, install
from tests.conformance.program import ProgramFailed
from tests.conformance.report import Result, remarks, table
from tests.conformance.sides import as_client, as_server

CASES = "*"
# What CI has time for: all but 9, 12 and 13, of which each case sends up to 1,000 messages.
QUICK = (
    "1.* 2.* 3.* 4.* 5.* 6.* 7.* 10.* 9.1.2 9.6.1 12.1.5 12.2.9 12.4.11 12.5.12"
    " 13.1.1 13.2.7 13.3.9 13.5.14 13.7.18"
)
SIDES = {"server": as_server, "client": as_client}


def main() -> int:
    """Run the cases of each side, and print what became of them."""
    parser = argparse.ArgumentParser(prog="tests.conformance", description=__doc__.splitlines()[0])
    parser.add_argument("--as", dest="side", choices=SIDES, help="one side only")
    parser.add_argument("--cases", default=CASES, help=f"numbers and patterns (default {CASES})")
    parser.add_argument("--quick", action="store_const", dest="cases", const=QUICK, help="a sample")
    options = parser.parse_args()
    try:
        python2 = find_python2()
        if python2 is None:
            print("Autobahn|Testsuite was skipped: it needs a Python 2.7, and none was found.")
            print(f"Set {VARIABLE} to the path of one, if there is one.")
            return 0
        interpreter = install(python2)
        every: list[Result] = []
        for side in [options.side] if options.side else SIDES:
            begin = time.monotonic()
            results = SIDES[side](interpreter, options.cases.split(), FOLDER / side)
            seconds = time.monotonic() - begin
            print(f"==> As a {side}: {len(results)} cases in {seconds:.0f} s")
            print(*table(results), *remarks(results), sep="\n", flush=True)
            every += results
    except (SetupFailed, ProgramFailed, NotInTime) as error:
        print(f"Autobahn|Testsuite did not run to its end: {error or 'it took too long'}")
        return 1
    failed = sum(result.word == "FAILED" for result in every)
    print(f"{len(every) - failed} passed, {failed} failed")
    return 1 if failed or not every else 0


if __name__ == "__main__":
    sys.exit(main())
