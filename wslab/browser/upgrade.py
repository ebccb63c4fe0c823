"""One upgrade request as a real browser wrote it, for where no browser is at hand.

    upgrade = browser.recorded_upgrade()
    upgrade.label                    "recorded from Chromium 156 on 2026-11-22"
    show.handshake(upgrade.items)    the request and the answer, each header explained

The lines are those that were on the wire, the values of cookies excepted, which were redacted
before they were stored. `python -m tests.browser.record_traces` records them anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

from wslab.net.capture import CapturedConnection, Chunk
from wslab.net.dissect import Item, dissect

FILE = "upgrade-request.json"


@dataclass(frozen=True, slots=True)
class RecordedUpgrade:
    """The lines of request and response. `javascript` is what the page at `page` ran."""

    page: str
    javascript: str
    browser: str
    version: str
    date: str
    request: list[str]
    response: list[str]

    @property
    def label(self) -> str:
        """Where the lines come from, for the reader."""
        return f"recorded from {self.browser} {self.version.split('.')[0]} on {self.date}"

    @property
    def items(self) -> list[Item]:
        """The request and the response, dissected."""
        chunks = [Chunk(0.0, "up", _head(self.request)), Chunk(0.0, "down", _head(self.response))]
        return dissect(CapturedConnection(1, 0.0, chunks=chunks))

    def __repr__(self) -> str:
        return f"<upgrade request: {len(self.request)} lines, {self.label}>"


def _head(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1")


def recorded_upgrade() -> RecordedUpgrade:
    """The opening handshake that Chromium began for a page with a cookie."""
    text = files("wslab.browser").joinpath("traces", FILE).read_text(encoding="utf-8")
    return RecordedUpgrade(**json.loads(text))
