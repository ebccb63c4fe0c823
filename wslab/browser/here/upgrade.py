"""`here.upgrade`: the opening handshake as the browser that shows the notebook writes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from wslab.browser.here.run import rows_of
from wslab.browser.here.seen import Seen
from wslab.browser.upgrade import recorded_upgrade
from wslab.net.capture import Capture
from wslab.net.dissect import Item, dissect


@dataclass(frozen=True, kw_only=True)
class PageUpgrade(Seen):
    """javascript: what the page ran. items: request and response, dissected; credentials are still
    in them, and `show` redacts them.
    """

    javascript: str
    items: list[Item]

    def __repr__(self) -> str:
        return f"<upgrade: {self.label}>"


async def upgrade(
    wire: Capture, path: str = "", protocols: Sequence[str] = (), *, timeout: float = 10.0
) -> PageUpgrade:
    """Let this page connect through a capture, and give the request and the answer. Where no
    browser answers, or a proxy would write a request of its own: the recording.

    path: what comes after the address. protocols: the subprotocols to offer. timeout: in seconds.
    Raises what `run` raises.
    """
    stored = recorded_upgrade()
    known = PageUpgrade(label=stored.label, javascript=stored.javascript, items=stored.items)
    offer = f", {json.dumps(list(protocols))}" if protocols else ""
    line = f"const ws = new WebSocket(url{offer});"
    before = len(wire.connections)
    lines = f"{line}\nws.onopen = () => ws.close();"
    found = await rows_of(lines, f"{wire.url}{path}", stored.label, timeout, by_proxy=False)
    if found is None:
        return PageUpgrade(**{**vars(known), "recorded": known})
    page = found[1]
    mine = wire.connections[before:]
    if not mine:
        raise RuntimeError(
            "the page's request did not come through this capture: if it was closed, make a new one"
        )
    return PageUpgrade(
        label=page.label,
        recorded=known,
        page=page,
        javascript=line,
        items=dissect(mine[0])[:2],
    )
