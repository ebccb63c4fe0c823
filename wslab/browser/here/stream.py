"""`stream`: an island that goes on changing, with what the kernel sends and what the page asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from wslab.browser.here.asking import put
from wslab.browser.here.channel import Page
from wslab.browser.here.outputs import Island

LOOK_SECONDS = 0.1


class Source(Protocol):
    """What a stream shows. Both methods are called on the background loop."""

    def news(self) -> dict[str, Any] | None:
        """What there is since the last call, for the page's script; None for nothing."""

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """What the page asks for."""


class _Stream:
    """One page's. It begins when the page has drawn the table, and anew when it draws another."""

    def __init__(self, page: Page, key: str, make: Callable[[], Source]) -> None:
        self._page, self._key, self._make = page, key, make
        self._source: Source | None = None
        self._sending: asyncio.Task[None] | None = None
        page.asked[key] = self._asked
        page.peer.when_lost(lambda _: self._stop())

    def _asked(self, message: dict[str, Any]) -> None:
        if message.get("begin"):
            self._stop()
            self._page.tell(type="wire", key=self._key, lines={"reset": True})
            self._source = self._make()
            self._sending = asyncio.get_running_loop().create_task(self._send(self._source))
        elif self._source is not None and (answer := self._source.answer(message)) is not None:
            self._page.tell(type="wire", key=self._key, lines=answer)

    async def _send(self, source: Source) -> None:
        while self._page.open:
            if (news := source.news()) is not None:
                self._page.tell(type="wire", key=self._key, lines=news)
            await asyncio.sleep(LOOK_SECONDS)

    def _stop(self) -> None:
        if self._sending is not None:
            self._sending.cancel()


def stream(html: str, text: str, make: Callable[[], Source]) -> bool:
    """Show `html` (`text` where there is none) below the cell, and in the page that shows it the
    live table of live.js, fed by a source of its own. Returns whether a browser answered.
    """
    island = Island(html, text)

    def begin(page: Page) -> None:
        _Stream(page, island.key, make)  # the page holds it

    return put(island, {"live": True}, begin)
