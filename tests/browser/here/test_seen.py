"""A view is drawn twice: for the page, and from the recording, to be stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser.here.support import FrontEnd
from tests.waiting import wait_for
from wslab import show
from wslab.browser.here.run import PageTrace, run
from wslab.browser.here.seen import NOTHING
from wslab.browser.library import SCENARIOS, recorded

STORED = PageTrace(rows=[{"event": "open"}], label="recorded")


@dataclass
class FakePage:
    """Takes what is put."""

    put_with: list[Any]
    open: bool = True

    def put(self, key: str, content: Any) -> None:
        self.put_with.append((key, content))


def view(seen: PageTrace) -> show.Table:
    return show.columns([{"event": row["event"], "from": seen.label} for row in seen.rows])


def test_without_a_page_the_recording_is_drawn() -> None:
    seen = PageTrace(rows=STORED.rows, label=STORED.label, recorded=STORED)
    island = seen.draw(view)
    assert view(STORED).html in island.html
    assert island.text == view(STORED).text


def test_without_a_recording_a_sentence_stands_there() -> None:
    assert PageTrace(rows=[], label="x").draw(view).text == NOTHING


def test_what_is_stored_does_not_depend_on_what_the_page_did() -> None:
    page = FakePage([])
    typed: Any = page
    live = PageTrace(rows=[], label="now", recorded=STORED, page=typed)
    island = live.draw(view)
    assert island.html == PageTrace(rows=[], label="", recorded=STORED).draw(view).html
    wait_for(lambda: page.put_with, "the live view")
    assert page.put_with == [(island.key, {"html": view(live).html})]


@pytest.mark.browser
def test_the_page_shows_the_live_view(front_end: FrontEnd) -> None:
    scenario = SCENARIOS["server-closes"]
    mine = front_end.awaiting(lambda: run(scenario))
    island = front_end.cell(lambda: mine.draw(view))
    front_end.display(island)
    front_end.page.get_by_text("this page, Chromium").first.wait_for()
    assert recorded(scenario.name).label in island.html
