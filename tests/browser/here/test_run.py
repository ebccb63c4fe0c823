"""Lines of JavaScript in the page that shows the cell."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.browser.here.support import FrontEnd, Shown
from tests.waiting import wait_for
from wslab.browser.here import PageClosed, ScriptFailed, channel, run
from wslab.browser.here.run import where_it_runs
from wslab.browser.library import SCENARIOS, recorded
from wslab.browser.scripted import ScriptedServer

browser_test = pytest.mark.browser
HELLO = """
const ws = new WebSocket(url);
ws.onopen = () => ws.send("hello");
ws.onmessage = () => ws.close(1000, "done");
"""


@pytest.fixture
def echo() -> Iterator[ScriptedServer]:
    with ScriptedServer([["accept"], ["echo"]]) as server:
        yield server


def test_where_nobody_answers_there_is_the_recording(shown: Shown) -> None:
    seen = asyncio.run(run(SCENARIOS["misuse"]))
    stored = recorded("misuse")
    assert (seen.live, seen.label, seen.rows) == (False, stored.label, stored.rows)
    first, _, last = shown.only
    assert first == last
    assert stored.label in first["text/plain"]


def test_lines_without_a_recording_have_an_empty_trace(shown: Shown, echo: ScriptedServer) -> None:
    seen = asyncio.run(run(HELLO, echo.url))
    assert (seen.live, seen.label, seen.rows) == (False, "no browser answered", [])
    assert "nothing to show" in shown.only[0]["text/plain"]


def test_outside_a_kernel_there_is_the_recording_at_once() -> None:
    seen = asyncio.run(run(SCENARIOS["hello"]))
    assert seen.label == recorded("hello").label
    assert "recorded from" in repr(seen)


def test_lines_need_a_url() -> None:
    with pytest.raises(ValueError, match=r"run\(lines, server\.url\)"):
        asyncio.run(run("new WebSocket(url)"))


@pytest.mark.parametrize(
    "url", ["wss://127.0.0.1:5000/", "ws://example.com:80/", "ws://127.0.0.1/", "http://[::1]:5/"]
)
def test_a_page_is_led_to_this_kernel_alone(url: str) -> None:
    with pytest.raises(ValueError, match="can't be led to"):
        asyncio.run(run("new WebSocket(url)", url))


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan"), 3601])
def test_a_timeout_is_a_number_of_seconds(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout must be between"):
        asyncio.run(run("new WebSocket(url)", "ws://127.0.0.1:5000/", timeout=timeout))


def test_a_cell_that_is_stopped_leaves_no_script(shown: Shown) -> None:
    async def stopped() -> None:
        await asyncio.wait_for(run(SCENARIOS["hello"]), 0.2)

    with pytest.raises(TimeoutError):
        asyncio.run(stopped())
    first, between, last = shown.only
    assert "<script>" in between["text/html"]
    assert first == last
    assert channel._channel is not None
    jobs = channel._channel.jobs
    wait_for(lambda: all(job.done.done() for job in jobs.values()), "the job to be given up")


@browser_test
def test_while_the_page_runs_there_is_no_script_in_the_output(
    front_end: FrontEnd, echo: ScriptedServer
) -> None:
    seen: list[bool] = []

    def look() -> None:
        if echo.log:
            seen.append("<script" in front_end.shown.only[-1]["text/html"])

    real = front_end.draw
    front_end.draw = lambda: (look(), real())[1]  # type: ignore[method-assign, func-returns-value]
    lines = "const ws = new WebSocket(url); ws.onopen = () => setTimeout(() => ws.close(), 200);"
    front_end.awaiting(lambda: run(lines, echo.url))
    assert seen and not any(seen)


@browser_test
def test_a_notebook_that_was_closed_and_opened_again(
    front_end: FrontEnd, echo: ScriptedServer
) -> None:
    """The page goes on, and with it the script; where its outputs are is another element."""
    front_end.awaiting(lambda: run(HELLO, echo.url))
    front_end.page.evaluate(
        """() => {
          const again = document.createElement("div");
          again.className = "jp-NotebookPanel";
          document.querySelector(".jp-NotebookPanel").replaceWith(again);
        }"""
    )
    front_end.awaiting(lambda: run(HELLO, echo.url))
    front_end.page.get_by_text("These lines run in the page that you see").wait_for()


@browser_test
def test_values_that_are_no_json_go_through(front_end: FrontEnd, echo: ScriptedServer) -> None:
    lines = """const ws = new WebSocket(url);
    ws.onopen = () => { ws.send(10n); ws.send(undefined); };
    let count = 0;
    ws.onmessage = () => { if (++count === 2) ws.close(); };"""
    rows = front_end.awaiting(lambda: run(lines, echo.url)).rows
    assert [row["event"] for row in rows if "send" in row["event"]] == [
        "ws.send(10)",
        "ws.send(undefined)",
    ]
    assert [row["data"] for row in rows if row["event"] == "message"] == ["10", "undefined"]


@pytest.mark.parametrize("proxied", [True, False])
def test_what_a_page_calls_itself_stays_text(proxied: bool) -> None:
    page: Any = SimpleNamespace(browser="<img src=x onerror=alert(1)>", proxied=proxied)
    html = where_it_runs(page)
    assert "&lt;img" in html and "<img" not in html
    assert ("proxy" in html) is proxied


@browser_test
@pytest.mark.parametrize("name", ["hello", "misuse", "vanished"])
def test_the_page_runs_a_scenario(front_end: FrontEnd, name: str) -> None:
    seen = front_end.awaiting(lambda: run(SCENARIOS[name]))
    assert seen.live
    assert seen.rows == recorded(name).rows
    assert seen.label.startswith("this page, Chromium ")
    assert "run in the page that you see" in front_end.page.locator(".wslab-island").inner_text()
    first, _, last = front_end.shown.only
    assert first == last


@browser_test
def test_the_page_runs_lines_against_a_server_of_the_kernel(
    front_end: FrontEnd, echo: ScriptedServer
) -> None:
    rows = front_end.awaiting(lambda: run(HELLO, echo.url)).rows
    assert rows == recorded("hello").rows
    again = front_end.awaiting(lambda: run(HELLO, echo.url))
    assert again.rows == rows
    assert len(front_end.page.context.pages) == 1


@browser_test
@pytest.mark.parametrize(
    ("lines", "name", "words"),
    [
        ("nonsense()", "ReferenceError", "nonsense is not defined"),
        ("const = 1", "SyntaxError", ""),
        ("new WebSocket(url).onopen = () => { throw new TypeError('mine') }", "TypeError", "mine"),
        ("(async () => { await 1; null.x })()", "TypeError", "null"),
        ("throw 'text'", "Error", "text"),
        ("new WebSocket(url).send('early')", "InvalidStateError", "CONNECTING"),
    ],
)
def test_an_error_of_the_lines_comes_up_in_the_cell(
    front_end: FrontEnd, echo: ScriptedServer, lines: str, name: str, words: str
) -> None:
    with pytest.raises(ScriptFailed) as caught:
        front_end.awaiting(lambda: run(lines, echo.url))
    assert caught.value.name == name
    assert words in caught.value.message
    first, _, last = front_end.shown.only
    assert first == last, "the script must not stay in the output"


@browser_test
def test_lines_that_never_close_are_given_up(front_end: FrontEnd, echo: ScriptedServer) -> None:
    with pytest.raises(
        ScriptFailed, match=r"no close event came in 0\.3 s; so far: new WebS.*open"
    ):
        front_end.awaiting(lambda: run("new WebSocket(url)", echo.url, timeout=0.3))
    wait_for(lambda: echo.log == ["accept", "echo"], "the page to close its WebSocket")


@browser_test
def test_a_constructor_that_throws_is_a_trace(front_end: FrontEnd, echo: ScriptedServer) -> None:
    rows = front_end.awaiting(lambda: run("new WebSocket(url, ['a', 'a'])", echo.url)).rows
    assert [row["throws"] for row in rows] == ["SyntaxError"]


@browser_test
def test_a_page_that_closes_ends_the_wait(front_end: FrontEnd, echo: ScriptedServer) -> None:
    def close_when_it_runs() -> None:
        if echo.log:
            front_end.page.close()

    real = front_end.draw

    def draw() -> None:
        real()
        close_when_it_runs()

    front_end.draw = draw  # type: ignore[method-assign]
    front_end.page.wait_for_timeout = lambda _: None  # type: ignore[assignment]
    with pytest.raises(PageClosed, match="closed or loaded anew"):
        front_end.awaiting(lambda: run("new WebSocket(url)", echo.url))


@browser_test
def test_only_the_page_that_shows_the_cell_runs_it(
    front_end: FrontEnd, echo: ScriptedServer
) -> None:
    """A second page with the same notebook has run a cell before, and stays as it was."""
    front_end.awaiting(lambda: run(HELLO, echo.url))
    before = front_end.page
    text = before.locator("body").inner_text()
    second = before.context.new_page()
    ran: list[Any] = []
    before.on("websocket", lambda socket: ran.append(socket.url))
    other = FrontEnd(front_end.shown, second, front_end.lab)
    rows = other.awaiting(
        lambda: run("new WebSocket(url).onopen = (e) => e.target.close()", echo.url)
    ).rows
    assert [row["event"] for row in rows] == ["new WebSocket(url)", "open", "ws.close()", "close"]
    assert ran == []
    assert before.locator("body").inner_text() == text
