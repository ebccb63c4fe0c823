"""python -m tests.benchmarks: every figure, wslab and its peers in turn, into RESULTS.md

    python -m tests.benchmarks --only echo --rounds 5    one figure, printed and not written
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from tests.benchmarks.figures import FIGURES, Figure, Numbers
from tests.benchmarks.peers import versions
from tests.benchmarks.report import FILE, document, lines

SECONDS = 2.0  # of load, for each server and round


def allow_many_files() -> None:
    """Let this process and the servers hold 10,000 sockets, if the system's hard limit does."""
    import resource  # only where there is epoll, which the load needs too

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def measure(figure: Figure, rounds: int, seconds: float) -> dict[str, list[Numbers]]:
    """The figure for wslab and its peers, in turn. A peer that can't be measured is left out."""
    found: dict[str, list[Numbers]] = {name: [] for name in ("wslab", *figure.peers)}
    for _ in range(rounds):
        for name in list(found):
            try:
                found[name].append(figure.measure(name, seconds))
            except (OSError, RuntimeError, AssertionError) as error:
                if name == "wslab":
                    raise
                print(f"    {name} is left out: {error}", file=sys.stderr)
                del found[name]
    return found


def main() -> int:
    """Measure, print, and write the table when everything was measured."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    names = [figure.name for figure in FIGURES]
    parser.add_argument("--only", choices=names, help="one figure; nothing is written")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options = parser.parse_args()
    allow_many_files()
    results: dict[str, tuple[Figure, Mapping[str, list[Numbers]]]] = {}
    for figure in FIGURES:
        if options.only in (None, figure.name):
            found = measure(figure, options.rounds, options.seconds)
            results[figure.name] = (figure, found)
            print(*lines(figure, found), sep="\n", flush=True)
    if options.only is None:
        how = " ".join(["python -m tests.benchmarks", *sys.argv[1:]])
        FILE.write_text(document(results, versions(), how), "utf-8")
        print(f"==> {FILE.name} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
