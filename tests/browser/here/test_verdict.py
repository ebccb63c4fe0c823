"""What lines in the page find, told to a cell that does not await."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.here.support import FrontEnd, Shown
from wslab.browser.here import ScriptFailed, channel
from wslab.browser.here.verdict import PROXIED, STORED, Verdict, verdict
from wslab.browser.scripted import ScriptedServer

browser_test = pytest.mark.browser
ECHO = """
const ws = new WebSocket(url);
ws.onopen = () => ws.send("hello");
ws.onmessage = ({ data }) => found(data === "hello" ? "" : "something else");
"""


@pytest.fixture
def echo() -> Iterator[ScriptedServer]:
    with ScriptedServer([["accept"], ["echo"]]) as server:
        yield server


def test_where_nobody_answers_there_is_none(shown: Shown, echo: ScriptedServer) -> None:
    assert verdict(ECHO, echo.url) is None
    first, between, last = shown.only
    assert first == last
    assert first["text/plain"] == STORED
    assert "<script>" in between["text/html"]


def test_outside_a_kernel_there_is_none(echo: ScriptedServer) -> None:
    assert verdict(ECHO, echo.url) is None


def test_a_page_is_led_to_this_kernel_alone() -> None:
    with pytest.raises(ValueError, match="can't be led to"):
        verdict(ECHO, "ws://example.com:80/")


@browser_test
def test_what_was_found_is_told(front_end: FrontEnd, echo: ScriptedServer) -> None:
    right = front_end.cell(lambda: verdict(ECHO, echo.url))
    assert isinstance(right, Verdict) and "Chromium" in right.browser and right.what == ""
    assert f"this page, {right.browser}, tries your server" in front_end.page.inner_text("body")
    wrong = front_end.cell(lambda: verdict(ECHO.replace('send("hello")', 'send("h")'), echo.url))
    assert wrong is not None and wrong.what == "something else"
    for first, _, last in front_end.shown.outputs.values():
        assert first == last, "nothing of it is stored"


@browser_test
def test_an_end_before_anything_was_found(front_end: FrontEnd) -> None:
    with ScriptedServer([["accept"], ["close", 4001, ""]]) as server:
        ended = front_end.cell(lambda: verdict(ECHO, server.url))
    assert ended is not None and ended.what == "the connection ended with code 4001"
    refused = front_end.cell(lambda: verdict(ECHO, server.url))
    assert refused is not None
    assert refused.what == "it could not connect, and that ended with code 1006"


@browser_test
def test_waiting_in_vain_and_a_slip_in_the_lines(
    front_end: FrontEnd, echo: ScriptedServer
) -> None:
    quiet = "const ws = new WebSocket(url);"
    vain = front_end.cell(lambda: verdict(quiet, echo.url, 0.3))
    assert vain is not None and vain.what == "it waited in vain"
    with pytest.raises(ScriptFailed, match="ReferenceError"):
        front_end.cell(lambda: verdict(f"{quiet}\nws.onopen = () => nothing();", echo.url))


@browser_test
def test_a_page_that_goes_away_has_none(
    front_end: FrontEnd, echo: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = front_end.draw

    def draw() -> None:
        real()
        if echo.log:  # the lines run
            front_end.page.close()

    monkeypatch.setattr(front_end, "draw", draw)
    monkeypatch.setattr(front_end.page, "wait_for_timeout", lambda _: None)
    lines = "const ws = new WebSocket(url);"
    assert front_end.cell(lambda: verdict(lines, echo.url, 60)) is None


@browser_test
def test_a_proxy_is_no_judge(
    front_end: FrontEnd, echo: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = channel.Channel._take

    def proxied(self: channel.Channel, page: channel.Page, message: dict[str, object]) -> None:
        take(self, page, message | {"proxied": True} if message["type"] == "hello" else message)

    monkeypatch.setattr(channel.Channel, "_take", proxied)
    assert front_end.cell(lambda: verdict(ECHO, echo.url)) is None
    assert PROXIED in front_end.page.inner_text("body")
