"""`here.panel`: a WebSocket to drive by hand, with buttons, in the page that shows the notebook.

Its events are those of the page's own WebSocket. The bytes are seen by a capture before the server,
and sent to the page as they pass.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from wslab.browser.here.asking import put
from wslab.browser.here.channel import Page
from wslab.browser.here.outputs import Island
from wslab.net.capture import Capture, CapturedConnection, capture
from wslab.net.dissect import Item, dissect
from wslab.net.dissect.credentials import redact_text
from wslab.net.dissect.items import FrameItem, Head, UnparsedItem

LOOK_SECONDS = 0.05  # between two looks at what the capture has
BYTES_SHOWN = 12
MOST_ITEMS = 2_000  # that a page is told of: each look takes the whole conversation apart
STORED = (
    "A panel with buttons: connect, send text, send bytes, close with a code. Below them"
    " readyState, the events, and the bytes on the wire. It works where this cell has run in"
    " JupyterLab."
)


def panel(server: Any) -> None:
    """Show the panel below the cell; what it connects to is `server`, through a capture of its own.

    server: anything with a `port`, a ws: URL, or a port number, as for `capture`. It must let the
    page in that shows this notebook, whose origin is JupyterLab's. Of a URL the path is kept.
    """
    wire = capture(server, name="the capture of the panel")
    island = Island(PICTURE, STORED)

    def begin(page: Page) -> None:
        watching = asyncio.get_running_loop().create_task(_watch(wire, page, island.key))
        page.peer.when_lost(lambda _: watching.cancel())

    parts = urlsplit(server if isinstance(server, str) else "")
    rest = f"{parts.path}{parts.query and '?'}{parts.query}".removeprefix("/")
    if not put(island, {"panel": {"url": wire.url + rest}}, begin):
        wire.close()


async def _watch(wire: Capture, page: Page, key: str) -> None:
    """Tell the page what has passed since the last look, as long as both are there."""
    told: Counter[tuple[int, str]] = Counter()  # items by connection and direction
    seen: dict[int, int] = {}  # chunks by connection
    while page.open and told.total() < MOST_ITEMS:
        for connection in wire.connections:
            if seen.get(connection.number) == len(connection.chunks):
                continue
            seen[connection.number] = len(connection.chunks)
            page.tell(type="wire", key=key, lines=list(_news(connection, told)))
        if not wire.listening:
            return
        await asyncio.sleep(LOOK_SECONDS)
    page.tell(type="wire", key=key, lines=[("", f"more than {MOST_ITEMS} are not shown", "")])


def _news(
    connection: CapturedConnection, told: Counter[tuple[int, str]]
) -> Iterator[tuple[str, str, str]]:
    """What is whole and was not told before. What is not whole yet is told when it is."""
    met: Counter[tuple[int, str]] = Counter()
    for item in dissect(connection):
        if isinstance(item, UnparsedItem) and connection.closed is None:
            continue
        where = (connection.number, item.direction)
        met[where] += 1
        if met[where] > told[where]:
            told[where] += 1
            yield line(item)


def line(item: Item) -> tuple[str, str, str]:
    """One piece of a conversation as the panel shows it: direction, what it is, its first bytes."""
    arrow = "↑" if item.direction == "up" else "↓"
    if isinstance(item, Head):  # its bytes may hold cookies, and are read in lesson 02
        return arrow, redact_text(item.start_line), f"{item.size} bytes"
    what = f"{item.opcode_name} frame" if isinstance(item, FrameItem) else item.kind
    shown = item.shown_raw()[:BYTES_SHOWN].hex(" ")
    return arrow, what, f"{shown} …" if item.size > BYTES_SHOWN else shown


def _button(x: int, y: int, width: int, text: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="24" rx="3" fill="none"'
        f' stroke="currentColor"/>\n<text x="{x + width / 2:g}" y="{y + 16}"'
        f' text-anchor="middle">{text}</text>\n'
    )


# Between the texts are line breaks: JupyterLab leaves of an untrusted picture the texts alone.
PICTURE = (
    f'<figure style="margin:0.5em 0"><svg role="img" aria-label="{STORED}" width="560"'
    ' height="190" viewBox="0 0 560 190" style="max-width:100%;height:auto"'
    ' font-family="sans-serif" font-size="13" fill="currentColor">'
    f"<title>The panel</title>\n{_button(8, 8, 80, 'Connect')}"
    '<text x="102" y="24">readyState 0 to 3, bufferedAmount</text>\n'
    f"{_button(8, 42, 100, 'Send text')}{_button(120, 42, 100, 'Send bytes')}"
    f"{_button(232, 42, 150, 'Close with a code')}"
    '<rect x="8" y="78" width="266" height="104" fill="none" stroke="currentColor"/>'
    '<text x="18" y="98">events: open, message, error, close</text>\n'
    '<rect x="286" y="78" width="266" height="104" fill="none" stroke="currentColor"/>'
    '<text x="296" y="98">bytes on the wire: ↑ up, ↓ down</text>\n'
    f"</svg><figcaption>{STORED}</figcaption></figure>"
)
