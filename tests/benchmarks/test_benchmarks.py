"""The measuring itself: the load counts right, so do ratios and marks, and wslab is measured."""

from __future__ import annotations

import os
import select

import pytest

from tests.benchmarks.figures import (
    FIGURES,
    ROWS,
    Figure,
    deflated,
    echoes,
    first_message,
    opened,
    room,
)
from tests.benchmarks.load import client_frame, frame_length
from tests.benchmarks.report import document, lines, met, ratios
from wslab.protocol import Frame, Opcode, encode_frame

FIGURE = Figure("echo", "echoes/s", echoes, ("npm ws", "picows"), {"npm ws": 1.2, "picows": 0.75})
ROUNDS = {
    "wslab": [{"score": 120.0, "load %": 50.0}, {"score": 90.0, "load %": 60.0}],
    "npm ws": [{"score": 100.0, "load %": 50.0}, {"score": 60.0, "load %": 50.0}],
    "picows": [{"score": 240.0, "load %": 50.0}, {"score": 180.0, "load %": 50.0}],
}
needs_epoll = pytest.mark.skipif(not hasattr(select, "epoll"), reason="the load needs epoll")


def test_a_ratio_is_taken_round_by_round() -> None:
    assert ratios(ROUNDS, "npm ws") == [1.2, 1.5]
    assert met(FIGURE, ROUNDS, "npm ws")
    assert not met(FIGURE, ROUNDS, "picows")


def test_where_less_is_better() -> None:
    cost = Figure("memory", "KiB", echoes, ("npm ws",), {"npm ws": 1.0, "": 110}, cost=True)
    assert not met(cost, ROUNDS, "npm ws")
    assert met(cost, ROUNDS, "")


def test_the_table() -> None:
    assert list(lines(FIGURE, ROUNDS))[4:9] == [
        "| server | echoes/s | wslab / it | lowest to highest | wanted | load % |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| wslab | 105 |  |  |  | 55.0 |",
        "| npm ws | 80.00 | 1.35 | 1.20 to 1.50 | ≥ 1.2 ✓ | 50.0 |",
        "| picows | 210 | 0.50 | 0.50 to 0.50 | ≥ 0.75 ✗ | 50.0 |",
    ]
    text = document({"echo": (FIGURE, ROUNDS)}, {"Python": "3"}, "make bench")
    assert "median of 2 rounds" in text


def test_every_target_names_a_peer_that_is_measured() -> None:
    for figure in FIGURES:
        assert set(figure.targets) <= {"", *figure.peers}
        assert figure.measure.__doc__


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65535, 65536])
def test_a_frame_is_counted_when_it_is_whole(length: int) -> None:
    data = bytearray(encode_frame(Frame(Opcode.BINARY, bytes(length))))
    assert frame_length(data[:-1]) == 0
    assert frame_length(data) == frame_length(data + b"\x81") == len(data)
    assert len(client_frame(Frame(Opcode.BINARY, bytes(length)))) == len(data) + 4


@needs_epoll
@pytest.mark.parametrize("measure", [echoes, deflated, opened, room])
def test_wslab_is_measured(measure: object) -> None:
    cores = os.sched_getaffinity(0)
    numbers = measure("wslab", 0.2)  # type: ignore[operator]
    assert numbers["score"] > 0
    assert numbers["server µs"] > 0
    assert os.sched_getaffinity(0) == cores  # the tests after this one may use them all


def test_no_message_is_found_whole_in_the_window_before_it() -> None:
    assert len(set(ROWS)) == 64
    assert all(len(row) == 1024 for row in ROWS)


def test_the_first_message_comes() -> None:
    assert first_message("wslab", 0)["score"] > 0
