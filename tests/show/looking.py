"""How tests look at what `show` gives back."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from wslab.show import Display, Picture

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: Picture) -> ElementTree.Element:
    """The picture's file as XML, after what must hold for every picture."""
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    assert root.get("aria-label") and len(root.get("aria-label") or "") > 20
    assert root.findtext(f"{SVG}title") and root.findtext(f"{SVG}desc")
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert not any(element.get("id") for element in root.iter())
    return root


def texts(picture: Picture) -> list[str]:
    """All texts of a picture, in order, without the titles that show on hover."""
    found = []
    for element in parsed(picture).iter(f"{SVG}text"):
        parts = [element.text or ""]
        for child in element:
            if child.tag == f"{SVG}tspan":
                parts.append(child.text or "")
            parts.append(child.tail or "")
        found.append("".join(parts))
    return found


class _Tags(HTMLParser):
    """Collects the tags and the cells of an HTML fragment."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.rows: list[list[str]] = []
        self._cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self._cell = self._cell or tag in ("td", "th")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.rows[-1][-1] += data


def html_of(display: Display) -> _Tags:
    """The HTML, parsed, after what must hold for everything that is shown."""
    tags = _Tags()
    tags.feed(display.html)
    assert "script" not in tags.tags
    assert not any(name.startswith("on") or name == "id" for name, _ in tags.attributes)
    assert not re.search(r"0x[0-9a-f]{8,}", repr(display)), "an address in the repr"
    return tags


def rows_of(display: Display) -> list[list[str]]:
    """The rows of a table as it is shown, the header left out."""
    return html_of(display).rows[1:]


def everything(display: Display) -> str:
    """All forms of a display joined, to look for what must not be there."""
    svg = display.svg if isinstance(display, Picture) else ""
    return "\n".join([display.html, display.text, repr(display), svg])
