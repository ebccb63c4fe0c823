from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.show.test_feeds import result
from wslab.net.feeds import Point
from wslab.show import Plot, crossover, crowd, tradeoff

POINTS = [
    Point(name, rate, 1, 0.05, 100 / rate, 0.025, 0.03, 2.5, computed=rate < 1)
    for name in ("long polling", "WebSocket, compressed")
    for rate in (0.1, 2.0, 10.0)
]


def test_a_point_for_each_technique_tells_bytes_and_staleness() -> None:
    quick, slow = result(), result("short polling, keep-alive", lag=0.15)
    drawn = tradeoff([slow, quick])
    assert drawn.text == tradeoff([result("short polling, keep-alive", lag=0.2), quick]).text
    assert "short polling, keep-alive; WebSocket" in drawn.text
    assert "WebSocket: 100 bytes, 10.0 ms." in drawn.alt
    assert repr(drawn) == "<tradeoff: 2 techniques>"


def test_lines_say_which_points_were_computed() -> None:
    drawn = crossover(POINTS)
    assert "long polling; WebSocket, compressed" in drawn.text
    assert "Hollow marks are computed" in drawn.text
    assert (
        "long polling, changes in a second 0.1, computed: 1000 bytes for each change" in drawn.alt
    )
    assert "long polling, changes in a second 2: 50 bytes" in drawn.alt
    assert "Hollow" not in crossover([p for p in POINTS if not p.computed]).text
    assert drawn.png != crossover([replace(p, computed=False) for p in POINTS]).png


def test_a_crowd_is_drawn_against_its_clients() -> None:
    points = [replace(POINTS[1], clients=clients) for clients in (1, 10, 100)]
    drawn = crowd(points)
    assert "long polling, clients 100: 2.5 server seconds in 10,000 changes" in drawn.alt
    assert repr(drawn) == "<crowd: 1 techniques>"


@pytest.mark.parametrize("draw", [crossover, crowd])
def test_what_can_not_be_drawn_is_said(draw: Callable[[list[Point]], Plot]) -> None:
    with pytest.raises(ValueError, match=r"points of feeds\.rates"):
        draw([])
    with pytest.raises(ValueError, match="near and far"):
        draw([POINTS[1], replace(POINTS[1], round_trip=0.0)])
    with pytest.raises(ValueError, match="back and forth"):
        draw([POINTS[1], POINTS[1]])
