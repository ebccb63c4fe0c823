from __future__ import annotations

import subprocess
import sys

import pytest

from wslab.net.capture import Capture
from wslab.net.feeds import Result, Update
from wslab.net.feeds.result import Seen
from wslab.show import feeds, staleness


def result(name: str = "WebSocket", *, lag: float = 0.01, requests: int = 1) -> Result:
    published = tuple(Update(n, 100 + n % 3, 5 + n / 10) for n in range(2, 12))
    return Result(
        technique=name,
        connections=1,
        requests=requests,
        bytes_up=200,
        bytes_down=800,
        published=published,
        seen=(Seen(1, 5.0), *(Seen(update.number, update.at + lag) for update in published)),
        idle_requests=0.0,
        idle_bytes=960.0,
        capture=Capture("127.0.0.1", 1),
    )


def test_bars_have_a_fixed_text_and_this_runs_figures_as_alternative_text() -> None:
    quick, slow = result(), result("short polling, keep-alive", lag=0.15, requests=26)
    drawn = feeds([slow, quick])
    assert drawn.png.startswith(b"\x89PNG")
    assert drawn.text == feeds([result("short polling, keep-alive", lag=0.2), quick]).text
    assert "short polling, keep-alive, WebSocket" in drawn.text
    assert "26 requests on 1 connection," in drawn.alt
    assert "150 ms at the median" in drawn.alt
    assert "960 bytes in an idle minute" in drawn.alt
    assert repr(drawn) == "<feeds: 2 techniques>"


def test_strips_tell_how_far_each_was_behind() -> None:
    drawn = staleness([result("polling", lag=0.15), result(lag=0.02)])
    assert "polling, WebSocket" in drawn.text
    assert "polling: behind by 150 ms" in drawn.alt
    assert "WebSocket: behind by 20 ms" in drawn.alt
    assert drawn.png != staleness([result("polling", lag=0.3), result(lag=0.02)]).png


def test_a_client_that_saw_nothing_can_be_drawn() -> None:
    from dataclasses import replace

    assert staleness([replace(result(), seen=())]).png.startswith(b"\x89PNG")


@pytest.mark.parametrize("draw", [feeds, staleness])
def test_nothing_to_show_is_said(draw: object) -> None:
    with pytest.raises(ValueError, match=r"results of feeds\.measure"):
        draw([])  # type: ignore[operator]


def test_matplotlib_is_imported_only_to_draw() -> None:
    code = "import sys, wslab.show; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
