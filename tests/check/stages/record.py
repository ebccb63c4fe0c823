"""Ask the servers of Node again, and write what they do: python -m tests.check.stages.record"""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

from tests.peers.process import HERE, SERVERS, running
from wslab.check.stages.faults import LIMIT
from wslab.check.stages.verdicts import RECORDED, failed_by

PACKAGES = {"npm ws": "ws", "npm websocket": "websocket"}


def measured() -> dict[str, dict[str, Any]]:
    """What `recorded.json` is to hold."""
    found = {}
    for name, package in PACKAGES.items():
        about = HERE / "node_modules" / package / "package.json"
        with running([*SERVERS[name], str(LIMIT)]) as program:
            line = program.line()
            assert line is not None
            failed = asyncio.run(failed_by(SimpleNamespace(port=line[1])))
        found[name] = {"version": json.loads(about.read_text("utf-8"))["version"], "failed": failed}
    # As JSON has it: its keys are texts.
    again: dict[str, dict[str, Any]] = json.loads(json.dumps(found))
    return again


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(measured(), indent=1, ensure_ascii=False) + "\n", "utf-8")
