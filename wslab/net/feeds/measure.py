"""One price, followed by several techniques at the same time, and what each of them cost.

    results = await measure()                                    # all of TECHNIQUES
    results = await measure(schedule=Schedule(every=0.04))       # a price in a hurry
    results = await measure([TECHNIQUES[2], TECHNIQUES[4]])      # two of them

Each client has a relay of its own in front of the one server, so that its bytes are counted apart.
All of them watch the same changes at the same moments; they share this computer, so that the
staleness is the technique's and the computer's together. Bytes are those inside TCP: the packets
that open, acknowledge and close a connection are not in them.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from wslab.net import servers
from wslab.net.capture import Capture
from wslab.net.conditions import until
from wslab.net.feeds.clients import TECHNIQUES, Technique, Watch
from wslab.net.feeds.price import Schedule, Update, number_in
from wslab.net.feeds.result import Result, Seen, count
from wslab.net.feeds.server import PriceServer
from wslab.net.loop import background

T = TypeVar("T")

READY_SECONDS = 10.0  # until every client has its first price, or the last one
SETTLE_SECONDS = 0.1  # after the last change, before the silence is measured
MARKS = 20


class Follower:
    """One client at work: its thread, its relay, and what it has seen."""

    def __init__(self, technique: Technique, relay: Capture) -> None:
        self.technique = technique
        self.relay = relay
        self.seen: list[Seen] = []
        self.error: Exception | None = None
        self.stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, schedule: Schedule, headers: Mapping[str, str]) -> None:
        """Begin to follow the price."""
        watch = Watch(
            self.relay.host,
            self.relay.port,
            self.saw,
            poll_every=schedule.poll_every,
            headers=headers,
            stop=self.stop,
        )
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


class Bar:
    """Progress as a line of text that only grows, so that what is stored of it is always the
    same.
    """

    def __init__(self, shown: bool, seconds: float) -> None:
        self.shown = shown
        self.seconds = seconds
        self._began = time.monotonic()
        self._marks = 0

    def begin(self, what: str) -> None:
        """Say what happens and how long it is likely to take."""
        self._began = time.monotonic()
        if self.shown:
            print(f"{what}, about {self.seconds:.0f} s", flush=True)

    def advance(self) -> None:
        """Draw as many marks as time has passed, one less than all at most."""
        passed = (time.monotonic() - self._began) / self.seconds
        self._draw(min(int(passed * MARKS), MARKS - 1))

    def finish(self) -> None:
        """Draw the rest."""
        self._draw(MARKS)
        if self.shown:
            print(" done", flush=True)

    def _draw(self, marks: int) -> None:
        if self.shown and marks > self._marks:
            print("■" * (marks - self._marks), end="", flush=True)
        self._marks = max(self._marks, marks)


async def measure(
    techniques: Sequence[Technique] = TECHNIQUES,
    schedule: Schedule | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    progress: bool = True,
) -> list[Result]:
    """Follow one price by each technique, and count. Takes about `schedule.seconds`.

    headers: sent with every request, `LIKE_A_BROWSER` for one. progress: print a bar. Raises
    RuntimeError when a client fails, TimeoutError when one does not hear of a change.
    """
    schedule = schedule or Schedule()
    cell = servers.current_cell()
    server = PriceServer(heartbeat=schedule.heartbeat)
    followers: list[Follower] = []
    bar = Bar(progress, schedule.seconds + SETTLE_SECONDS)
    try:
        await background().join(server.start(name="the price feed", cell=cell))
        for technique in techniques:
            relay = Capture("127.0.0.1", server.port, name=technique.name)
            await background().join(relay.start(cell))
            followers.append(Follower(technique, relay))
        for follower in followers:
            follower.start(schedule, headers or {})
        await _all_know(followers, server.latest)
        many = f"{len(followers)} technique{'' if len(followers) == 1 else 's'}"
        bar.begin(f"{many}, {schedule.updates} changes, {schedule.idle:g} s of silence")
        published = await _with_bar(_play(server, schedule), bar)
        await _all_know(followers, published[-1])
        begin = time.monotonic() + SETTLE_SECONDS
        await _with_bar(asyncio.sleep(SETTLE_SECONDS + schedule.idle), bar)
        idle = (begin, begin + schedule.idle)
    finally:
        await _end(server, followers)
    bar.finish()
    return [_result(follower, published, idle) for follower in followers]


async def _play(server: PriceServer, schedule: Schedule) -> list[Update]:
    """Change the price when it is due, on the background loop."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    published = []
    for moment, price in zip(schedule.moments, schedule.prices, strict=True):
        await asyncio.sleep(began + moment - loop.time())
        published.append(server.publish(price))
    return published


async def _with_bar(work: Coroutine[Any, Any, T], bar: Bar) -> T:
    """Run work on the background loop, and draw the bar meanwhile."""
    task = asyncio.ensure_future(background().join(work))
    try:
        while not task.done():
            await asyncio.wait([task], timeout=0.1)
            bar.advance()
        return task.result()
    finally:
        task.cancel()


async def _all_know(followers: Sequence[Follower], update: Update) -> None:
    def they_do() -> bool:
        knowing = [follower.knows(update.number) for follower in followers]
        return all(knowing)  # after asking each: one that failed says so at once

    await until(they_do, f"every client to hear of update {update.number}", READY_SECONDS)


async def _end(server: PriceServer, followers: Sequence[Follower]) -> None:
    """Let the clients end by themselves, then close what they were connected to."""
    for follower in followers:
        follower.stop.set()
    background().call(server.end)
    try:
        await until(
            lambda: not any(follower.running for follower in followers),
            "the clients to end",
            READY_SECONDS,
        )
    finally:
        await background().join(server.aclose())
        for follower in followers:
            await background().join(follower.relay.aclose())


def _result(follower: Follower, published: Sequence[Update], idle: tuple[float, float]) -> Result:
    zero = time.monotonic() - follower.relay.now()  # when the relay's clock began
    window = (idle[0] - zero, idle[1] - zero)
    return count(follower.technique.name, follower.relay, published, follower.seen, window)
