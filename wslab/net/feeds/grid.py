"""Many measurements: the same techniques at several rates of change, and with several numbers of
clients.

    points = await rates()              from a change in ten seconds to fifty in one
    points = await crowds((1, 10))      so many clients
    points = await survey()             both, near and far: most of a minute

A price that changes once in ten seconds is not waited for. Its points are computed, and say so:
what a silence of that length costs, and what a change costs besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from wslab.net.feeds.measure import Work
from wslab.net.feeds.price import Schedule
from wslab.net.feeds.progress import Bar
from wslab.net.feeds.result import MANY, MINUTE, Result
from wslab.net.feeds.techniques import TECHNIQUES, Technique

RATES = (0.1, 2.0, 10.0, 50.0)  # changes in a second
SLOWEST = 2.0  # of them that is measured; slower ones are computed
CROWDS = (1, 10, 100)
FAR = 0.05  # seconds to the server and back
IN_A_CROWD = Schedule(updates=8, every=0.125, idle=0.3)


@dataclass(frozen=True, slots=True)
class Point:
    """What a technique costs at a rate (changes in a second), for one of its clients. Times are in
    seconds; bytes are those while the feed runs, without what it takes to begin. computed: not
    measured.
    """

    technique: str
    rate: float
    clients: int
    round_trip: float
    bytes_per_update: float
    median: float
    p95: float
    cpu_per_10_000: float
    computed: bool = False

    @property
    def row(self) -> dict[str, Any]:
        """The figures for a table. They differ from run to run."""
        return {
            "technique": self.technique,
            "changes a second": f"{self.rate:g}",
            "clients": self.clients,
            "round trip ms": f"{self.round_trip * 1000:g}",
            "bytes per update": round(self.bytes_per_update, 1),
            "median ms": round(self.median * 1000, 1),
            "95th percentile ms": round(self.p95 * 1000, 1),
            "server s per 10,000 updates": round(self.cpu_per_10_000, 2),
            "how": "computed" if self.computed else "measured",
        }


class Survey(list[Point]):
    """Points, and for each technique that could not be used a line that says why."""

    def __init__(self, points: Iterable[Point] = (), left_out: Iterable[str] = ()) -> None:
        super().__init__(points)
        self.left_out = list(dict.fromkeys(left_out))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The figures for a table; a technique that was left out has a row that says so."""
        return [*(point.row for point in self), *({"technique": line} for line in self.left_out)]

    def find(self, technique: str, *, rate: float | None = None, clients: int = 1) -> Point:
        """The first point of a technique, at this rate if one is given."""
        for point in self:
            wanted = (technique, clients, point.rate if rate is None else rate)
            if (point.technique, point.clients, point.rate) == wanted:
                return point
        raise KeyError(f"there is no point of {technique} at {rate} with {clients} clients")


def measured(result: Result) -> Point:
    """The point of a run."""
    return Point(
        result.technique,
        result.rate,
        result.clients,
        result.round_trip,
        result.running_bytes_per_update,
        result.median,
        result.p95,
        result.cpu_per_10_000,
    )


def computed(result: Result, rate: float) -> Point:
    """The same technique with a slower price: a longer silence before each change, and its news as
    old as in the run.
    """
    before = result.busy_seconds / result.updates  # seconds for each change in the run
    silence = result.idle_bytes / result.clients / MINUTE
    change = max(result.running_bytes_per_update - silence * before, 0.0)
    silent_cpu = result.idle_cpu / result.clients / MINUTE * MANY
    change_cpu = max(result.cpu_per_10_000 - silent_cpu * before, 0.0)
    return Point(
        result.technique,
        rate,
        result.clients,
        result.round_trip,
        change + silence / rate,
        result.median,
        result.p95,
        change_cpu + silent_cpu / rate,
        computed=True,
    )


def schedule_at(rate: float) -> Schedule:
    """A short run at so many changes a second, with a silence that is as long as two heartbeats
    where slower rates are computed from it.
    """
    updates = max(6, round(1.2 * rate))
    return Schedule(updates=updates, every=1 / rate, idle=1.0 if rate <= SLOWEST else 0.1)


async def rates(
    rates: Sequence[float] = RATES,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    round_trip: float = FAR,
    progress: bool = True,
) -> Survey:
    """Follow a price at several rates, in changes a second. `round_trip` is in seconds."""
    works = _at_rates(rates, techniques, round_trip)
    return await _all(works, rates, f"measured at {len(works)} rates", progress)


async def crowds(
    clients: Sequence[int] = CROWDS,
    *,
    techniques: Sequence[Technique] = TECHNIQUES,
    round_trip: float = 0.0,
    progress: bool = True,
) -> Survey:
    """Follow a price with several numbers of clients. `round_trip` is in seconds."""
    works = [Work(techniques, IN_A_CROWD, many, round_trip) for many in clients]
    return await _all(works, (), f"{' and '.join(map(str, clients))} clients", progress)


async def survey(*, techniques: Sequence[Technique] = TECHNIQUES, progress: bool = True) -> Survey:
    """All rates, near and far, and all crowds."""
    works = [*_at_rates(RATES, techniques, 0.0), *_at_rates(RATES, techniques, FAR)]
    works += [Work(techniques, IN_A_CROWD, many) for many in CROWDS if many > 1]
    return await _all(works, RATES, f"{len(works)} measurements", progress)


def _at_rates(
    rates: Sequence[float], techniques: Sequence[Technique], round_trip: float
) -> list[Work]:
    run = sorted({max(rate, SLOWEST) for rate in rates})
    return [Work(techniques, schedule_at(rate), 1, round_trip) for rate in run]


async def _all(works: Sequence[Work], rates: Sequence[float], what: str, progress: bool) -> Survey:
    bar = Bar(progress, sum(work.seconds for work in works))
    bar.begin(f"{works[0].named}, {what}")
    points = Survey(left_out=works[0].left_out)
    for work in works:
        for result in await work.measure(bar):
            slower = [rate for rate in rates if rate < SLOWEST and result.rate == SLOWEST]
            points += [computed(result, rate) for rate in slower]
            points.append(measured(result))
    bar.finish()
    if progress and points.left_out:
        print(*points.left_out, sep="\n")
    return points
