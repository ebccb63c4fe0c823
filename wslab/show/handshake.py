"""`show.handshake`: the request that asks for WebSocket and the answer, line by line;
`show.accept`: the sum."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from wslab.net.dissect import BodyItem, Head, Item, RequestItem, ResponseItem, redact, redact_text
from wslab.protocol import GUID
from wslab.show import explain
from wslab.show.display import Cell, Picture, Table
from wslab.show.source import Source, Tidy, conversations
from wslab.show.svg import Canvas
from wslab.show.theme import BLUE, GREEN, ORANGE, PURPLE
from wslab.show.words import fit, hide_ports, plural, preview, text_width, visible, wrap

WIDTH = 920.0
GUTTER = 46.0  # left, for the lines from a header of the request to its counterpart
NAMES = 490.0  # where the explanations begin
LINE = 16.0
LINES = 3  # of one header at most
BODY_LINES = 6
# Header of the request, header of the response, colour, what the line between them says.
PAIRS = (
    ("sec-websocket-key", "sec-websocket-accept", GREEN, "computed from"),
    ("sec-websocket-protocol", "sec-websocket-protocol", PURPLE, "chosen from"),
    ("sec-websocket-extensions", "sec-websocket-extensions", ORANGE, "agreed from"),
)


def handshake(source: Source, *, connection: int | None = None) -> Picture:
    """The opening handshake: both heads, every header line explained, with the section that defines
    it.

    source: a capture, one of its connections, or dissected items. connection: its number; by
    default the first one that asked for WebSocket. Raises ValueError when there is no request to
    show.
    """
    found, tidy = conversations(source, connection)
    asking = [c for c in found if any(isinstance(i, RequestItem) and i.upgrade for i in c.items)]
    chosen = next(iter(asking or found), None)
    heads = _pair(chosen.items) if chosen else []
    if not heads:
        raise ValueError("there is no HTTP request in this capture: nothing asked for WebSocket")
    canvas = Canvas(WIDTH)
    places: dict[tuple[str, str], float] = {}
    y = 8.0
    for item in heads:
        y = _panel(canvas, item, y, tidy, places) + 14
    canvas.height = y - 6
    _links(canvas, places)
    told = ", ".join(
        visible(redact_text(tidy(item.start_line))) for item in heads if isinstance(item, Head)
    )
    return Picture(
        canvas,
        title="The opening handshake",
        description=f"Request and answer with each header explained: {told}.",
        words=_words(heads, tidy),
        what="handshake",
        extra=", ".join(_name(item) for item in heads if isinstance(item, Head)),
    )


def _name(item: Head) -> str:
    return item.method if isinstance(item, RequestItem) else str(getattr(item, "status", ""))


def _pair(items: list[Item]) -> Sequence[Item]:
    """The request for WebSocket (or the first one), its answer, and the body of a refusal."""
    requests = [i for i, item in enumerate(items) if isinstance(item, RequestItem)]
    if not requests:
        return [item for item in items if isinstance(item, ResponseItem)][:1]
    wanted = next((i for i in requests if getattr(items[i], "upgrade", False)), requests[0])
    order = requests.index(wanted)
    answers = [
        i
        for i, item in enumerate(items)
        if isinstance(item, ResponseItem) and (item.status >= 200 or item.status == 101)
    ]
    out = [items[wanted]]
    if order < len(answers):
        out.append(items[answers[order]])
        out += [
            i
            for i in items[answers[order] + 1 :][:1]
            if isinstance(i, BodyItem) and i.direction == "down"
        ]
    return out


def _panel(
    canvas: Canvas, item: Item, top: float, tidy: Tidy, places: dict[tuple[str, str], float]
) -> float:
    """One message as a box; returns where it ends."""
    side = "client → server" if item.direction == "up" else "client ← server"
    if isinstance(item, BodyItem):
        canvas.text(GUTTER + 12, top + 6, f"body, {plural(item.size, 'byte')}:", class_="c d")
        lines = _body(item, tidy)
        for number, line in enumerate(lines):
            at = top + 6 + number * LINE
            canvas.text(GUTTER + 130, at, line, class_="c m", width=WIDTH - GUTTER - 150)
        return top + 12 + (len(lines) - 1) * LINE
    assert isinstance(item, (RequestItem, ResponseItem))
    title = "Request" if isinstance(item, RequestItem) else "Response"
    canvas.text(GUTTER, top + 14, title, class_="l b")
    where = GUTTER + text_width(title, 15, bold=True) + 10
    canvas.text(where, top + 14, f"{side} · {plural(item.size, 'byte')}", class_="c d")
    start = top + 22
    rows = _rows(item, tidy)
    mark = len(canvas.parts)
    y = start + 6
    for row in rows:
        y = _row(canvas, item.direction, row, y, places)
    height = y + 4 - start
    canvas.parts.insert(mark, "")
    frame = Canvas(0)
    frame.box(GUTTER, start, WIDTH - GUTTER - 8, height, BLUE, tint=0.03, round_=5)
    canvas.parts[mark] = frame.body
    return start + height


def _body(item: BodyItem, tidy: Tidy) -> list[str]:
    """A short text by its lines, which say why a server refused; anything else on one line."""
    try:
        lines = [line.rstrip() for line in item.data.decode("utf-8").split("\n")]
    except UnicodeDecodeError:
        lines = []
    wrapped = [
        part
        for line in lines
        if line
        for part in wrap(tidy(redact_text(line)), WIDTH - GUTTER - 160, 12, mono=True)
    ]
    if wrapped and len(wrapped) <= BODY_LINES and all(line.isprintable() for line in wrapped):
        return wrapped
    return [tidy(preview(item.data, limit=100))]


def _rows(item: RequestItem | ResponseItem, tidy: Tidy) -> list[tuple[str, str, str, str]]:
    """Name ("" for the first line), value, meaning, section; credentials and ports hidden."""
    said, section = explain.start_line(item)
    rows = [("", visible(redact_text(tidy(hide_ports(item.start_line)))), said, section)]
    is_request = isinstance(item, RequestItem)
    for line in item.lines:
        [(name, value)] = redact([(line.name, line.value)])
        said, section = explain.header(line, request=is_request)
        rows.append(
            (visible(name) or "(no name)", visible(tidy(hide_ports(value))), visible(said), section)
        )
    return rows


def _row(
    canvas: Canvas,
    direction: str,
    row: tuple[str, str, str, str],
    top: float,
    places: dict[tuple[str, str], float],
) -> float:
    name, value, said, section = row
    notes = _note(said, section)
    x = GUTTER + 12
    line = f"{name}: {value}" if name else value
    lines = wrap(line, NAMES - x - 10, 12, mono=True)
    if len(lines) > LINES:
        lines = [*lines[: LINES - 1], " ".join(lines[LINES - 1 :])]
    height = LINE * max(len(lines), len(notes)) + 4
    colour = next((pair[2] for pair in PAIRS if name.lower() in pair[:2]), "")
    places.setdefault((direction, name.lower()), top + height / 2)
    with canvas.group(line):
        if colour:  # a partner of the other head
            canvas.box(
                GUTTER + 5, top, WIDTH - GUTTER - 18, height - 2, colour, stroke=0, tint=0.14
            )
        bold = len(name) + 1 if name else len(line)
        for number, text in enumerate(lines):
            indent = 14 if number else 0
            shown = fit(text, NAMES - x - 10 - indent, 12, mono=True)
            canvas.start_bold(
                x + indent, top + 14 + number * LINE, shown, 0 if number else bold, class_="c m"
            )
    for number, text in enumerate(notes):
        canvas.text(NAMES, top + 14 + number * LINE, text, class_="c d")
    return top + height


def _note(said: str, section: str) -> list[str]:
    """The explanation in lines, the section behind it where there is room."""
    room = WIDTH - NAMES - 16
    lines = wrap(said, room, 12)
    together = f"{lines[-1]} · {section}"
    if not section or not said:
        return lines if said else [section]
    return [*lines[:-1], together] if text_width(together, 12) <= room else [*lines, section]


def _links(canvas: Canvas, places: dict[tuple[str, str], float]) -> None:
    """From each header that the server answers to its answer, in the left margin."""
    lane = 34.0
    for asked, answered, colour, what in PAIRS:
        start, end = places.get(("up", asked)), places.get(("down", answered))
        if start is None or end is None:
            continue
        with canvas.group(f"{answered} is {what} {asked}"):
            canvas.path(
                f"M{GUTTER + 4:g} {start:g} H{lane:g} V{end:g} H{GUTTER - 2:g}", colour, width=2
            )
            canvas.head(GUTTER + 4, end, 0, colour, length=8)
        lane -= 11


def _words(items: Sequence[Item], tidy: Tidy) -> Table:
    rows: list[list[str | Cell]] = []
    for item in items:
        if isinstance(item, BodyItem):
            rows.append(
                ["response", Cell(tidy(preview(item.data, limit=200)), code=True), "the body", ""]
            )
        elif isinstance(item, (RequestItem, ResponseItem)):
            for name, value, said, section in _rows(item, tidy):
                line = f"{name}: {value}" if name else value
                special = name.lower().startswith("sec-websocket")
                rows.append([item.kind, Cell(line, code=True, strong=special), said, section])
    return Table(["in", "line", "what it does", "defined in"], rows)


def accept(key: str) -> Table:
    """How Sec-WebSocket-Accept comes out of Sec-WebSocket-Key, step by step (RFC 6455, 4.2.2)."""
    if not isinstance(key, str):
        raise TypeError(f"the key is the header's value, a str, not {type(key).__name__}")
    joined = key.strip() + GUID
    digest = hashlib.sha1(joined.encode("latin-1", "replace"), usedforsecurity=False).digest()
    rows: list[list[str | Cell]] = [
        ["1", "Sec-WebSocket-Key, as the client sent it", Cell(key.strip(), code=True)],
        ["2", "the GUID that RFC 6455 fixes", Cell(GUID, code=True)],
        ["3", "one after the other", Cell(joined, code=True)],
        ["4", "SHA-1 of that: 20 bytes, in hex", Cell(digest.hex(" "), code=True)],
        [
            "5",
            "the 20 bytes in base64: Sec-WebSocket-Accept",
            Cell(base64.b64encode(digest).decode(), code=True, strong=True, colour=GREEN),
        ],
    ]
    return Table(["step", "what", "value"], rows, what="accept", numeric=("step",))
