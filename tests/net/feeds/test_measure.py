"""Every figure is checked against another account of it: the relay's own bytes, the schedule, or
what a technique needs by its nature.
"""

from __future__ import annotations

import threading

import pytest

from wslab.net import close_everything, leftovers
from wslab.net.dissect import FrameItem, dissect
from wslab.net.feeds.clients import Watch
from wslab.net.feeds.measure import measure
from wslab.net.feeds.price import Schedule
from wslab.net.feeds.result import Result
from wslab.net.feeds.techniques import TECHNIQUES, Technique

QUICK = Schedule(updates=8, every=0.08, idle=0.6, poll_every=0.1, heartbeat=0.2)
WAITING, EVENTS, SOCKET = TECHNIQUES[2], TECHNIQUES[3], TECHNIQUES[5]


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("feed:")]


async def test_every_technique_is_counted_and_nothing_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    results = await measure(schedule=QUICK)
    by_name: dict[str, Result] = {result.technique: result for result in results}
    assert list(by_name) == [technique.name for technique in TECHNIQUES]
    anew, kept, waits, events, http2, socket, small = results
    told = (events, http2, socket, small)
    assert anew.connections == anew.requests > 5
    assert [r.connections for r in (kept, waits, *told)] == [1, 1, 1, 1, 1, 1]
    assert [r.requests for r in told] == [1, 1, 1, 1]
    assert kept.requests > 5
    assert waits.requests >= waits.received
    for result in results:
        assert result.updates == 8
        assert all(0 <= seconds < 5 for seconds in result.staleness)
        assert 0 < result.median <= result.p95
        assert result.capture.closed == result.connections
        assert result.payload < result.bytes
        assert 0 < result.head_bytes < result.bytes
        assert result.cpu > 0
    assert [r.received for r in told] == [8, 8, 8, 8]
    # In silence the pushing ones say a few bytes, the polling ones whole requests.
    assert [r.idle_requests for r in told] == [0, 0, 0, 0]
    assert 0 < socket.idle_bytes < waits.idle_bytes
    assert kept.idle_requests > 0
    assert results.left_out == []
    assert len(results.rows) == 7
    assert capsys.readouterr().out == (
        "7 techniques, 8 changes, 0.6 s of silence, about 2 s\n" + "■" * 20 + " done\n"
    )
    assert threads() == []
    await close_everything()
    assert leftovers() == []


async def test_bytes_are_those_of_the_relay_and_the_schedule_is_one_for_all() -> None:
    results = await measure([WAITING, EVENTS, SOCKET], QUICK, progress=False)
    for result in results:
        connections = result.capture.connections
        assert result.bytes_up == sum(len(c.data("up")) for c in connections)
        assert result.bytes_down == sum(len(c.data("down")) for c in connections)
        assert [update.price for update in result.published] == QUICK.prices
    # When the schedule began, by each change of each technique: a busy computer makes one late,
    # never early, and makes no other change late with it.
    began = [
        [update.at - due for update, due in zip(result.published, QUICK.moments, strict=True)]
        for result in results
    ]
    first = min(map(min, began))
    assert [min(each) for each in began] == pytest.approx([first] * 3, abs=0.2)
    # A WebSocket's bytes are its two heads and its frames, and no other.
    socket = results[2]
    frames = [i for i in dissect(socket.capture.connections[0]) if isinstance(i, FrameItem)]
    assert socket.bytes == socket.head_bytes + sum(frame.wire_length for frame in frames)
    await close_everything()


async def test_with_a_slow_price_polling_costs_most_and_websocket_least() -> None:
    slow = Schedule(updates=4, every=0.3, idle=0.2, poll_every=0.02)
    polls, waits, socket = await measure([TECHNIQUES[1], WAITING, SOCKET], slow, progress=False)
    assert polls.bytes_per_update > 2 * waits.bytes_per_update
    running = [r.running_bytes_per_update for r in (polls, waits, socket)]
    assert running[0] > 2 * running[1] > 4 * running[2] > 0
    await close_everything()


