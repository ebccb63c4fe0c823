"""wslab.browser.scenarios: the lines that are shown are the lines that are played."""

from __future__ import annotations

import asyncio

import pytest

from tests.browser.more_scenarios import ALL, MORE
from wslab.browser import WebSocket
from wslab.browser.library import SCENARIOS
from wslab.browser.scenarios import Do, Scenario, TracedWebSocket, attempt, play
from wslab.browser.scripted import ScriptedServer

BY_NAME = {scenario.name: scenario for scenario in ALL}


def test_lines_in_both_languages() -> None:
    scenario = Scenario(
        "x",
        "X",
        [["accept"]],
        (
            Do("", "binaryType", ("arraybuffer",)),
            Do("", "send", ("é",), "InvalidStateError"),
            Do("open", "send", (b"\x01\x02",)),
            Do("open", "close", (1000, "x" * 100)),
            Do("message", "close"),
        ),
        protocols=("a", "b"),
    )
    assert scenario.javascript.split("\n") == [
        'const ws = new WebSocket(url, ["a", "b"]);',
        'ws.binaryType = "arraybuffer";',
        'attempt(() => ws.send("é"));',
        "ws.onopen = () => {",
        "  ws.send(new Uint8Array([1, 2]));",
        '  ws.close(1000, "x".repeat(100));',
        "};",
        "ws.onmessage = () => ws.close();",
    ]
    assert scenario.python.split("\n") == [
        'ws = WebSocket(url, ["a", "b"])',
        'ws.binaryType = "arraybuffer"',
        'attempt(ws.send, "é")',
        "",
        "def on_open():",
        "    ws.send(bytes([1, 2]))",
        '    ws.close(1000, "x" * 100)',
        "",
        "ws.onopen = on_open",
        "ws.onmessage = lambda: ws.close()",
    ]


@pytest.mark.parametrize("name", SCENARIOS)
async def test_the_python_lines_do_what_play_does(name: str) -> None:
    scenario = SCENARIOS[name]
    rows: list[dict[str, object]] = []
    made: list[WebSocket] = []

    def make(*args: object) -> WebSocket:
        made.append(TracedWebSocket(rows, *args))  # type: ignore[arg-type]
        return made[-1]

    with ScriptedServer(scenario.server) as server:
        names = {"WebSocket": make, "url": server.url, "attempt": attempt}
        exec(scenario.python, names)
        await made[0].wait("close")
    assert rows == await play(scenario)


@pytest.mark.parametrize("scenario", MORE, ids=lambda scenario: scenario.name)
async def test_the_twin_gives_the_same_trace_each_time(scenario: Scenario) -> None:
    runs = [await play(scenario) for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    events = [row["event"] for row in runs[0]]
    assert ("throws" in runs[0][0]) == scenario.name.startswith("throws: ")
    if len(events) > 1:
        assert events.count("close") == 1
        assert runs[0][events.index("close")]["readyState"] == 3


async def test_steps_that_are_said_to_throw_do() -> None:
    for scenario in ALL:
        expected = [step.throws for step in scenario.steps if step.throws]
        if expected:
            thrown = [row["throws"] for row in await play(scenario) if "throws" in row]
            assert thrown == expected


async def test_a_conversation_that_does_not_end_is_an_error_and_leaves_no_server() -> None:
    stuck = Scenario("stuck", "", [["accept"], ["hold"]])
    with pytest.raises(TimeoutError, match="'close'"):
        await asyncio.wait_for(play(stuck, timeout=0.05), 20)


def test_departures_are_taken_out() -> None:
    scenario = Scenario("x", "", [], chromium_lacks=("error",), departs="why")
    rows = [{"event": name} for name in ("open", "error", "close")]
    assert scenario.without_departures(rows) == [{"event": "open"}, {"event": "close"}]
