"""One price, followed by several techniques, and what each of them cost.

    results = await measure()                                    # all of TECHNIQUES
    results = await measure(schedule=Schedule(every=0.04))       # a price in a hurry
    results = await measure([TECHNIQUES[2], TECHNIQUES[5]])      # two of them
    results = await measure(clients=100)                         # a crowd
    results = await measure(round_trip=0.05)                     # a server that is far away

Each technique has a server of its own on a thread of its own, and a relay in front of it, so that
its bytes and its processor time are counted apart. All servers follow the same schedule. They and
the clients share this computer, so that the staleness is the technique's and the computer's
together. Bytes are those inside TCP: the packets that open, acknowledge and close a connection are
not in them. Processor time compares these servers as well as the techniques: HTTP/2's is another.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wslab.net import servers
from wslab.net.conditions import until
from wslab.net.feeds.price import Schedule
from wslab.net.feeds.progress import Bar
from wslab.net.feeds.result import Result
from wslab.net.feeds.run import Run
from wslab.net.feeds.techniques import TECHNIQUES, Technique, usable

READY_SECONDS = 20.0  # until every client has its first price, or the last one
BEGIN_SECONDS = 0.5  # about what it takes until they have the first one
SETTLE_SECONDS = 0.1  # after the last change, before the silence is measured
TOGETHER = 100  # clients at the same time; above it, one technique follows the other


class Results(list[Result]):
    """The results in the order of the techniques. left_out: for each technique that could not be
    used, a line that says why.
    """

    def __init__(self, results: Iterable[Result] = (), left_out: Iterable[str] = ()) -> None:
        super().__init__(results)
        self.left_out = list(dict.fromkeys(left_out))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The figures for a table; a technique that was left out has a row that says so."""
        return [*(result.row for result in self), *({"technique": line} for line in self.left_out)]


async def measure(
    techniques: Sequence[Technique] = TECHNIQUES,
    schedule: Schedule | None = None,
    *,
    clients: int = 1,
    round_trip: float = 0.0,
    headers: Mapping[str, str] | None = None,
    progress: bool = True,
) -> Results:
    """Follow one price by each technique, and count. Takes about `schedule.seconds`; with more than
    100 clients in all the techniques take turns, each that long.

    clients: for each technique. round_trip: seconds to the server and back, which the relay adds.
    headers: sent with every request, `LIKE_A_BROWSER` for one. progress: print a bar. Raises
    RuntimeError when a client fails, TimeoutError when one does not hear of a change.
    """
    schedule = schedule or Schedule()
    work = Work(techniques, schedule, clients, round_trip, headers or {})
    bar = Bar(progress, work.seconds)
    crowd = f" with {clients} clients each" if clients > 1 else ""
    bar.begin(f"{work.named}{crowd}, {schedule.updates} changes, {schedule.idle:g} s of silence")
    results = await work.measure(bar)
    bar.finish()
    if progress:
        print(*results.left_out, sep="\n", end="\n" if results.left_out else "")
    return results


class Work:
    """What one call of `measure` has to do, in one go or in turns."""

    def __init__(
        self,
        techniques: Sequence[Technique],
        schedule: Schedule,
        clients: int = 1,
        round_trip: float = 0.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        if clients < 1 or round_trip < 0:
            raise ValueError(f"there are no {clients} clients, {round_trip:g} s away")
        self.techniques, self.left_out = usable(techniques)
        self.schedule = schedule
        self.clients = clients
        self.round_trip = round_trip
        self.headers = headers or {}
        one_go = clients * len(self.techniques) <= TOGETHER
        self._turns = [self.techniques] if one_go else [[one] for one in self.techniques]
        self._turn_seconds = BEGIN_SECONDS + schedule.seconds + SETTLE_SECONDS

    @property
    def named(self) -> str:
        """How many techniques there are, in words."""
        return f"{len(self.techniques)} technique{'' if len(self.techniques) == 1 else 's'}"

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        return len(self._turns) * self._turn_seconds

    async def measure(self, bar: Bar) -> Results:
        """Do it."""
        results = Results(left_out=self.left_out)
        for turn in self._turns:
            bar.step(self._turn_seconds)
            results += await bar.during(self._turn(turn))
        return results

    async def _turn(self, techniques: Sequence[Technique]) -> list[Result]:
        cell = servers.current_cell()
        runs = [Run(technique, self.schedule, self.clients) for technique in techniques]
        try:
            for run in runs:
                await run.start(self.headers, self.round_trip, cell)
            await _all_know(runs)
            await _mark(runs)
            began = time.monotonic()
            await asyncio.gather(*(run.play(began) for run in runs))
            await _all_know(runs)
            await _mark(runs)
            await asyncio.sleep(SETTLE_SECONDS)
            await _mark(runs)
            await asyncio.sleep(self.schedule.idle)
            await _mark(runs)
        finally:
            await asyncio.gather(*(run.end() for run in runs))
        return [run.result() for run in runs]


async def _mark(runs: Sequence[Run]) -> None:
    await asyncio.gather(*(run.mark() for run in runs))


async def _all_know(runs: Sequence[Run]) -> None:
    def they_do() -> bool:
        knowing = [run.all_know() for run in runs]
        return all(knowing)

    await until(they_do, "every client to hear of the newest update", READY_SECONDS)
