"""A conversation as a table, browser events as a table, and any results as a table."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from wslab.net.capture import Capture
from wslab.net.dissect import Item, RunItem, UnparsedItem
from wslab.net.dissect.items import Direction
from wslab.net.dissect.secrets import hide_secrets
from wslab.show.display import Cell, Table
from wslab.show.meaning import meaning
from wslab.show.source import Source, Tidy, content, conversations, kind_of
from wslab.show.theme import KIND_COLOURS, RED
from wslab.show.words import plural, visible

ARROWS = {"up": "client → server", "down": "client ← server"}


def table(
    source: Source,
    *,
    connection: int | None = None,
    kinds: Container[str] | None = None,
    direction: Direction | None = None,
    text: str = "",
    limit: int = 200,
    times: bool = False,
) -> Table:
    """A row for each HTTP head, body part and frame: direction, kind, bytes on the wire, content,
    meaning.

    source: a capture, one of its connections, or dissected items. kinds: only these, by "frame",
    "request", "response", "body", "unparsed" or an opcode's name. direction: only "up" or only
    "down". text: only rows that have it in content or meaning, in capital letters or small ones.
    times: milliseconds since the capture began, which differ on each run. The number of a row is
    its place in the whole conversation.
    """
    if direction not in (None, "up", "down"):
        raise ValueError(f'direction is "up", "down" or None, not {direction!r}')
    found, tidy = conversations(source, connection)
    several = len(found) > 1
    header = ["#", *(["connection"] if several else []), *(["ms"] if times else [])]
    header += ["direction", "kind", "bytes", "content", "what it means"]
    rows: list[list[str | Cell]] = []
    left_out = unseen = 0
    for conversation in found:
        order = 0
        for item in conversation.items:
            order += item.count if isinstance(item, RunItem) else 1
            if isinstance(item, RunItem) and (kinds is not None or text):
                unseen += item.count
                continue
            if kinds is not None and item.kind not in kinds and kind_of(item) not in kinds:
                continue
            if direction not in (None, item.direction):
                continue
            if len(rows) >= limit and not text:
                left_out += item.count if isinstance(item, RunItem) else 1
                continue
            cells = cells_of(item, tidy)
            if text and not any(text.casefold() in cell.text.casefold() for cell in cells[-2:]):
                continue
            if len(rows) >= limit:
                left_out += 1
                continue
            row: list[str | Cell] = [str(order), *cells]
            if several:
                row.insert(1, str(conversation.number))
            if times:
                row.insert(2 if several else 1, f"{item.t * 1000:.1f}")
            rows.append(row)
    notes = [f"{plural(left_out, 'more row')} not shown (limit={limit})"] if left_out else []
    if not rows and any(conversation.items for conversation in found):
        notes.append("no row fits")
    if unseen:
        notes.append(f"{plural(unseen, 'frame')} in the middle were counted and not looked through")
    lost = sum(c.record.left_out for c in found if c.record)
    if lost:
        which = f" ({source.full})" if isinstance(source, Capture) and source.full else ""
        notes.append(
            f"{plural(lost, 'byte')} came after the capture's memory was full{which} and were not "
            "kept"
        )
    refused = [c.number for c in found if c.record and c.record.ended_by == "refused"]
    notes += [f"connection {number}: the server could not be reached" for number in refused]
    if isinstance(source, Capture):
        notes += source.notes
    return Table(header, rows, notes=notes, numeric=("#", "connection", "ms", "bytes"))


def cells_of(item: Item, tidy: Tidy) -> list[Cell]:
    """Direction, kind, bytes, content and meaning of an item."""
    item = hide_secrets(item)
    kind = kind_of(item)
    wrong = bool(item.problems) or isinstance(item, UnparsedItem)
    return [
        Cell(ARROWS[item.direction], whole=True),
        Cell(kind, whole=True, colour=RED if wrong else KIND_COLOURS.get(kind_of(item), RED)),
        Cell(f"{item.size:,}"),
        Cell(content(item, tidy), code=True),
        Cell(tidy(visible(meaning(item))), strong=wrong),
    ]


def columns(data: Iterable[Any], *, caption: str = "", order: Sequence[str] | None = None) -> Table:
    """A list of mappings (or dataclass instances) as a table, a column for each key.

    order: the keys to show, in this order; by default all, as they first appear.
    """
    records = [record_of(entry) for entry in data]
    keys = list(order) if order is not None else list(dict.fromkeys(k for r in records for k in r))
    numeric = {
        key for key in keys
        if records and all(isinstance(r.get(key), (int, float)) and not isinstance(r.get(key), bool)
                           for r in records if r.get(key) is not None)
    }  # fmt: skip
    rows = [[written(record.get(key)) for key in keys] for record in records]
    return Table(
        [str(key) for key in keys], rows, caption=caption, numeric={str(key) for key in numeric}
    )


def trace(rows: Iterable[Any], *, caption: str = "") -> Table:
    """The events that a WebSocket saw, in order: a list of mappings, or (event, value) pairs."""
    records = []
    for number, entry in enumerate(rows, 1):
        records.append({"#": number, **record_of(entry)})
    shown = columns(records, caption=caption)
    return Table(
        shown.header, shown.rows, caption=caption, what="trace",
        numeric={"#", "readyState", "bufferedAmount", "code"},
    )  # fmt: skip


def side_by_side(traces: Mapping[str, Iterable[Any]], *, caption: str = "") -> Table:
    """Traces of the same steps by different implementations; rows that differ are marked."""
    lists = {name: [_one_line(record_of(entry)) for entry in rows] for name, rows in traces.items()}
    longest = max((len(rows) for rows in lists.values()), default=0)
    table_rows: list[list[str | Cell]] = []
    different = 0
    for i in range(longest):
        texts = [rows[i] if i < len(rows) else "(nothing)" for rows in lists.values()]
        same = len(set(texts)) <= 1
        different += not same
        cells: list[str | Cell] = [
            Cell(text, strong=not same, colour="" if same else RED) for text in texts
        ]
        table_rows.append([str(i + 1), *cells, "" if same else Cell("≠ differs", strong=True)])
    note = f"{plural(different, 'row')} of {longest} differ" if different else "no difference"
    return Table(
        ["#", *lists, "compared"], table_rows, caption=caption, notes=[note], what="side by side",
        numeric=("#",),
    )  # fmt: skip


def record_of(entry: Any) -> dict[str, Any]:
    """A row in any accepted form as a mapping. Raises TypeError for anything else."""
    if isinstance(entry, Mapping):
        return {str(key): value for key, value in entry.items()}
    if is_dataclass(entry) and not isinstance(entry, type):
        return asdict(entry)
    if isinstance(entry, str):
        return {"event": entry}
    if isinstance(entry, Sequence) and len(entry) >= 1 and isinstance(entry[0], str):
        return {
            "event": entry[0],
            **{f"value {i}" if i > 1 else "value": v for i, v in enumerate(entry[1:], 1)},
        }
    raise TypeError(
        f"a row is a mapping, a dataclass instance or an (event, value) pair, not {entry!r}"
    )


def _one_line(record: Mapping[str, Any]) -> str:
    first, *others = record.items() if record else [("", "")]
    parts = [written(first[1])]
    parts += [f"{name}={written(value)}" for name, value in others if value is not None]
    return " ".join(parts)


def written(value: Any) -> str:
    """A value as a table shows it; fixed for equal values."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        return data[:24].hex(" ") + (" …" if len(data) > 24 else "")
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(written(entry) for entry in value)
    return visible(str(value))
