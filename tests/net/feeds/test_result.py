from __future__ import annotations

import math

import pytest

from wslab.net.capture import Capture, CapturedConnection, Chunk
from wslab.net.feeds.price import Update
from wslab.net.feeds.result import Result, Seen, Spans, count

GET = b"GET /price HTTP/1.1\r\nHost: here\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n"
UPDATES = [Update(2, 101, 10.0), Update(3, 102, 11.0), Update(4, 103, 12.0)]


def recorded() -> Capture:
    wire = Capture("127.0.0.1", 1, name="by hand")
    connection = CapturedConnection(1, 0.0)
    for t in (0.5, 1.5, 2.5):
        connection.chunks.append(Chunk(t, "up", GET))
        connection.chunks.append(Chunk(t + 0.1, "down", OK + UPDATES[0].text.encode()))
    wire.connections.append(connection)
    return wire


def result(*heard: list[Seen]) -> Result:
    spans = Spans(busy=(0.4, 1.0), idle=(1.0, 3.0), busy_cpu=0.003, idle_cpu=0.2)
    return count("by hand", recorded(), UPDATES, heard, spans, rate=5.0)


def test_bytes_and_requests_are_counted_in_the_capture() -> None:
    found = result([Seen(1, 9.0)])
    assert (found.connections, found.requests) == (1, 3)
    assert found.bytes_up == 3 * len(GET)
    assert found.bytes_down == 3 * (len(OK) + 27)
    assert found.bytes_per_update == found.bytes / 3
    assert found.head_bytes == 3 * (len(GET) + len(OK))
    assert found.head_share == found.head_bytes / found.bytes
    assert found.running_bytes_per_update == (len(GET) + len(OK) + 27) / 3


def test_the_idle_stretch_is_scaled_to_a_minute() -> None:
    found = result([])
    assert found.idle_requests == 2 * 30
    assert found.idle_cpu == pytest.approx(0.2 * 30)
    assert found.idle_bytes == 2 * (len(GET) + len(OK) + 27) * 30


def test_staleness_is_until_the_client_knew_this_update_or_a_newer_one() -> None:
    found = result([Seen(1, 9.0), Seen(2, 10.2), Seen(4, 12.5)])
    assert found.staleness == pytest.approx([0.2, 1.5, 0.5])
    assert found.median == pytest.approx(0.5)
    assert found.p95 == pytest.approx(1.5)
    assert (found.updates, found.received) == (3, 2)


def test_what_was_never_known_is_stale_for_ever() -> None:
    assert result([Seen(2, 10.1)]).staleness == [pytest.approx(0.1), math.inf, math.inf]


def test_a_crowd_is_counted_for_each_update_and_client() -> None:
    found = result([Seen(2, 10.2), Seen(3, 11.1), Seen(4, 12.5)], [Seen(4, 12.1)])
    assert (found.clients, found.delivered, found.received) == (2, 6, 2.0)
    assert found.staleness == pytest.approx([0.2, 0.1, 0.5, 2.1, 1.1, 0.1])
    assert found.payload == 4 * 27
    assert found.bytes_per_update == found.bytes / 6
    assert found.cpu_per_10_000 == pytest.approx(0.003 / 6 * 10_000)
    assert found.seen == found.heard[0]


def test_payload_is_each_received_update_once() -> None:
    found = result([Seen(2, 10.2), Seen(4, 12.5)])
    assert found.payload == 2 * 27
    assert found.payload_per_update + found.overhead_per_update == found.bytes_per_update


def test_a_row_has_figures_and_a_name() -> None:
    row = result([Seen(4, 12.5)]).row
    assert row["technique"] == "by hand"
    assert row["idle minute: bytes"] == round(result([]).idle_bytes)
    assert row["95th percentile ms"] == 2500
