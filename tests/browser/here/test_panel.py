"""The panel: a WebSocket driven by mouse and by keyboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.here.support import FrontEnd, Shown
from wslab.browser.here import channel, panel
from wslab.browser.here.panel import STORED, _news, line
from wslab.browser.scripted import ScriptedServer
from wslab.net import servers
from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import dissect
from wslab.net.loop import background

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
FOCUSED = "document.activeElement.textContent || document.activeElement.value"


@pytest.fixture
def echo() -> Iterator[ScriptedServer]:
    with ScriptedServer([["accept"], ["echo"]]) as server:
        yield server
    for relay in servers.running_servers():
        if relay.name == "the capture of the panel":
            background().run(relay.aclose())


def test_where_nobody_answers_a_picture_stands_there(shown: Shown, echo: ScriptedServer) -> None:
    panel(echo)
    first, _, last = shown.only
    assert first == last
    assert first["text/plain"] == STORED
    assert "<svg" in first["text/html"] and "aria-label" in first["text/html"]
    assert "the capture of the panel" not in [server.name for server in servers.running_servers()]


def test_a_head_is_told_by_its_first_line_alone() -> None:
    raw = b"GET /?token=abc HTTP/1.1\r\nCookie: secret\r\nUpgrade: websocket\r\n\r\n"
    chunks = [Chunk(0.0, "up", raw)]
    (item,) = dissect(CapturedConnection(1, 0.0, chunks=chunks))
    shown = line(item)
    assert shown[0] == "↑"
    assert shown[2] == f"{len(raw)} bytes"
    assert "secret" not in str(shown) and "abc" not in str(shown)


def test_what_is_not_whole_yet_is_told_when_it_is() -> None:
    frame = b"\x81\x03abc"
    connection = CapturedConnection(1, 0.0, chunks=[Chunk(0.0, "down", HEAD)])
    told: Counter[tuple[int, str]] = Counter()
    assert [news[1] for news in _news(connection, told)] == ["HTTP/1.1 101 Switching Protocols"]
    connection.chunks.append(Chunk(0.1, "down", frame[:3]))
    assert list(_news(connection, told)) == []
    connection.chunks.append(Chunk(0.2, "down", frame[3:] + frame))
    assert list(_news(connection, told)) == [("↓", "text frame", "81 03 61 62 63")] * 2
    assert list(_news(connection, told)) == []


@pytest.mark.browser
def test_two_panels_of_one_cell_are_two(front_end: FrontEnd, echo: ScriptedServer) -> None:
    with ScriptedServer([["accept"], ["text", "from the other"], ["echo"]]) as other:

        def cell() -> None:
            panel(echo)
            panel(other)

        front_end.cell(cell)
        groups = front_end.page.get_by_role("group", name="A WebSocket to drive by hand")
        expect(groups).to_have_count(2)
        for group in (groups.first, groups.last):
            group.get_by_role("button", name="Connect").click()
            expect(group.get_by_role("status")).to_contain_text("OPEN")
        expect(groups.last).to_contain_text("from the other")
        expect(groups.first).not_to_contain_text("from the other")
        titles = front_end.page.locator("button").evaluate_all("all => all.map(one => one.title)")
        assert set(titles) == {""}


@pytest.mark.browser
def test_by_mouse(front_end: FrontEnd, echo: ScriptedServer) -> None:
    front_end.cell(lambda: panel(echo))
    page = front_end.page
    group = page.get_by_role("group", name="A WebSocket to drive by hand")
    events, wire = page.get_by_role("log", name="events"), page.get_by_role("log", name="bytes")
    state = group.get_by_role("status")
    expect(state).to_have_text("no WebSocket yet")
    page.get_by_role("button", name="Send text").click()
    expect(events).to_contain_text("connect first")
    page.get_by_role("button", name="Connect").click()
    expect(state).to_contain_text("readyState 1, OPEN")
    page.get_by_role("button", name="Send text").click()
    expect(events).to_contain_text('"hello"')
    page.get_by_role("button", name="Send bytes").click()
    expect(events).to_contain_text("ArrayBuffer(3) 01 02 ff")
    page.get_by_label("Bytes", exact=True).fill("0")
    page.get_by_role("button", name="Send bytes").click()
    expect(events).to_contain_text("write bytes as pairs")
    page.get_by_label("Code").fill("1005")
    page.get_by_role("button", name="Close").click()
    expect(events).to_contain_text("throws InvalidAccessError")
    page.get_by_label("Code").fill("4001")
    page.get_by_role("button", name="Close").click()
    expect(events).to_contain_text('code 4001, reason "done", wasClean true')
    expect(state).to_contain_text("readyState 3, CLOSED")
    expect(wire.get_by_role("row").first).to_contain_text("GET / HTTP/1.1")
    expect(wire.get_by_role("row").last).to_contain_text("close frame")
    expect(wire).to_contain_text("81 05 68 65 6c 6c 6f")


@pytest.mark.browser
def test_by_keyboard(front_end: FrontEnd, echo: ScriptedServer) -> None:
    front_end.cell(lambda: panel(echo))
    page = front_end.page
    events = page.get_by_role("log", name="events")
    expect(page.get_by_role("button", name="Connect")).to_be_visible()
    names: list[str] = []
    for keys in ("Enter", "", "Enter", "", "", "", "Enter"):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate("document.activeElement.textContent || document.activeElement.value")
        )
        if keys:
            page.keyboard.press(keys)
        if len(names) == 1:
            expect(events).to_contain_text("open")
    assert names == ["Connect", "hello", "Send text", "01 02 ff", "Send bytes", "1000", "done"]
    expect(events).to_contain_text("code 1000")


@pytest.mark.browser
def test_markup_from_a_peer_stays_text(front_end: FrontEnd) -> None:
    with ScriptedServer([["accept"], ["text", "<b>bold</b>"], ["close", 1000, "<i>"]]) as server:
        front_end.cell(lambda: panel(server))
        front_end.page.get_by_role("button", name="Connect").click()
        events = front_end.page.get_by_role("log", name="events")
        expect(events).to_contain_text("<b>bold</b>")
        expect(events).to_contain_text("<i>")
        assert events.locator("b, i").count() == 0


@pytest.mark.browser
def test_when_the_kernel_s_servers_are_closed_the_panel_says_so(
    front_end: FrontEnd, echo: ScriptedServer
) -> None:
    front_end.cell(lambda: panel(echo))
    opened = channel._channel
    assert opened is not None
    background().run(opened.server.aclose())
    expect(front_end.page.get_by_role("status")).to_contain_text("run the cells above again")
    expect(front_end.page.get_by_role("button", name="Connect")).to_be_disabled()
