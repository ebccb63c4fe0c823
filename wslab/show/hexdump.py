"""`show.bytes`: the bytes themselves, each field in its place, with what it is and says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from wslab.net.dissect import Head, Item, read_frame
from wslab.net.dissect.secrets import hide_secrets
from wslab.protocol.frames import Frame, encode_frame
from wslab.show.display import Cell, Display, Picture, Table
from wslab.show.fields import fields_of
from wslab.show.frame_fields import Field
from wslab.show.svg import Canvas, clean
from wslab.show.theme import MONO
from wslab.show.words import plural, shorten

PER_LINE = 16
SAID = 100  # characters of a value in an explanation; the table has all of it
# What the pointer is told of a field stands below it when the Tab key comes there.
STYLE = (
    ".wslab-bytes a{color:inherit;text-decoration:none}"
    ".wslab-bytes a:focus-visible{outline:2px solid var(--jp-brand-color1,#1976d2)}"
    ".wslab-bytes a:focus-visible::after{content:attr(title);position:absolute;z-index:9;"
    "max-width:34em;margin:1.7em 0 0 -2em;padding:.3em .6em;white-space:pre-line;"
    "color:var(--jp-ui-font-color1,CanvasText);background:var(--jp-layout-color1,Canvas);"
    "border:1px solid var(--jp-border-color1,#9a9a9a);border-radius:3px}"
)
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
    def svg(self) -> str:
        """The same as a picture in a file of its own."""
        return self._picture().svg

    def save(self, path: str | Path) -> None:
        """Write `svg` to a file."""
        self._picture().save(path)

    def _picture(self) -> Picture:
        """The bytes in the colours of their fields, and below them what each field is and says."""
        shown = min(self.item.size, self.limit)
        canvas = Canvas(880)
        for place in range(shown):
            row, column = divmod(place, PER_LINE)
            x, y = 66.0 + 28 * column, 12.0 + 26 * row
            if not column:
                canvas.text(14, y + 16, f"{place:04x}", class_="m d")
            if field := self._field_at(place):
                canvas.box(x, y, 26, 22, field.colour, title=self._said(place))
            canvas.text(x + 13, y + 16, self._hex(place), class_="m", anchor="middle")
            canvas.text(x + 466 - 17 * column, y + 16, self._char(place), class_="m")
        y = 12.0 + 26 * -(-shown // PER_LINE)
        if self.item.size > shown:
            y += 18
            canvas.text(66, y, f"… and {plural(self.item.size - shown, 'more byte')}", class_="d")
        for field in self.fields:
            y += 20
            canvas.box(66, y - 10, 12, 12, field.colour)
            said = f"{field.name}, {field.where}"
            canvas.text(86, y, said, class_="c b", width=254)
            canvas.text(350, y, _told(field), class_="c", width=516)
        canvas.height = y + 14
        title = f"The bytes of {self.item.kind}"
        names = f"{plural(self.item.size, 'byte')}: {', '.join(f.name for f in self.fields)}."
        return Picture(canvas, title=title, description=names, words=self.table, what="bytes")

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
        """The dump as preformatted text, each field tinted and explained to pointer and keyboard,
        then the table.
        """
        lines = []
        for start in range(0, min(self.item.size, self.limit), PER_LINE):
            end = min(start + PER_LINE, self.item.size, self.limit)
            hexes = self._spans(start, end, " ", self._hex, stops=True)
            room = "   " * (PER_LINE - (end - start))
            chars = self._spans(start, end, "", self._char)
            lines.append(f"{start:04x}  {hexes}{room}  {chars}")
        if bits := "  ".join("".join(map(_tinted, byte)) for byte in self._bits()):
            lines.insert(1, f"bits  {bits}")
        if self.item.size > self.limit:
            lines.append(f"…     {plural(self.item.size - self.limit, 'more byte')}")
        style = f"font-family:{MONO};line-height:1.5;overflow-x:auto"
        return (
            f'<style>{STYLE}</style><pre class="wslab-bytes" style="{clean(style)}">'
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
        if bits := "  ".join("".join(text for _, text in byte) for byte in self._bits()):
            lines.insert(1, f"bits  {bits}")
        if self.item.size > self.limit:
            lines.append(f"…     {plural(self.item.size - self.limit, 'more byte')}")
        return "\n".join([*lines, "", self.table.text])

    def _bits(self) -> list[list[tuple[Field, str]]]:
        """The bytes that several fields share: each field with its bits, in fours."""
        shared = [field for field in self.fields if field.bits]
        out: list[list[tuple[Field, str]]] = []
        for start in dict.fromkeys(field.start for field in shared):
            byte = f"{self.item.raw[start]:08b}"
            out.append([])
            for field in shared:
                if field.bits and field.start == start:
                    first, last = field.bits
                    fours = (" " * (bit == 4) + byte[bit] for bit in range(first, last + 1))
                    out[-1].append((field, "".join(fours)))
        return out

    def _spans(
        self,
        start: int,
        end: int,
        between: str,
        write: Callable[[int], str],
        *,
        stops: bool = False,
    ) -> str:
        """A part of a line; `stops`: the Tab key comes to each field where it begins."""
        out = ""
        place = start
        while place < end:
            field = self._field_at(place)
            stop = min(end, field.end if field else end)
            inside = clean(between.join(write(i) for i in range(place, stop)))
            if field:
                said = clean(self._said(place))
                look = f'style="background-color:{field.colour}40" title="{said}"'
                # A link, because JupyterLab lets no other element of a page that it does not trust
                # have the focus.
                stop_here = stops and place == field.start
                tag, more = ("a", ' tabindex="0"') if stop_here else ("span", "")
                out += f"<{tag}{more} {look}>{inside}</{tag}>"
            else:
                out += inside
            place = stop
            out += between if place < end else ""
        return out

    def _field_at(self, place: int) -> Field | None:
        # The bit fields of a frame's first two bytes share a byte: the widest one gives the colour.
        here = [f for f in self.fields if f.start <= place < f.end]
        return max(here, key=lambda f: f.bits[1] - f.bits[0] if f.bits else 99) if here else None

    def _said(self, place: int) -> str:
        """What a byte's field says, or the fields whose bits share it, a line each."""
        field = self._field_at(place)
        assert field is not None
        if not field.bits:
            return _line(field)
        byte = f"{self.item.raw[place]:08b}"
        shared = [f for f in self.fields if f.start == place and f.bits]
        return "\n".join([f"in bits: {byte[:4]} {byte[4:]}", *map(_line, shared)])

    def _hex(self, place: int) -> str:
        return "··" if place in self._hidden else f"{self.item.raw[place]:02x}"

    def _char(self, place: int) -> str:
        byte = self.item.raw[place]
        return "·" if place in self._hidden else chr(byte) if 32 <= byte < 127 else "."


def _tinted(part: tuple[Field, str]) -> str:
    """Bits in the colour of their field, explained to the pointer."""
    field, bits = part
    shown = bits.lstrip()
    look = f'title="{clean(_line(field))}" style="background-color:{field.colour}40'
    look += f';border-bottom:2px solid {field.colour}"'
    return f"{' ' * (len(bits) - len(shown))}<span {look}>{shown}</span>"


def _line(field: Field) -> str:
    joint = " = " if field.value else ": " if field.meaning else " "
    return f"{field.name}{joint}{_told(field)}".rstrip()


def _told(field: Field) -> str:
    said = ": ".join(part for part in (shorten(field.value, SAID), field.meaning) if part)
    return f"{said} ({field.section})".lstrip() if field.section else said


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
