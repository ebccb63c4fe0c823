"""wslab.show.lanes: arrows go the way the bytes went, from top to bottom."""

from __future__ import annotations

from xml.etree import ElementTree

from wslab.show.lanes import Groups, Lane, draw
from wslab.show.steps import Step
from wslab.show.svg import Canvas


def drawn(
    groups: Groups, *, times: bool = False, limit: int = 99
) -> tuple[ElementTree.Element, float]:
    canvas = Canvas(400)
    end = draw(Lane(canvas, 50, 300, times), groups, 0, limit)
    return ElementTree.fromstring(f"<svg>{canvas.body}</svg>"), end


def arrows(root: ElementTree.Element) -> list[tuple[float, float, float]]:
    """Where each arrow starts and ends, and how high."""
    lines = [line for group in root.iter("g") for line in group.iter("line")]
    return [(float(e.get("x1", "")), float(e.get("x2", "")), float(e.get("y1", ""))) for e in lines]


STEPS = [
    Step("request", "GET /", "up", 10, 1.0),
    Step("response", "101", "down", 20, 1.1, switches="WebSocket"),
    Step("text", "text", "up", 5, 5.0),
]


def test_arrows_point_from_the_sender_and_go_down_the_page() -> None:
    root, end = drawn([("connection 1", STEPS)])
    got = arrows(root)
    assert [start < stop for start, stop, _ in got] == [True, False, True]
    heights = [y for _, _, y in got]
    assert heights == sorted(heights) and heights[-1] < end


def test_order_not_time_places_the_arrows_unless_asked() -> None:
    plain = [y for _, _, y in arrows(drawn([("c", STEPS)])[0])]
    assert plain[1] - plain[0] == plain[2] - plain[1]
    timed = [y for _, _, y in arrows(drawn([("c", STEPS)], times=True)[0])]
    assert timed[2] - timed[1] > timed[1] - timed[0]


def test_a_long_quiet_is_a_break_with_its_length() -> None:
    steps = [*STEPS[:2], Step("text", "text", "up", 5, 1.2), Step("text", "text", "up", 5, 3601.2)]
    root, _ = drawn([("c", steps)], times=True)
    words = [text.text for text in root.iter("text")]
    assert "1 h of quiet" in words and words.count("1 h") == 1
    timed = [y for _, _, y in arrows(root)]
    assert timed[3] - timed[2] < 100 < timed[2] - timed[1]
    assert not any("quiet" in (text.text or "") for text in drawn([("c", steps)])[0].iter("text"))


def test_a_label_is_clear_of_its_arrow_which_no_halo_cuts() -> None:
    root, _ = drawn([("c", [Step("text", "x" * 25, way, 5) for way in ("up", "down")])])
    for group in root.iter("g"):
        (line,), (label,) = group.iter("line"), group.iter("text")
        assert "h" not in label.get("class", "").split()
        higher = min(float(line.get(end, "")) for end in ("y1", "y2"))
        assert float(label.get("y", "")) < higher - 2


def test_phases_have_names_where_they_begin() -> None:
    root, _ = drawn([("c", [*STEPS, STEPS[2]])])
    words = [text.text for text in root.iter("text")]
    assert words.index("HTTP") < words.index("WebSocket")


def test_frames_given_without_their_handshake_are_websocket() -> None:
    root, _ = drawn([("connection 1", [STEPS[2], STEPS[2]])])
    names = [element.text for element in root.iter("text")]
    assert "WebSocket" in names and "HTTP" not in names


def test_the_limit_says_what_is_not_drawn() -> None:
    root, _ = drawn([("c", STEPS), ("d", STEPS)], limit=2)
    assert len(arrows(root)) == 2
    assert "4 more steps not drawn" in [text.text for text in root.iter("text")]


def test_folds_notes_and_resets_are_no_arrows() -> None:
    steps = [Step("fold", "8 more"), Step("note", "still open"), Step("tcp", "TCP reset")]
    root, _ = drawn([("c", steps)])
    assert arrows(root) == []
    assert [t.text for t in root.iter("text")][-3:] == ["⋮  8 more", "still open", "✕  TCP reset"]


def test_what_is_wrong_has_a_sign_beside_the_colour() -> None:
    root, _ = drawn([("c", [Step("text", "bad", "up", 3, wrong=True)])])
    assert "⚠ bad" in [text.text for text in root.iter("text")]