async def test_from_far_away_each_round_trip_shows() -> None:
    far = 0.2
    hurry = Schedule(updates=20, every=0.05, idle=0.1, poll_every=0.01)
    chosen = [TECHNIQUES[0], TECHNIQUES[1], WAITING, EVENTS, TECHNIQUES[4], SOCKET]
    results = await measure(chosen, hurry, round_trip=far, progress=False)
    anew, kept, waits, *told = results
    for result in told:  # told at once: half a round trip
        assert 0.5 * far - 0.01 < result.median < 0.75 * far
    # The next question needs up to a round trip more, half of one on average.
    assert 0.75 * far < waits.median < 1.75 * far
    # A question on a connection takes one round trip, a new connection another.
    assert 1.3 * anew.requests < kept.requests < 3 * anew.requests
    assert {result.round_trip for result in results} == {far}
    await close_everything()


async def test_a_crowd_has_as_many_connections_and_the_same_bytes_for_each() -> None:
    one = await measure([EVENTS, SOCKET], QUICK, progress=False)
    ten = await measure([EVENTS, SOCKET], QUICK, clients=10, progress=False)
    for alone, crowd in zip(one, ten, strict=True):
        assert (crowd.connections, crowd.clients, crowd.received) == (10, 10, 8)
        assert crowd.bytes_up == pytest.approx(10 * alone.bytes_up, rel=0.1)
        assert crowd.bytes_per_update == pytest.approx(alone.bytes_per_update, rel=0.1)
        # One change is one piece of work; each client is one more write.
        assert crowd.cpu_per_10_000 < alone.cpu_per_10_000
    await close_everything()


async def test_a_hundred_clients_take_turns(capsys: pytest.CaptureFixture[str]) -> None:
    brief = Schedule(updates=2, every=0.05, idle=0.1)
    results = await measure([EVENTS, SOCKET], brief, clients=60)
    assert [result.connections for result in results] == [60, 60]
    assert results[0].published[-1].at < results[1].published[0].at
    assert "2 techniques with 60 clients each" in capsys.readouterr().out
    assert threads() == []
    await close_everything()
    assert leftovers() == []


async def test_some_techniques_with_other_headers_and_no_bar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    schedule = Schedule(updates=3, every=0.05, idle=0.1, poll_every=0.05)
    chosen = [TECHNIQUES[1], SOCKET]
    polling, socket = await measure(chosen, schedule, headers={"X-Long": "x" * 500}, progress=False)
    assert polling.bytes_up > 500 * polling.requests
    assert 500 < socket.bytes_up < 1000
    assert capsys.readouterr().out == ""
    await close_everything()


async def test_compression_pays_for_long_messages() -> None:
    schedule = Schedule(updates=10, every=0.03, idle=0.1, depth=20)
    plain, small = await measure(TECHNIQUES[-2:], schedule, progress=False)
    assert small.bytes < plain.bytes / 2
    assert small.payload == plain.payload
    assert small.overhead_per_update < 0 < plain.overhead_per_update
    await close_everything()


async def test_a_technique_without_its_library_is_left_out_and_the_table_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lacking = Technique("by pigeon", SOCKET.client, missing=lambda: "pigeonry")
    schedule = Schedule(updates=2, every=0.05, idle=0.1)
    results = await measure([lacking, SOCKET], schedule)
    line = "by pigeon is left out: pigeonry not installed"
    assert [result.technique for result in results] == ["WebSocket"]
    assert results.left_out == [line]
    assert results.rows[-1] == {"technique": line}
    assert capsys.readouterr().out.endswith(f" done\n{line}\n")
    await close_everything()


@pytest.mark.parametrize("how", [{"clients": 0}, {"round_trip": -1.0}])
async def test_what_can_not_be_measured_is_refused(how: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="there are no"):
        await measure(**how)  # type: ignore[arg-type]


async def test_a_client_that_fails_ends_the_measurement_by_name() -> None:
    def fail(watch: Watch) -> None:
        raise OSError("no such luck")

    with pytest.raises(RuntimeError, match="by pigeon failed: no such luck"):
        await measure([TECHNIQUES[0], Technique("by pigeon", fail)], QUICK, progress=False)
    assert threads() == []
    await close_everything()
    assert leftovers() == []


async def test_a_client_that_stops_early_is_named_too() -> None:
    with pytest.raises(RuntimeError, match="nothing failed: it ended before the feed did"):
        await measure([Technique("nothing", lambda watch: None)], QUICK, progress=False)
    await close_everything()
