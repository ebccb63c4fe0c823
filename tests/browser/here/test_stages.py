"""Lesson 07's stages: the browser that shows the notebook is one of the clients that judge."""

from __future__ import annotations

import pytest

from tests.browser.here.support import FrontEnd
from tests.check.servers import (
    close_not_answered,
    key_bytes,
    mask_not_removed,
    right_streams,
    right_threads,
)
from wslab import check
from wslab.check.running.serving import serving
from wslab.check.stages.page import ask_page

pytestmark = pytest.mark.browser


def asked(front_end: FrontEnd, handler: object, stage: int) -> str:
    """What the browser has against a server."""
    with serving(handler) as server:
        return front_end.cell(lambda: ask_page(server, stage))


def test_right_servers_are_right_at_each_stage(front_end: FrontEnd) -> None:
    for stage in range(2, 15):
        assert asked(front_end, right_streams.serve, stage) == ""
    with right_threads.running() as server:
        assert front_end.cell(lambda: ask_page(server, 14)) == ""


def test_mistakes_that_a_browser_sees(front_end: FrontEnd) -> None:
    assert "could not connect, and that ended with code 1006" in asked(
        front_end, key_bytes.serve, 2
    )
    assert asked(front_end, mask_not_removed.serve, 4)
    assert "it closed with 4000, and 1006 came back" in asked(
        front_end, close_not_answered.serve, 10
    )


def test_a_stage_asks_it_and_stores_the_same_as_without(
    front_end: FrontEnd, capsys: pytest.CaptureFixture[str]
) -> None:
    front_end.cell(lambda: check.stage(4, right_streams.serve))
    assert capsys.readouterr().out.startswith("✓")
    assert "tries your server, too" in front_end.page.inner_text("body")
    assert "Chromium" in front_end.page.inner_text("body")
    first, between, last = front_end.shown.only
    assert first == last and "<script>" in between["text/html"]
