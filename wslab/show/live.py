"""`show.live`: the table of a capture, filling in the notebook while traffic passes.

It is the one picture that needs the page: `wslab.browser.here` leads there. Where no page answers,
and in what is stored, the table is the one of that moment.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from wslab.net.capture import Capture
from wslab.net.dissect.follow import Follower
from wslab.net.dissect.items import Item, UnparsedItem
from wslab.show.hexdump import bytes_
from wslab.show.source import conversations
from wslab.show.tables import cells_of, table

MOST_AT_ONCE = 200  # rows of one look, of which there are ten in a second
MOST_KEPT = 5_000  # rows whose bytes can still be asked for


def live(capture: Capture, *, limit: int = 200) -> None:
    """Show the table of `capture` below the cell, and go on with it while the capture records.

    In the page: pause, a filter by text, direction and kind, and a click or Enter on a row for its
    bytes. What passes too fast is sampled, and the table says how much. limit: rows of the stored
    table.
    """
    from wslab.browser.here import stream

    now = table(capture, limit=limit)
    stream(now.html, now.text, lambda: _Watch(capture))


class _Watch:
    """What one page has been told of a capture. A `wslab.browser.here.Source`."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._tidy = conversations(capture)[1]
        self._followers: dict[int, Follower] = {}
        self._items: OrderedDict[int, Item] = OrderedDict()
        self._count = 0

    def news(self) -> dict[str, Any] | None:
        """The rows of what has come, or of some of it if that is too much."""
        fresh: list[Item] = []
        for connection in list(self._capture.connections):
            if connection.number not in self._followers:
                self._followers[connection.number] = Follower(connection)
            fresh += self._followers[connection.number].news()
        if not fresh:
            return None
        fresh.sort(key=lambda item: item.t)
        first, self._count = self._count, self._count + len(fresh)
        step = max(1, -(-len(fresh) // MOST_AT_ONCE))
        rows = [self._row(first + place, fresh[place]) for place in range(0, len(fresh), step)]
        return {"fresh": rows, "skipped": len(fresh) - len(rows)}

    def answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """The bytes of a row."""
        number = message.get("id")
        if not isinstance(number, int):
            return None
        item = self._items.get(number)
        if item is None:
            html = "<p>The bytes of this row are not kept any more.</p>"
        else:
            html = bytes_(item).html
        return {"id": number, "html": html}

    def _row(self, number: int, item: Item) -> dict[str, Any]:
        self._items[number] = item
        while len(self._items) > MOST_KEPT:
            self._items.popitem(last=False)
        direction, kind, *rest = (cell.text for cell in cells_of(item, self._tidy))
        times = [str(number + 1), str(item.connection), f"{item.t * 1000:.1f}"]
        return {
            "id": number,
            "direction": item.direction,
            "kind": kind,
            "cells": [*times, direction, kind, *rest],
            "wrong": bool(item.problems) or isinstance(item, UnparsedItem),
        }
