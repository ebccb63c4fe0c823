"""A stream into a page, as `show.live` uses it: the live table of a capture."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.here.support import FrontEnd, Shown
from tests.waiting import wait_for
from wslab import show
from wslab.browser.scripted import ScriptedServer
from wslab.net.capture import Capture, capture
from wslab.net.loop import background


@pytest.fixture
def wire() -> Iterator[Capture]:
    with ScriptedServer([["accept"], ["echo"]]) as server, capture(server) as wire:
        yield wire


def talk(wire: Capture, *messages: str | bytes) -> None:
    """A conversation through the capture, to its end."""
    from websockets.sync.client import connect

    closed = wire.closed
    with connect(wire.url, max_size=None) as ws:
        for message in messages:
            ws.send(message)
            ws.recv()
    wait_for(lambda: wire.closed > closed, "the end of the conversation")


def rows(group: Locator) -> Locator:
    return group.locator(".wslab-live-list tbody tr")


def test_where_nobody_answers_the_table_of_the_moment_stands_there(
    shown: Shown, wire: Capture
) -> None:
    talk(wire, "hello")
    show.live(wire)
    first, _, last = shown.only
    assert first == last
    assert show.table(wire).text in first["text/plain"]
    assert "&quot;hello&quot;" in first["text/html"] or '"hello"' in first["text/html"]


@pytest.mark.browser
def test_rows_come_while_traffic_passes(front_end: FrontEnd, wire: Capture) -> None:
    talk(wire, "before")
    front_end.cell(lambda: show.live(wire))
    group = front_end.page.get_by_role("group", name="Live traffic of a capture")
    before = len(show.table(wire).rows)
    expect(rows(group)).to_have_count(before)
    expect(group).to_contain_text('"before"')
    talk(wire, "<b>while it is shown</b>", b"\x01\x02")
    expect(rows(group)).to_have_count(len(show.table(wire).rows))
    expect(group).to_contain_text('"<b>while it is shown</b>"')
    assert group.locator("b").count() == 0


@pytest.mark.browser
def test_filters_pause_and_the_bytes_of_a_row(front_end: FrontEnd, wire: Capture) -> None:
    talk(wire, "one", "two", b"\x03")
    front_end.cell(lambda: show.live(wire))
    group = front_end.page.get_by_role("group", name="Live traffic of a capture")
    expect(group).to_contain_text('"two"')
    group.get_by_role("searchbox", name="Text").fill("TWO")
    expect(rows(group)).to_have_count(2)
    group.get_by_label("Direction").select_option("down")
    expect(rows(group)).to_have_count(1)
    rows(group).click()
    shown = group.locator(".wslab-live-bytes")
    expect(shown).to_contain_text("74 77 6f")
    expect(rows(group)).to_have_attribute("aria-selected", "true")
    group.get_by_role("searchbox", name="Text").fill("")
    group.get_by_label("Direction").select_option("")
    group.get_by_label("Kind").select_option("binary")
    expect(rows(group)).to_have_count(2)
    group.get_by_label("Kind").select_option("")

    count = rows(group).count()
    group.get_by_role("button", name="Pause").click()
    talk(wire, "in the pause")
    expect(group.locator("output")).to_contain_text("paused")
    expect(group.locator("output")).to_contain_text(f"{len(show.table(wire).rows)} rows")
    assert rows(group).count() == count
    group.get_by_role("button", name="Go on").click()
    expect(group).to_contain_text('"in the pause"')


@pytest.mark.browser
def test_by_keyboard(front_end: FrontEnd, wire: Capture) -> None:
    talk(wire, "one")
    front_end.cell(lambda: show.live(wire))
    group = front_end.page.get_by_role("group", name="Live traffic of a capture")
    expect(group).to_contain_text("close")
    group.get_by_role("region", name="Live traffic").focus()
    keyboard = front_end.page.keyboard
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    expect(rows(group).nth(-2)).to_be_focused()
    keyboard.press("Enter")
    expect(group.locator(".wslab-live-bytes")).to_contain_text("close code")


@pytest.mark.browser
def test_a_flood_is_sampled_and_said(front_end: FrontEnd, wire: Capture) -> None:
    front_end.cell(lambda: show.live(wire))
    group = front_end.page.get_by_role("group", name="Live traffic of a capture")
    expect(group.locator("output")).to_have_text("0 rows")
    from websockets.sync.client import connect

    with connect(wire.url) as ws:
        for number in range(4_000):
            ws.send(str(number))
    wait_for(lambda: wire.closed == 1, "the end", 60)
    expect(group.locator("output")).to_contain_text("passed too fast and are not shown")
    total = len(show.table(wire, limit=100_000).rows)
    expect(group.locator("output")).to_contain_text(f"{total:,} rows", timeout=20_000)
    assert rows(group).count() <= 300
    assert front_end.page.evaluate("1 + 1") == 2  # the page is not frozen


@pytest.mark.browser
def test_an_old_row_has_no_bytes_any_more(
    front_end: FrontEnd, wire: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["wslab.show.live"], "MOST_KEPT", 3)
    talk(wire, "one", "two", "three")
    front_end.cell(lambda: show.live(wire))
    group = front_end.page.get_by_role("group", name="Live traffic of a capture")
    expect(group).to_contain_text("close")
    rows(group).first.click()
    expect(group).to_contain_text("not kept any more")


@pytest.mark.browser
def test_the_end_of_the_kernel_is_said(front_end: FrontEnd, wire: Capture) -> None:
    from wslab.browser.here import channel

    front_end.cell(lambda: show.live(wire))
    group = front_end.page.get_by_role("group", name="Live traffic of a capture")
    expect(group).to_be_visible()
    assert channel._channel is not None
    background().run(channel._channel.server.aclose())
    expect(group).to_contain_text("the capture is closed")
