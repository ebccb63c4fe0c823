"""wslab.show.svg: elements that are well-formed, escaped, and the same for the same calls."""

from __future__ import annotations

from xml.etree import ElementTree

from wslab.show.svg import Canvas, clean, number

HOSTILE = "<script>alert(1)</script> & \"quotes\" 'too' \x00\x1b\ud800]]>"


def xml(canvas: Canvas) -> ElementTree.Element:
    return ElementTree.fromstring(f"<svg>{canvas.body}</svg>")


def test_hostile_text_stays_text() -> None:
    canvas = Canvas(100, 100)
    canvas.text(0, 0, HOSTILE, title=HOSTILE)
    canvas.add("rect", HOSTILE, data_x=HOSTILE)
    canvas.pair(0, 0, HOSTILE, HOSTILE)
    canvas.start_bold(0, 0, HOSTILE, 5)
    with canvas.group(HOSTILE):
        canvas.line(0, 0, 1, 1)
    root = xml(canvas)
    assert not list(root.iter("script"))
    expected = (
        HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd").replace("\ud800", "\ufffd")
    )
    assert root[0].text == expected and root[1].get("data-x") == expected


def test_clean_is_for_attributes_too() -> None:
    assert clean("\"'<>&") == "&quot;&#x27;&lt;&gt;&amp;"


def test_numbers_are_short_and_stable() -> None:
    assert [number(x) for x in (1, 1.0, 1.25, 0.1 + 0.2, -0.04, 1e-9)] == [
        "1", "1", "1.2", "0.3", "0", "0",
    ]  # fmt: skip


def test_a_text_that_is_cut_keeps_the_whole_in_its_title() -> None:
    canvas = Canvas(100)
    canvas.text(0, 0, "a long text that has no room", width=60)
    (text,) = xml(canvas)
    assert (text.text or "").endswith("…")
    assert text.findtext("title") == "a long text that has no room"


def test_an_arrow_ends_at_its_point() -> None:
    canvas = Canvas(100)
    canvas.arrow(0, 10, 100, 10, "#000000")
    line, head = xml(canvas)
    assert (line.get("x1"), line.get("y2")) == ("0", "10")
    assert (head.get("points") or "").startswith("100,10 ")


def test_boxes_and_paths_take_their_look() -> None:
    canvas = Canvas(100)
    canvas.box(1, 2, 3, 4, "#0072B2", dash="1 2")
    canvas.path("M0 0 H5", class_="rule")
    box, path = xml(canvas)
    assert box.get("stroke") == "#0072B2" and box.get("stroke-dasharray") == "1 2"
    assert path.get("fill") == "none" and path.get("class") == "rule" and path.get("stroke") is None
