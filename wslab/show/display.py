"""What every `show` function gives back: an object that a notebook draws and a terminal reads.

Its `repr` is fixed (no address, no port, no time), its HTML and text are the same bytes for the
same capture. `Table` is semantic HTML that needs no style sheet (GitHub drops them). `Picture` is
inline SVG with a description, and the same content as a table folded below it, for readers who
don't see pictures.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from wslab.show.svg import Canvas, clean, number
from wslab.show.theme import FILE_STYLE, INLINE_STYLE, MONO
from wslab.show.words import plural, text_table

LONG_WORD = 40
_LEFT = "text-align:left;vertical-align:top"


class Display:
    """The base: `html` for notebooks, `text` for everything else."""

    @property
    def html(self) -> str:
        """What a notebook shows."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """The same to be read as plain text."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        bundle = {"text/html": self.html, "text/plain": self.text}
        return {
            kind: value
            for kind, value in bundle.items()
            if (include is None or kind in include) and (exclude is None or kind not in exclude)
        }


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, how it looks (`whole`: never broken into lines), its colour
    mark."""

    text: str
    code: bool = False
    strong: bool = False
    colour: str = ""
    whole: bool = False

    @property
    def html(self) -> str:
        """The cell's content as HTML."""
        inside = clean(self.text).replace("\n", "<br>")
        if self.code and self.text:
            inside = f"<code>{inside}</code>"
        return f"<strong>{inside}</strong>" if self.strong and self.text else inside


class Table(Display):
    """Rows under a header. A cell is a text or a `Cell`."""

    def __init__(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str | Cell]],
        *,
        caption: str = "",
        notes: Sequence[str] = (),
        what: str = "table",
        numeric: Container[str] = (),
        row_headers: bool = True,
    ) -> None:
        self.header = list(header)
        self.rows = [[c if isinstance(c, Cell) else Cell(c) for c in row] for row in rows]
        self.caption = caption
        self.notes = list(notes)
        self.numeric = numeric
        self.row_headers = row_headers
        self._what = what

    def __repr__(self) -> str:
        return f"<{self._what}: {plural(len(self.rows), 'row')}>"

    def _repr_html_(self) -> str:
        return self.html

    @property
    def html(self) -> str:
        """A <table> with caption and scopes."""
        out = ['<table class="wslab-table" style="border-collapse:collapse;margin:0.5em 0">']
        if self.caption:
            out.append(f'<caption style="text-align:left">{clean(self.caption)}</caption>')
        heads = "".join(
            f'<th scope="col" style="{self._align(name)}">{clean(name)}</th>'
            for name in self.header
        )
        out.append(f"<thead><tr>{heads}</tr></thead>\n<tbody>")
        out.extend(self._row(row) for row in self.rows)
        out.append("</tbody></table>")
        out.extend(
            f'<p style="margin:0.2em 0"><small>{clean(note)}</small></p>' for note in self.notes
        )
        return "\n".join(out)

    def _row(self, row: Sequence[Cell]) -> str:
        cells = []
        for index, (name, cell) in enumerate(zip(self.header, row, strict=True)):
            style = self._align(name)
            if cell.colour:
                style += f";border-left:5px solid {cell.colour};padding-left:6px"
            if cell.whole:
                style += ";white-space:nowrap"
            elif any(len(word) > LONG_WORD for word in cell.text.split()):
                style += ";overflow-wrap:anywhere"  # or it would squeeze the other columns
            tag, scope = ("th", ' scope="row"') if self.row_headers and index == 0 else ("td", "")
            if tag == "th":
                style += ";font-weight:normal"
            cells.append(f'<{tag}{scope} style="{style}">{cell.html}</{tag}>')
        return f"<tr>{''.join(cells)}</tr>"

    def _align(self, name: str) -> str:
        return "text-align:right;vertical-align:top" if name in self.numeric else _LEFT

    @property
    def text(self) -> str:
        """Caption, aligned columns, notes."""
        body = text_table(
            self.header, [[cell.text for cell in row] for row in self.rows], widest=78
        )
        return "\n".join([*([self.caption, ""] if self.caption else []), body, *self.notes])


class Picture(Display):
    """An SVG picture with its description, and its content in words."""

    def __init__(
        self,
        canvas: Canvas,
        *,
        title: str,
        description: str,
        words: Table | str,
        what: str = "picture",
        extra: str = "",
    ) -> None:
        self._body = canvas.body
        self.width = canvas.width
        self.height = canvas.height
        self.title = title
        self.description = description
        self.words = words
        self._what = what
        self._extra = extra

    def __repr__(self) -> str:
        return f"<{self._what}: {self._extra}>" if self._extra else f"<{self._what}>"

    @property
    def svg(self) -> str:
        """A file of its own, with its own paper, light or dark as the reader's system is."""
        paper = f'<rect class="paper" width="{number(self.width)}" height="{number(self.height)}"/>'
        return self._draw(FILE_STYLE, ' xmlns="http://www.w3.org/2000/svg"', paper + "\n") + "\n"

    @property
    def html(self) -> str:
        """The picture inline, in the page's colours, with the words folded below."""
        if isinstance(self.words, Table):
            words = self.words.html
        else:
            words = f'<pre style="font-family:{MONO}">{clean(self.words)}</pre>'
        return (
            '<figure class="wslab-figure" style="margin:0.5em 0">\n'
            + self._draw(INLINE_STYLE, "", "")
            + "\n<details><summary><small>The same in words</small></summary>\n"
            + f"{words}\n</details></figure>"
        )

    @property
    def text(self) -> str:
        """Title, description and the content in words."""
        words = self.words.text if isinstance(self.words, Table) else self.words
        return f"{self.title}\n{self.description}\n\n{words}"

    def _draw(self, style: str, namespace: str, background: str) -> str:
        width, height = number(self.width), number(self.height)
        label = clean(f"{self.title}. {self.description}")
        return (
            f'<svg{namespace} class="wslab" role="img" aria-label="{label}"'
            f' width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' style="max-width:100%;height:auto">\n'
            f"<title>{clean(self.title)}</title>\n<desc>{clean(self.description)}</desc>\n"
            f"<style>{style}</style>\n{background}{self._body}\n</svg>"
        )

    def save(self, path: str | Path) -> None:
        """Write `svg` to a file."""
        Path(path).write_text(self.svg, encoding="utf-8", newline="\n")
