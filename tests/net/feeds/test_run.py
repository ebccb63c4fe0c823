from __future__ import annotations

import asyncio
import time

import pytest

from wslab.net import close_everything, leftovers, until
from wslab.net.feeds.clients import Watch
from wslab.net.feeds.price import Schedule
from wslab.net.feeds.run import Run
from wslab.net.feeds.techniques import TECHNIQUES, Technique

EVENTS = TECHNIQUES[3]
BRIEF = Schedule(updates=3, every=0.03, idle=0.1)


async def whole(run: Run) -> None:
    await run.start({}, 0.0, None)
    await until(run.all_know, "the first price")
    await run.mark()
    await run.play(time.monotonic())
    await until(run.all_know, "the last price")
    for _ in range(2):
        await run.mark()
    await asyncio.sleep(0.1)
    await run.mark()
    await run.end()


async def test_the_clock_is_the_servers_own() -> None:
    """Whatever the client computes, here half a second, is not in it."""
    computed: list[float] = []

    def work_hard(watch: Watch) -> None:
        begin = time.thread_time()
        while time.thread_time() < begin + 0.5:
            pass
        computed.append(time.thread_time() - begin)
        EVENTS.client(watch)

    run = Run(Technique("hard work", work_hard), BRIEF, clients=1)
    began = time.process_time()
    await whole(run)
    result = run.result()
    assert computed[0] >= 0.5
    assert 0 < result.cpu < 0.25
    assert time.process_time() - began > 0.5
    await close_everything()
    assert leftovers() == []


async def test_a_capture_that_was_full_is_no_account() -> None:
    run = Run(EVENTS, BRIEF, clients=1)
    await run.start({}, 0.0, None)
    await until(run.all_know, "the first price")
    assert run._relay is not None
    run._relay.connections[0].left_out = 1
    await run.end()
    with pytest.raises(RuntimeError, match="server-sent events: the capture was full"):
        run.result()
    await close_everything()
