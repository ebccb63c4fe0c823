"""wslab.browser.library: the recorded traces, held against the twin."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from wslab import browser
from wslab.browser import SCENARIOS, play, recorded
from wslab.browser.upgrade import FILE


def test_every_scenario_has_a_trace_and_every_trace_a_scenario() -> None:
    names = {entry.name for entry in files("wslab.browser").joinpath("traces").iterdir()}
    assert names == {f"{name}.json" for name in SCENARIOS} | {FILE}
    assert all(name == scenario.name and scenario.title for name, scenario in SCENARIOS.items())


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_recording_says_where_it_comes_from(name: str) -> None:
    recording = recorded(name)
    assert re.fullmatch(r"recorded from Chromium \d+ on \d{4}-\d\d-\d\d", recording.label)
    assert repr(recording) == f"<{name}: {len(recording.rows)} rows, {recording.label}>"
    assert recording.javascript == SCENARIOS[name].javascript, "record it anew: make traces"
    assert "127.0.0.1" not in json.dumps(recording.rows)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_twin_does_what_chromium_did(name: str) -> None:
    scenario = SCENARIOS[name]
    assert scenario.without_departures(await play(scenario)) == recorded(name).rows


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no scenario 'helo'; there are hello, server-closes"):
        recorded("helo")


def test_what_the_package_gives() -> None:
    assert browser.recorded is recorded
    assert browser.play is play
