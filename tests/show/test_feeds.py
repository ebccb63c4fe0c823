from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from wslab.net.capture import Capture
from wslab.net.feeds import Result, Results, Update
from wslab.net.feeds.result import Seen
from wslab.show import feeds, staleness, tradeoff


def result(name: str = "WebSocket", *, lag: float = 0.01, requests: int = 1) -> Result:
    published = tuple(Update(n, 100 + n % 3, 5 + n / 10) for n in range(2, 12))
    return Result(
        technique=name,
        connections=1,
        requests=requests,
        bytes_up=200,
        bytes_down=800,
        head_bytes=300,
        published=published,
        heard=((Seen(1, 5.0), *(Seen(update.number, update.at + lag) for update in published)),),
        busy_seconds=1.0,
        busy_bytes=600,
        cpu=0.002,
        idle_requests=0.0,
        idle_bytes=960.0,
        idle_cpu=0.1,
        rate=10.0,
        round_trip=0.0,
        capture=Capture("127.0.0.1", 1),
    )


def test_bars_have_a_fixed_text_and_this_runs_figures_as_alternative_text() -> None:
    quick, slow = result(), result("short polling, keep-alive", lag=0.15, requests=26)
    drawn = feeds([slow, quick])
    assert drawn.png.startswith(b"\x89PNG")
    assert drawn.text == feeds([result("short polling, keep-alive", lag=0.2), quick]).text
    assert "short polling, keep-alive; WebSocket" in drawn.text
    assert "26 requests on 1 connection," in drawn.alt
    assert "150 ms at the median" in drawn.alt
    assert "960 bytes in an idle minute" in drawn.alt
    assert "27 bytes of news, 30 of heads and 43 more for each change" in drawn.alt
    assert "2.0 s of computing for 10,000 changes" in drawn.alt
    assert repr(drawn) == "<feeds: 2 techniques>"


def test_seven_techniques_are_a_message_without_a_thread_for_it() -> None:
    """pyzmq starts one for a message of 64 KiB, and Base64 makes four bytes of three."""
    names = [f"technique {number}, with connections" for number in range(7)]
    drawn = feeds([result(name, lag=0.01 * len(name), requests=26) for name in names])
    assert len(drawn.png) * 4 / 3 < 62_000


def test_compressed_news_is_what_travelled() -> None:
    drawn = feeds([replace(result(), bytes_down=250)])
    assert "15 bytes of news, 30 of heads and 0 more" in drawn.alt


def test_what_was_left_out_is_said() -> None:
    line = "HTTP/2 stream is left out: hypercorn not installed"
    drawn = feeds(Results([result()], [line]))
    assert line in drawn.text
    assert drawn.png != feeds([result()]).png


@pytest.mark.parametrize("draw", [feeds, staleness, tradeoff])
def test_nothing_to_show_is_said(draw: object) -> None:
    with pytest.raises(ValueError, match=r"results of feeds\.measure"):
        draw([])  # type: ignore[operator]


def test_matplotlib_is_imported_only_to_draw() -> None:
    code = "import sys, wslab.show; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
