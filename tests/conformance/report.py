"""What Autobahn|Testsuite found, from the JSON that it writes: one behaviour for each case.

OK             as RFC 6455 wants it
NON-STRICT     allowed, but not as strict as could be: mostly a fault noticed late
INFORMATIONAL  the RFC leaves it open, the report only says what was done
FAILED         against the RFC; an unclean close, a wrong code and a case that never ran among it
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BEHAVIOURS = ("OK", "NON-STRICT", "INFORMATIONAL", "FAILED")
SECTIONS = {
    1: "framing",
    2: "pings and pongs",
    3: "reserved bits",
    4: "opcodes",
    5: "fragmentation",
    6: "UTF-8",
    7: "closing",
    9: "limits and performance",
    10: "miscellaneous",
    12: "compression: payloads",
    13: "compression: parameters",
}


@dataclass(frozen=True)
class Result:
    """One case: what it did while the connection was open, and how it closed."""

    case: str
    behaviour: str
    closing: str
    file: Path | None = None  # the details, None when the case never ran

    @property
    def section(self) -> int:
        return int(self.case.split(".")[0])

    @property
    def word(self) -> str:
        """One of BEHAVIOURS, for both together."""
        for word in ("INFORMATIONAL", "NON-STRICT", "OK"):
            if self.behaviour == word and self.closing in ("OK", "INFORMATIONAL"):
                return word
        return "FAILED"


def read(folder: Path, agent: str, cases: Sequence[str]) -> list[Result]:
    """The results of `cases`, in their order; those that the report does not have are FAILED."""
    index = folder / "index.json"
    found: dict[str, Any] = {}
    if index.is_file():
        found = json.loads(index.read_text("utf-8")).get(agent, {})
    return [
        Result(
            case,
            found[case]["behavior"],
            found[case]["behaviorClose"],
            folder / found[case]["reportfile"],
        )
        if case in found
        else Result(case, "not run", "not run")
        for case in cases
    ]


def table(results: Sequence[Result]) -> Iterator[str]:
    """The lines of a table: how many cases of each section did what."""
    yield f"{'section':28}" + "".join(f"{word:>15}" for word in BEHAVIOURS)
    for section in sorted({result.section for result in results}):
        name = f"{section:>2}  {SECTIONS.get(section, '')}"
        yield _row(name, [result for result in results if result.section == section])
    yield _row("    all", results)


def _row(name: str, results: Sequence[Result]) -> str:
    count = Counter(result.word for result in results)
    return f"{name:28}" + "".join(f"{count[word] or '·':>15}" for word in BEHAVIOURS)


def remarks(results: Sequence[Result]) -> Iterator[str]:
    """The lines on each case that was not OK: what it is about, and what happened if it FAILED."""
    for result in results:
        if result.word == "OK":
            continue
        if result.file is None:
            yield f"{result.word} {result.case}: it was not run"
            continue
        details = json.loads(result.file.read_text("utf-8"))
        yield (
            f"{result.word} {result.case}: {_one_line(details['description'])}; closed with"
            f" {details['remoteCloseCode']}"
        )
        if result.word == "FAILED":
            yield f"    expected: {_one_line(details['expectation'])}"
            yield f"    messages: {result.behaviour}. {_one_line(details['result'])}"
            yield f"    closing:  {result.closing}. {_one_line(details['resultClose'])}"
            yield f"    all of it: {result.file.with_suffix('.html')}"


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"</?\w+[^>]*>", " ", text).split())  # it is HTML in places
