from __future__ import annotations

import pytest

from wslab.net import close_everything, leftovers
from wslab.net.capture import Capture
from wslab.net.feeds import grid as module
from wslab.net.feeds.grid import RATES, computed, crowds, measured, rates, schedule_at, survey
from wslab.net.feeds.price import Schedule, Update
from wslab.net.feeds.result import Result, Seen
from wslab.net.feeds.techniques import TECHNIQUES, Technique

POLLS, WAITS, SOCKET = TECHNIQUES[1], TECHNIQUES[2], TECHNIQUES[5]
LACKING = Technique("by pigeon", SOCKET.client, missing=lambda: "pigeonry")


def result(
    *, busy_bytes: int, idle_bytes: float, cpu: float = 0.0, idle_cpu: float = 0.0
) -> Result:
    published = tuple(Update(n, 100, n / 2) for n in range(2, 8))
    return Result(
        technique="by hand",
        connections=2,
        requests=2,
        bytes_up=1000,
        bytes_down=1000,
        head_bytes=500,
        published=published,
        heard=(tuple(Seen(u.number, u.at + 0.1) for u in published),) * 2,
        busy_seconds=3.0,
        busy_bytes=busy_bytes,
        cpu=cpu,
        idle_requests=0.0,
        idle_bytes=idle_bytes,
        idle_cpu=idle_cpu,
        rate=2.0,
        round_trip=0.05,
        capture=Capture("127.0.0.1", 1),
    )


def test_a_slower_price_costs_its_silence_and_the_change() -> None:
    # Two clients, 10 bytes a second each in silence; 6 changes of 30 bytes in 3 s beside that.
    run = result(busy_bytes=2 * (30 + 6 * 30), idle_bytes=2 * 600, cpu=0.012, idle_cpu=0.0)
    assert measured(run).bytes_per_update == 35
    slow = computed(run, 0.1)
    assert slow.bytes_per_update == pytest.approx(30 + 10 * 10)
    assert slow.cpu_per_10_000 == pytest.approx(10)
    assert (slow.computed, slow.rate, slow.clients, slow.round_trip) == (True, 0.1, 2, 0.05)
    assert (slow.median, slow.p95) == (run.median, run.p95)
    assert slow.row["how"] == "computed"


def test_who_only_polls_pays_for_the_time_alone() -> None:
    run = result(busy_bytes=2 * 3000, idle_bytes=2 * 60_000, cpu=0.006, idle_cpu=0.12)
    assert computed(run, 0.1).bytes_per_update == pytest.approx(10_000)
    assert computed(run, 0.1).cpu_per_10_000 == pytest.approx(100)


def test_a_run_is_short_and_has_some_changes_at_each_rate() -> None:
    for rate in (2.0, 10.0, 50.0):
        schedule = schedule_at(rate)
        assert schedule.every == 1 / rate
        assert schedule.updates >= 6
        assert schedule.seconds < 5


async def test_rates_are_measured_and_the_slow_one_is_computed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    points = await rates((0.1, 20.0), techniques=[POLLS, WAITS, SOCKET, LACKING], round_trip=0.04)
    assert [(p.technique, p.rate, p.computed) for p in points if p.technique == "WebSocket"] == [
        ("WebSocket", 0.1, True),
        ("WebSocket", 2.0, False),
        ("WebSocket", 20.0, False),
    ]
    assert {point.round_trip for point in points} == {0.04}
    slow = [points.find(t.name, rate=0.1).bytes_per_update for t in (POLLS, WAITS, SOCKET)]
    assert slow[0] > slow[1] > 5 * slow[2]  # on a busy computer who polls does so less often
    # Half a round trip for who is told; who asks anew each time is late when changes are quick.
    assert 0.019 < points.find("WebSocket", rate=20).median < 0.04
    line = "by pigeon is left out: pigeonry not installed"
    assert points.rows[-1] == {"technique": line}
    assert capsys.readouterr().out == (
        "3 techniques, measured at 2 rates, about 6 s\n" + "■" * 20 + f" done\n{line}\n"
    )
    with pytest.raises(KeyError, match="no point of by pigeon at 2"):
        points.find("by pigeon", rate=2)
    await close_everything()
    assert leftovers() == []


async def test_crowds_differ_in_their_clients(capsys: pytest.CaptureFixture[str]) -> None:
    points = await crowds((1, 3), techniques=[SOCKET])
    assert [point.clients for point in points] == [1, 3]
    assert points.find("WebSocket", clients=3).round_trip == 0
    assert capsys.readouterr().out.startswith("1 technique, 1 and 3 clients, about 4 s\n")
    await close_everything()


async def test_a_survey_is_all_of_it_within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, float, Schedule]] = []
    seconds = 0.0

    class Brief(module.Work):
        @property
        def seconds(self) -> float:
            nonlocal seconds
            asked.append((self.clients, self.round_trip, self.schedule))
            seconds += super().seconds
            return super().seconds

        async def measure(self, bar: object) -> list[Result]:  # type: ignore[override]
            return []

    monkeypatch.setattr(module, "Work", Brief)
    await survey(progress=False)
    assert 20 < seconds < 45
    assert {clients for clients, _, _ in asked} == {1, 10, 100}
    assert {far for _, far, _ in asked} == {0.0, 0.05}
    assert {round(1 / s.every) for n, _, s in asked if n == 1} == {2, 10, 50}
    assert min(RATES) == 0.1
