"""wslab.show.display: fixed reprs, semantic tables, pictures with words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.show.looking import html_of, parsed, rows_of
from wslab.show import Cell, Picture, Table
from wslab.show.svg import Canvas

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>"


def picture(words: Table | str = "words") -> Picture:
    canvas = Canvas(200, 40)
    canvas.text(10, 20, HOSTILE)
    return Picture(
        canvas, title="A title", description="What is to be seen here", words=words, what="thing"
    )


def test_a_table_is_semantic_and_escaped() -> None:
    shown = Table(
        [HOSTILE, "n"], [[Cell(HOSTILE, code=True), "1"]], caption=HOSTILE, notes=[HOSTILE]
    )
    tags = html_of(shown)
    assert {"table", "caption", "thead", "tbody", "th", "td"} <= set(tags.tags)
    assert "img" not in tags.tags
    assert ("scope", "col") in tags.attributes and ("scope", "row") in tags.attributes
    assert tags.rows == [[HOSTILE, "n"], [HOSTILE, "1"]]


def test_cells_are_code_strong_coloured_and_numeric() -> None:
    cell = Cell("x", code=True, strong=True, colour="#009E73", whole=True)
    html = Table(["a", "n"], [[cell, "5"]], numeric={"n"}).html
    assert "<strong><code>x</code></strong>" in html
    assert "border-left:5px solid #009E73" in html and "white-space:nowrap" in html
    assert html.count("text-align:right") == 2  # the header and the one cell


def test_a_long_word_is_broken_and_does_not_squeeze_the_other_columns() -> None:
    html = Table(["a", "b"], [[Cell("x" * 60, code=True), "two words " * 20]]).html
    assert html.count("overflow-wrap:anywhere") == 1


def test_a_table_as_text_and_its_repr() -> None:
    shown = Table(["a"], [["1"], ["2"]], caption="Two", notes=["a note"])
    assert shown.text == str(shown) == "Two\n\na\n-\n1\n2\na note"
    assert repr(shown) == "<table: 2 rows>" and repr(Table(["a"], [["1"]])) == "<table: 1 row>"


def test_a_row_that_does_not_fit_the_header_is_an_error() -> None:
    with pytest.raises(ValueError):
        _ = Table(["a", "b"], [["1"]]).html


def test_a_mime_bundle_has_html_and_readable_text() -> None:
    shown = Table(["a"], [["1"]])
    bundle = shown._repr_mimebundle_()
    assert bundle == {"text/html": shown.html, "text/plain": shown.text}
    assert list(shown._repr_mimebundle_(include={"text/plain"})) == ["text/plain"]
    assert list(shown._repr_mimebundle_(exclude={"text/plain"})) == ["text/html"]


def test_a_picture_says_what_it_shows() -> None:
    shown = picture(Table(["k"], [["v"]]))
    root = parsed(shown)
    assert root.get("aria-label") == "A title. What is to be seen here"
    tags = html_of(shown)
    assert {"figure", "svg", "details", "table"} <= set(tags.tags) and "img" not in tags.tags
    assert rows_of(shown) == [["v"]]
    assert shown.text.startswith("A title\nWhat is to be seen here\n\nk\n")
    assert repr(shown) == "<thing>"


def test_a_saved_picture_has_paper_of_its_own(tmp_path: Path) -> None:
    shown = picture()
    shown.save(tmp_path / "x.svg")
    saved = (tmp_path / "x.svg").read_bytes()
    assert saved == shown.svg.encode() and b"\r" not in saved
    assert b'<rect class="paper" width="200" height="40"/>' in saved
    assert 'class="paper"' not in shown.html and "xmlns" not in shown.html


def test_words_may_be_plain_text() -> None:
    assert "<pre" in picture("a < b").html and "a &lt; b" in picture("a < b").html
