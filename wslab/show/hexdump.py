"""`show.bytes`: the bytes themselves, each field in its place, with what it is and says."""

from __future__ import annotations

import re
from collections.abc import Callable

from wslab.net.dissect import Head, Item, read_frame
from wslab.net.dissect.secrets import hide_secrets
from wslab.protocol.frames import Frame, encode_frame
from wslab.show.display import Cell, Display, Table
from wslab.show.fields import fields_of
from wslab.show.frame_fields import Field
from wslab.show.svg import clean
from wslab.show.theme import MONO
from wslab.show.words import plural

PER_LINE = 16
LOOPBACK_PORT = re.compile(rb"(?:127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})")


class HexDump(Display):
    """A hex dump whose fields are tinted and named, above the table of the fields."""

    def __init__(self, item: Item, limit: int) -> None:
        self.item = item
        self.limit = limit
        self.fields = fields_of(item)
        self._hidden = _hidden(item)

    def __repr__(self) -> str:
        return f"<bytes: {plural(self.item.size, 'byte')}>"

    def _repr_html_(self) -> str:
        return self.html

    @property
    def table(self) -> Table:
        """The fields: where, what, value, meaning, section."""
        rows: list[list[str | Cell]] = [
            [
                Cell(f.name, colour=f.colour, whole=True),
                Cell(f.where, whole=True),
                Cell(f.value, code=True),
                f.meaning,
                Cell(f.section, whole=True),
            ]
            for f in self.fields
        ]
        return Table(["field", "where", "value", "what it says", "defined in"], rows, what="fields")

    @property
    def html(self) -> str:
        """The dump as preformatted text with a tinted span for each field, then the table."""
        lines = []
        for start in range(0, min(self.item.size, self.limit), PER_LINE):
            end = min(start + PER_LINE, self.item.size, self.limit)
            hexes = self._spans(start, end, " ", self._hex)
            room = "   " * (PER_LINE - (end - start))
            chars = self._spans(start, end, "", self._char)
            lines.append(f"{start:04x}  {hexes}{room}  {chars}")
        if self.item.size > self.limit:
            lines.append(f"…     {plural(self.item.size - self.limit, 'more byte')}")
        style = f"font-family:{MONO};line-height:1.5;overflow-x:auto"
        return (
            f'<pre class="wslab-bytes" style="{clean(style)}">'
            + "\n".join(lines)
            + "</pre>\n"
            + self.table.html
        )

    @property
    def text(self) -> str:
        """The plain hex dump and the table of the fields."""
        lines = []
        for start in range(0, min(self.item.size, self.limit), PER_LINE):
            places = range(start, min(start + PER_LINE, self.item.size, self.limit))
            hexes = " ".join(map(self._hex, places))
            lines.append(f"{start:04x}  {hexes:<{PER_LINE * 3}} {''.join(map(self._char, places))}")
        if self.item.size > self.limit:
            lines.append(f"…     {plural(self.item.size - self.limit, 'more byte')}")
        return "\n".join([*lines, "", self.table.text])

    def _spans(self, start: int, end: int, between: str, write: Callable[[int], str]) -> str:
        out = ""
        place = start
        while place < end:
            field = self._field_at(place)
            stop = min(end, field.end if field else end)
            inside = clean(between.join(write(i) for i in range(place, stop)))
            if field:
                hover = clean(f"{field.name}: {field.meaning}")
                look = f"background-color:{field.colour}40"
                out += f'<span style="{look}" title="{hover}">{inside}</span>'
            else:
                out += inside
            place = stop
            out += between if place < end else ""
        return out

    def _field_at(self, place: int) -> Field | None:
        # The bit fields of a frame's first two bytes share a byte: the widest one gives the colour.
        here = [f for f in self.fields if f.start <= place < f.end]
        return max(here, key=lambda f: f.bits[1] - f.bits[0] if f.bits else 99) if here else None

    def _hex(self, place: int) -> str:
        return "··" if place in self._hidden else f"{self.item.raw[place]:02x}"

    def _char(self, place: int) -> str:
        byte = self.item.raw[place]
        return "·" if place in self._hidden else chr(byte) if 32 <= byte < 127 else "."


def _hidden(item: Item) -> frozenset[int]:
    """Bytes not to be shown: credentials, and the ports in HTTP heads, which differ on each run."""
    places = {i for start, end in item.secrets for i in range(start, end)}
    if isinstance(item, Head):
        for match in LOOPBACK_PORT.finditer(item.raw):
            places.update(range(*match.span(1)))
    return frozenset(places)


def bytes_(what: Item | Frame | bytes, *, limit: int = 256) -> HexDump:
    """The hex dump of one item or frame, each field tinted and named, with a table of the fields.

    what: a dissected item, a `Frame`, or the bytes of a frame. limit: bytes to show at most.
    """
    if isinstance(what, Frame):
        what = read_frame(encode_frame(what))
    elif isinstance(what, (bytes, bytearray, memoryview)):
        what = read_frame(bytes(what))
    if not isinstance(what, Item):
        raise TypeError(
            f"give a dissected item, a Frame, or the bytes of a frame, not {type(what).__name__}"
        )
    return HexDump(hide_secrets(what), limit)
