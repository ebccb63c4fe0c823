"""The twin against Chromium: the same steps, the same server, the same trace."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.browser.more_scenarios import ALL
from tests.browser.play import play_in
from wslab.browser.library import SCENARIOS, recorded
from wslab.browser.scenarios import Scenario, play

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def names(scenario: Scenario) -> str:
    return scenario.name


def test_there_are_enough_scenarios_and_each_departure_has_a_reason() -> None:
    assert len(ALL) >= 60
    assert len({scenario.name for scenario in ALL}) == len(ALL)
    assert all(bool(s.chromium_lacks) == bool(s.departs) for s in ALL)


@pytest.mark.parametrize("scenario", ALL, ids=names)
def test_the_twin_s_trace_is_chromium_s(same_page: Page, scenario: Scenario) -> None:
    with ThreadPoolExecutor(1) as thread:  # Playwright has a loop running in this one
        mine = thread.submit(asyncio.run, play(scenario)).result()
    assert scenario.without_departures(mine) == play_in(same_page, scenario)
    lacked = {row["event"] for row in mine} & set(scenario.chromium_lacks)
    assert lacked == set(scenario.chromium_lacks), "a departure that is not there"


def test_chromium_tells_subprotocols_apart_by_case_and_the_twin_does_not(same_page: Page) -> None:
    """web-platform-tests has a test that wants this error, and no browser passes it.

    The standard says "more than once" and not whether case counts (whatwg/websockets issue 47).
    """
    scenario = Scenario("case", "", [["respond", 404]], protocols=("a", "A"))
    with ThreadPoolExecutor(1) as thread:
        mine = thread.submit(asyncio.run, play(scenario)).result()
    assert [row.get("throws") for row in mine] == ["SyntaxError"]
    assert [row["event"] for row in play_in(same_page, scenario)][1:] == ["error", "close"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_recorded_traces_are_what_this_chromium_does(same_page: Page, name: str) -> None:
    assert recorded(name).rows == play_in(same_page, SCENARIOS[name]), "run make traces"
