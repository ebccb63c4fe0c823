"""One technique at work: its server, its relay, and its clients.

The server has a loop and a thread of its own. So the thread's own clock (`time.thread_time`) says
what the server computed, the operating system's work on its sockets included, and nothing of the
clients or the relay, though all share one process.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping
from itertools import pairwise

from wslab.net import servers
from wslab.net.capture import Capture
from wslab.net.conditions import until
from wslab.net.feeds.clients import Watch
from wslab.net.feeds.price import Schedule, Update, number_in
from wslab.net.feeds.result import Result, Seen, Spans, count
from wslab.net.feeds.techniques import Technique
from wslab.net.loop import BackgroundLoop, background

END_SECONDS = 10.0


class Follower:
    """One client: its thread, and what it has seen."""

    def __init__(self, technique: Technique) -> None:
        self.technique = technique
        self.seen: list[Seen] = []
        self.error: Exception | None = None
        self.stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, relay: Capture, poll_every: float, headers: Mapping[str, str]) -> None:
        """Begin to follow the price."""
        watch = Watch(relay.host, relay.port, self.saw, poll_every, headers, self.stop)
        name = f"feed: {self.technique.name}"
        self._thread = threading.Thread(target=self._run, args=(watch,), name=name, daemon=True)
        self._thread.start()

    def _run(self, watch: Watch) -> None:
        try:
            self.technique.client(watch)
        except Exception as error:
            self.error = error

    def saw(self, text: str) -> int:
        """A message came: note the moment, if it has news."""
        at = time.monotonic()
        number = number_in(text)
        if not self.seen or number > self.seen[-1].number:
            self.seen.append(Seen(number, at))
        return number

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def knows(self, number: int) -> bool:
        """Whether the client has heard of this update or a newer one. Raises what ended it
        early.
        """
        if not self.running and not self.stop.is_set():
            problem = self.error or RuntimeError("it ended before the feed did")
            raise RuntimeError(f"{self.technique.name} failed: {problem}") from self.error
        return bool(self.seen) and self.seen[-1].number >= number


class Run:
    """One technique with all of its clients. Times are in seconds, moments in time.monotonic's."""

    def __init__(self, technique: Technique, schedule: Schedule, clients: int) -> None:
        self.technique = technique
        self.schedule = schedule
        self.followers = [Follower(technique) for _ in range(clients)]
        self.published: list[Update] = []
        self._loop = BackgroundLoop()
        self._server = technique.server(schedule, self._loop)
        self._relay: Capture | None = None
        self._moments: list[float] = []  # begin and end of the busy and of the idle stretch
        self._cpu: list[float] = []

    async def start(
        self, headers: Mapping[str, str], round_trip: float, cell: servers.Cell | None
    ) -> None:
        """Begin to serve, and let the clients follow."""
        await self._loop.join(self._server.start())
        name, port = self.technique.name, self._server.port
        self._relay = Capture("127.0.0.1", port, name=name)
        self._relay.round_trip = round_trip
        await background().join(self._relay.start(cell))
        for follower in self.followers:
            follower.start(self._relay, self.schedule.poll_every, headers)

    def all_know(self) -> bool:
        """Whether every client has heard of the newest update."""
        number = self._server.latest.number
        knowing = [follower.knows(number) for follower in self.followers]
        return all(knowing)  # after asking each: one that failed says so at once

    async def play(self, began: float) -> None:
        """Change the price when it is due."""
        self.published = await self._loop.join(self._play(began))

    async def _play(self, began: float) -> list[Update]:
        published = []
        for moment, price in zip(self.schedule.moments, self.schedule.prices, strict=True):
            await asyncio.sleep(max(began + moment - time.monotonic(), 0))
            published.append(self._server.publish(price))
        return published

    async def mark(self) -> None:
        """Note the moment and the server's processor time: as a stretch begins or ends."""
        self._moments.append(time.monotonic())
        self._cpu.append(await self._loop.join(_computed()))

    async def end(self) -> None:
        """Let the clients end by themselves, then close what they were connected to."""
        for follower in self.followers:
            follower.stop.set()
        self._loop.call(self._server.end)
        try:
            await until(self._all_ended, "the clients to end", END_SECONDS)
        finally:
            await self._server.aclose()
            if self._relay:
                await background().join(self._relay.aclose())
            self._loop.stop()

    def _all_ended(self) -> bool:
        return not any(follower.running for follower in self.followers)

    def result(self) -> Result:
        """What it cost. Raises RuntimeError when the relay's memory was too small to tell."""
        assert self._relay is not None
        if any(connection.left_out for connection in self._relay.connections):
            raise RuntimeError(f"{self.technique.name}: the capture was full before the end")
        zero = time.monotonic() - self._relay.now()  # when the relay's clock began
        a, b, c, d = (moment - zero for moment in self._moments)
        busy, _, idle = (after - before for before, after in pairwise(self._cpu))
        spans = Spans(busy=(a, b), idle=(c, d), busy_cpu=busy, idle_cpu=idle)
        heard = [follower.seen for follower in self.followers]
        name, rate = self.technique.name, 1 / self.schedule.every
        return count(name, self._relay, self.published, heard, spans, rate)


async def _computed() -> float:
    return time.thread_time()
