from __future__ import annotations

from dataclasses import replace

from tests.show.test_feeds import result
from wslab.show import staleness


def test_strips_tell_how_far_each_was_behind() -> None:
    drawn = staleness([result("polling", lag=0.15), result(lag=0.02)])
    assert "polling; WebSocket" in drawn.text
    assert "polling: behind by 150 ms" in drawn.alt
    assert "WebSocket: behind by 20 ms" in drawn.alt
    assert drawn.png != staleness([result("polling", lag=0.3), result(lag=0.02)]).png


def test_a_client_that_saw_nothing_can_be_drawn() -> None:
    assert staleness([replace(result(), heard=((),))]).png.startswith(b"\x89PNG")
