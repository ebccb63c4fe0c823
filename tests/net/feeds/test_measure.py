from __future__ import annotations

import threading

import pytest

from wslab.net import close_everything, leftovers
from wslab.net.feeds.clients import TECHNIQUES, Technique, Watch
from wslab.net.feeds.measure import measure
from wslab.net.feeds.price import Schedule
from wslab.net.feeds.result import Result

QUICK = Schedule(updates=8, every=0.08, idle=0.6, poll_every=0.1, heartbeat=0.2)


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("feed:")]


async def test_every_technique_is_counted_and_nothing_is_left(
    capsys: pytest.CaptureFixture[str],
) -> None:
    results = await measure(schedule=QUICK)
    by_name: dict[str, Result] = {result.technique: result for result in results}
    assert list(by_name) == [technique.name for technique in TECHNIQUES]
    anew, kept, waits, events, socket = results
    assert anew.connections == anew.requests > 5
    assert [r.connections for r in (kept, waits, events, socket)] == [1, 1, 1, 1]
    assert [r.requests for r in (events, socket)] == [1, 1]
    assert kept.requests > 5
    assert waits.requests >= waits.received
    for result in results:
        assert result.updates == 8
        assert all(0 <= seconds < 5 for seconds in result.staleness)
        assert 0 < result.median <= result.p95
        assert result.capture.closed == result.connections
        assert result.payload < result.bytes
    assert events.received == socket.received == 8
    # In silence the pushing ones say a few bytes, the polling ones whole requests.
    assert events.idle_requests == socket.idle_requests == 0
    assert 0 < socket.idle_bytes < waits.idle_bytes
    assert kept.idle_requests > 0
    assert capsys.readouterr().out == (
        "5 techniques, 8 changes, 0.6 s of silence, about 1 s\n" + "■" * 20 + " done\n"
    )
    assert threads() == []
    await close_everything()
    assert leftovers() == []


async def test_some_techniques_with_other_headers_and_no_bar(
    capsys: pytest.CaptureFixture[str],
) -> None:
    schedule = Schedule(updates=3, every=0.05, idle=0.1, poll_every=0.05)
    chosen = [TECHNIQUES[1], TECHNIQUES[4]]
    polling, socket = await measure(chosen, schedule, headers={"X-Long": "x" * 500}, progress=False)
    assert polling.bytes_up > 500 * polling.requests
    assert 500 < socket.bytes_up < 1000
    assert capsys.readouterr().out == ""
    await close_everything()


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
