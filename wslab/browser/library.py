"""The scenarios of the lesson on the browser API, and their traces as Chromium wrote them.

    browser.recorded("hello").rows         the trace, for where no browser is at hand
    browser.recorded("hello").label        "recorded from Chromium 156 on 2026-11-22"
    await browser.play(browser.SCENARIOS["hello"])      the twin's trace, made now

The traces are JSON files in `traces/`. `python -m tests.browser.record_traces` records them anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

from wslab.browser.scenarios import Do, Row, Scenario

TCP_LOST = (
    "the standard has an error event here, since a client must fail a connection that is lost"
    " (RFC 6455 7.2.1); Chromium fires close alone"
)

SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "hello",
            "Hello, its echo, goodbye",
            [["accept"], ["echo"]],
            (Do("open", "send", ("hello",)), Do("message", "close", (1000, "done"))),
        ),
        Scenario(
            "server-closes",
            "The server closes first, with a code of its own",
            [["accept"], ["text", "hi"], ["close", 4001, "that was all"]],
        ),
        Scenario(
            "subprotocol",
            "Two subprotocols are offered, and the server takes one",
            [["accept", {"Sec-WebSocket-Protocol": "v2.chat"}], ["close", 1000]],
            protocols=("v1.chat", "v2.chat"),
        ),
        Scenario(
            "kinds",
            "Text comes back as text, bytes come back as a Blob",
            [["accept"], ["echo", 2], ["close", 1000]],
            (Do("open", "send", ("héllo",)), Do("open", "send", (b"\x01\x02\x03",))),
        ),
        Scenario(
            "array-buffer",
            "Bytes as an ArrayBuffer",
            [["accept"], ["echo", 1], ["close", 1000]],
            (
                Do("", "binaryType", ("arraybuffer",)),
                Do("open", "send", (b"\x01\x02\x03",)),
            ),
        ),
        Scenario(
            "misuse",
            "What throws, and what is dropped without a word",
            [["accept"], ["echo"]],
            (
                Do("", "send", ("too early",), "InvalidStateError"),
                Do("", "close", (1005,), "InvalidAccessError"),
                Do("", "close", (1000, "x" * 124), "SyntaxError"),
                Do("open", "send", ("abc",)),
                Do("open", "close", (3000,)),
                Do("open", "send", ("too late",)),
                Do("open", "close", (3001,)),
                Do("close", "send", ("much too late",)),
            ),
        ),
        Scenario(
            "refused",
            "The server answers 404: the page learns that it failed, and not why",
            [["respond", 404]],
        ),
        Scenario(
            "given-up",
            "close() before the connection is open",
            [["accept"], ["echo"]],
            (Do("", "close"),),
        ),
        Scenario(
            "broken-frame",
            "After a good message, a frame that no server may send",
            [["accept"], ["text", "good"], ["raw", "83 00"], ["read"]],
        ),
        Scenario(
            "vanished",
            "TCP ends and nobody said goodbye",
            [["accept"], ["text", "still here"], ["end"]],
            chromium_lacks=("error",),
            departs=TCP_LOST,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Recording:
    """A trace that a real browser wrote. `javascript` is what the page ran."""

    name: str
    javascript: str
    browser: str
    version: str
    date: str
    rows: list[Row]

    @property
    def label(self) -> str:
        """Where the rows come from, for the reader."""
        return f"recorded from {self.browser} {self.version.split('.')[0]} on {self.date}"

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.rows)} rows, {self.label}>"


def recorded(name: str) -> Recording:
    """The trace of a scenario as Chromium wrote it. Raises ValueError for an unknown name."""
    if name not in SCENARIOS:
        raise ValueError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    text = files("wslab.browser").joinpath("traces", f"{name}.json").read_text(encoding="utf-8")
    return Recording(**json.loads(text))
