"""What the `show` functions accept, brought into one form: connections with their items."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from wslab.net.capture import Capture, CapturedConnection
from wslab.net.dissect import (
    BodyItem,
    FrameItem,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
    RunItem,
    dissect,
    opcode_name,
    redact_text,
)
from wslab.net.dissect.secrets import hide_secrets
from wslab.show import http2
from wslab.show.words import hide_ports, preview, visible

MOST_FRAMES = 10_000  # of a direction: with more of them, those in the middle are counted
Source = Capture | CapturedConnection | Iterable[Item]
Tidy = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One connection's items; `record` is None when only items were given."""

    number: int
    items: list[Item]
    record: CapturedConnection | None


def conversations(source: Source, connection: int | None = None) -> tuple[list[Conversation], Tidy]:
    """The connections of a capture (or the one with this number), and what hides their ports.

    Raises ValueError when there is no such connection, TypeError when the source is something else.
    """
    tidy: Tidy = hide_ports
    if isinstance(source, Capture):
        tidy = _tidy(source)
        found = [Conversation(c.number, _items(c), c) for c in list(source.connections)]
    elif isinstance(source, CapturedConnection):
        found = [Conversation(source.number, _items(source), source)]
    else:
        found = _from_items(source)
    if connection is not None:
        numbers = [c.number for c in found]
        found = [c for c in found if c.number == connection]
        if not found:
            there = ", ".join(map(str, numbers)) or "none"
            raise ValueError(
                f"there is no connection {connection} in the capture; there is: {there}"
            )
    return found, tidy


def _items(connection: CapturedConnection) -> list[Item]:
    return [hide_secrets(item) for item in dissect(connection, most=MOST_FRAMES)]


def _tidy(capture: Capture) -> Tidy:
    return lambda text: hide_ports(capture.tidy(text))


def _from_items(source: Any) -> list[Conversation]:
    items = (
        list(source)
        if isinstance(source, Iterable) and not isinstance(source, (str, bytes))
        else None
    )
    if items is None or not all(isinstance(item, Item) for item in items):
        raise TypeError(
            f"can't show {type(source).__name__}: "
            "give a capture, one of its connections, or dissected items"
        )
    items = [hide_secrets(item) for item in items]
    numbers = dict.fromkeys(item.connection for item in items)
    return [Conversation(n, [i for i in items if i.connection == n], None) for n in numbers]


def kind_of(item: Item) -> str:
    """The name of an item's kind: request, response, body, unparsed; of a frame, its opcode's name,
    and of one of HTTP/2, its type's.
    """
    if isinstance(item, HTTP2Item):
        return item.name
    return item.opcode_name if isinstance(item, FrameItem) else item.kind


def content(item: Item, tidy: Tidy, limit: int = 60) -> str:
    """What an item carries, short, escaped, without ports and credentials."""
    if isinstance(item, (RequestItem, ResponseItem)):
        shown = visible(redact_text(tidy(item.start_line)))
        return shown if len(shown) <= limit else shown[: limit - 1] + "…"
    if isinstance(item, FrameItem):
        if item.opcode == 8 and item.close_code is not None:
            return (
                str(item.close_code) + " " + preview(item.payload[2:], text=True, limit=limit)
            ).rstrip()
        if item.opcode >= 8:
            return tidy(preview(item.data, limit=limit))
        is_text = item.is_text and not (item.compressed and item.inflated is None)
        return tidy(preview(item.data, text=is_text, limit=limit if is_text else min(limit, 30)))
    if isinstance(item, HTTP2Item):
        return tidy(http2.content(item, limit))
    if isinstance(item, BodyItem):
        return tidy(preview(item.data, limit=limit))
    if isinstance(item, RunItem):
        return ", ".join(f"{count:,} {opcode_name(n)}" for n, count in item.counts.items())
    return tidy(preview(item.shown_raw(), limit=limit))
