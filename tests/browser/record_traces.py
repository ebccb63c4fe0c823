"""Records the traces of wslab/browser/traces, and an upgrade request, from the Chromium of this
computer.

    python -m tests.browser.record_traces

A file is written only when its rows, its lines or the browser's version have changed, so that the
date in it is that of the change. A trace that is not the same five times in a row is not recorded.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

import wslab.browser
from tests.browser.chromium import find_chromium, launch
from tests.browser.play import play_in
from tests.browser.upgrade_recording import record_upgrade, update
from wslab.browser.library import SCENARIOS
from wslab.browser.upgrade import FILE

TRACES = Path(wslab.browser.__file__).parent / "traces"
ATTEMPTS = 5


def as_text(trace: dict[str, Any]) -> str:
    """JSON with a line for each row, so that a change of one event is a change of one line."""
    rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in trace.pop("rows"))
    head = json.dumps(trace, indent=1, ensure_ascii=False).removesuffix("\n}")
    return f'{head},\n "rows": [\n{rows}\n ]\n}}\n'


def record() -> int:
    """Record every scenario; the exit code is 1 if one was not the same each time."""
    path = find_chromium()
    if path is None:
        print("no Chromium or Chrome was found; install one or set WSLAB_CHROMIUM")
        return 1
    TRACES.mkdir(exist_ok=True)
    for old in TRACES.glob("*.json"):
        if old.stem not in SCENARIOS and old.name != FILE:
            old.unlink()
            print(f"removed    {old.name}")
    unsteady = 0
    with sync_playwright() as playwright:
        browser = launch(playwright, path)
        page = browser.new_page()
        for scenario in SCENARIOS.values():
            runs = [play_in(page, scenario) for _ in range(ATTEMPTS)]
            if any(rows != runs[0] for rows in runs):
                print(f"unsteady   {scenario.name}: it is not the same on each run")
                unsteady += 1
                continue
            new = {
                "name": scenario.name,
                "javascript": scenario.javascript,
                "browser": "Chromium",
                "version": browser.version,
                "rows": runs[0],
            }
            file = TRACES / f"{scenario.name}.json"
            old_text = file.read_text(encoding="utf-8") if file.exists() else "{}"
            if {k: v for k, v in json.loads(old_text).items() if k != "date"} == new:
                print(f"unchanged  {scenario.name}")
                continue
            file.write_text(as_text({**new, "date": date.today().isoformat()}), encoding="utf-8")
            print(f"recorded   {scenario.name}: {len(runs[0])} rows")
        browser.close()
        news = update(TRACES / FILE, record_upgrade(playwright.chromium, path))
        print(f"{'recorded ' if news else 'unchanged'}  {FILE.removesuffix('.json')}")
    return 1 if unsteady else 0


if __name__ == "__main__":
    sys.exit(record())
