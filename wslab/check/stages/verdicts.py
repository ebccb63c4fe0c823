"""What real servers make of the probes of all stages: a table, measured and recorded.

    await conformance({"wslab": server, "websockets": other})

Two servers need Node, which not every machine has. Their verdicts are recorded in `recorded.json`,
with the version that was measured; a test measures them again, and fails when they differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from wslab.check.stages import STAGES
from wslab.net.loop import background
from wslab.show.display import Cell, Table
from wslab.show.theme import RED

RECORDED = Path(__file__).with_name("recorded.json")
SECONDS = 5.0  # for one probe, on a busy machine too

Failed = dict[int, dict[str, str]]  # by stage, the probes that found something: their why


async def failed_by(server: Any, seconds: float = SECONDS) -> Failed:
    """What the probes find wrong with a server (anything with a `port`), by stage and probe."""
    found: Failed = {}
    for stage in STAGES:
        for probe in stage.probes:
            finding = await background().join(probe.ask(server, seconds))
            if finding.why:
                found.setdefault(stage.number, {})[probe.name] = finding.why
    return found


@cache
def recorded() -> dict[str, tuple[str, Failed]]:
    """The recorded servers: the version of each, and what was found."""
    stored = json.loads(RECORDED.read_text("utf-8"))
    return {
        name: (entry["version"], {int(stage): found for stage, found in entry["failed"].items()})
        for name, entry in stored.items()
    }


async def conformance(servers: Mapping[str, Any]) -> Table:
    """A row for each stage: which probes a server fails. The servers given are asked now, those of
    Node stand there as recorded.
    """
    columns = {name: await failed_by(server) for name, server in servers.items()}
    for name, (_, found) in recorded().items():
        columns[f"{name} (recorded)"] = found
    rows: list[list[str | Cell]] = []
    for stage in STAGES:
        of = len(stage.probes)
        cells = [_cell(found.get(stage.number, {}), of) for found in columns.values()]
        rows.append([str(stage.number), stage.title, *cells])
    versions = ", ".join(f"{name} {version}" for name, (version, _) in recorded().items())
    return Table(
        ["stage", "rule", *columns],
        rows,
        notes=[f"✓: all probes of the stage. ✗: these fail. Recorded: {versions}."],
        what="conformance",
        numeric=("stage",),
    )


def _cell(found: Mapping[str, str], of: int) -> Cell:
    return Cell(f"✗ {'; '.join(found)}", colour=RED) if found else Cell(f"✓ {of}")
