"""A small SVG toolkit: shapes and texts on a canvas, the same bytes for the same calls.

No ids, no definitions, nothing random: two pictures on one page can't disturb each other.
Coordinates are pixels. Every text is escaped, and cut where it would leave its place; the whole
stands in its title.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from wslab.show.words import fit, text_width

# What XML 1.0 can't hold at all, plus lone surrogates, which UTF-8 can't.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

FONTS = {"s": 11, "c": 12, "l": 15}  # as in the style sheet; 13 without a class


def clean(text: str) -> str:
    """Text that may stand in XML and HTML, between tags and in attributes."""
    return escape(_NOT_XML.sub("\ufffd", text), quote=True)


def number(value: float) -> str:
    """A coordinate, rounded to a tenth of a pixel."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _attributes(values: dict[str, str | float]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="'
        f'{clean(value) if isinstance(value, str) else number(value)}"'
        for name, value in values.items()
    )


def _look(colour: str, class_: str, dash: str) -> dict[str, str]:
    look = {"stroke": colour, "class_": class_, "stroke_dasharray": dash}
    return {name: value for name, value in look.items() if value}


class Canvas:
    """Collects the elements of one picture."""

    def __init__(self, width: float, height: float = 0) -> None:
        self.width = width
        self.height = height
        self.parts: list[str] = []

    @property
    def body(self) -> str:
        """All elements, one on a line."""
        return "\n".join(self.parts)

    def add(self, tag: str, title: str = "", **attributes: str | float) -> None:
        """Any empty element; `_` at an attribute's end is dropped, others become hyphens."""
        written = _attributes(attributes)
        inside = f"<title>{clean(title)}</title>" if title else ""
        self.parts.append(f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>")

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        *,
        tint: float = 0.16,
        round_: float = 3,
        title: str = "",
        dash: str = "",
        stroke: float = 1.5,
    ) -> None:
        """A tinted rectangle with an edge in its colour; ink stays readable on it in both
        themes."""
        self.add(
            "rect",
            title,
            x=x,
            y=y,
            width=width,
            height=height,
            rx=round_,
            fill=colour,
            fill_opacity=f"{tint:g}",
            stroke_width=stroke,
            **_look(colour, "", dash),
        )

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        colour: str = "",
        *,
        width: float = 1.5,
        dash: str = "",
        class_: str = "",
    ) -> None:
        """A straight line, in a colour or in a class of the style sheet."""
        look = _look(colour, class_, dash)
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=width, **look)

    def path(
        self, d: str, colour: str = "", *, width: float = 1.5, dash: str = "", class_: str = ""
    ) -> None:
        """A path that is not filled."""
        self.add("path", d=d, fill="none", stroke_width=width, **_look(colour, class_, dash))

    def head(self, x: float, y: float, angle: float, colour: str, *, length: float = 9) -> None:
        """The head of an arrow whose point is at x, y; `angle` in radians says where it points
        to."""
        points = []
        for turn in (0.0, 2.72, -2.72):
            reach = 0.0 if turn == 0 else length
            across, along = math.cos(angle + turn), math.sin(angle + turn)
            points.append(f"{number(x + reach * across)},{number(y + reach * along)}")
        self.add("polygon", points=" ".join(points), fill=colour)

    def arrow(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        colour: str,
        *,
        width: float = 2,
        dash: str = "",
    ) -> None:
        """A line with a head at its second end."""
        angle = math.atan2(y2 - y1, x2 - x1)
        self.line(
            x1,
            y1,
            x2 - 6 * math.cos(angle),
            y2 - 6 * math.sin(angle),
            colour,
            width=width,
            dash=dash,
        )
        self.head(x2, y2, angle, colour)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        class_: str = "",
        anchor: str = "start",
        width: float | None = None,
        title: str = "",
        fill: str = "",
    ) -> float:
        """A line of text; `width` is the room it has. Gives back the width that it may take.

        Classes: m monospace, s small, l large, b bold, d dim, h with a halo of paper.
        """
        classes = class_.split()
        font = next((size for name, size in FONTS.items() if name in classes), 13)
        mono, bold = "m" in classes, "b" in classes
        shown = text if width is None else fit(text, width, font, mono=mono, bold=bold)
        attributes = f' x="{number(x)}" y="{number(y)}"'
        if class_:
            attributes += f' class="{class_}"'
        if anchor != "start":
            attributes += f' text-anchor="{anchor}"'
        if fill:
            attributes += f' style="fill:{fill}"'
        hover = title or (text if shown != text else "")
        inside = f"<title>{clean(hover)}</title>" if hover else ""
        # Runs of spaces would be folded into one.
        space = ' xml:space="preserve"' if "  " in shown else ""
        self.parts.append(f"<text{attributes}{space}>{clean(shown)}{inside}</text>")
        return text_width(shown, font, mono=mono, bold=bold)

    def pair(self, x: float, y: float, text: str, small: str, *, class_: str = "") -> None:
        """Two texts side by side, centred at x together, the second small and dim."""
        look = f' class="{class_}"' if class_ else ""
        self.parts.append(
            f'<text x="{number(x)}" y="{number(y)}"{look} text-anchor="middle">'
            f'{clean(text)}<tspan dx="8" class="s d">{clean(small)}</tspan></text>'
        )

    def start_bold(self, x: float, y: float, text: str, bold: int, *, class_: str = "") -> None:
        """A text whose first `bold` characters are bold."""
        first = f'<tspan class="b">{clean(text[:bold])}</tspan>' if bold else ""
        self.parts.append(
            f'<text x="{number(x)}" y="{number(y)}" class="{class_}">'
            f"{first}{clean(text[bold:])}</text>"
        )

    @contextmanager
    def group(self, title: str = "", **attributes: str | float) -> Iterator[None]:
        """Elements that belong together; the title shows when the pointer rests on them."""
        self.parts.append(f"<g{_attributes(attributes)}>")
        if title:
            self.parts.append(f"<title>{clean(title)}</title>")
        yield
        self.parts.append("</g>")
