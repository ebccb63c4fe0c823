"""wslab.net.delay: late, in order, and never too much."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from wslab.net.delay import MAX_HELD, Line


class Source:
    """What a line reads from, as far as it sees it."""

    def __init__(self) -> None:
        self.reading = True
        self.closing = False

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closing


def line(seconds: float) -> tuple[Line, Any]:
    made, source = Line(seconds), Source()
    made.source = source  # type: ignore[assignment]
    return made, source


def test_without_a_delay_everything_happens_at_once() -> None:
    done: list[object] = []
    Line().put(done.append, b"now", size=3)  # no loop is needed
    assert done == [b"now"]


async def test_what_goes_in_comes_out_later_and_in_order() -> None:
    loop = asyncio.get_running_loop()
    done: list[tuple[int, float]] = []
    late, _ = line(0.05)
    began = loop.time()
    for number in range(200):
        late.put(lambda number=number: done.append((number, loop.time())), size=1)
        if number % 50 == 49:
            await asyncio.sleep(0.01)
    assert late.held == 200 - len(done)
    await asyncio.sleep(0.1)
    assert [number for number, _ in done] == list(range(200))
    assert late.held == 0
    assert all(at - began >= 0.049 for _, at in done)


async def test_what_an_action_puts_in_comes_after_what_is_there() -> None:
    done: list[str] = []
    late, _ = line(0.01)
    late.put(lambda: late.put(done.append, "third"))
    late.put(done.append, "second")
    await asyncio.sleep(0.1)
    assert done == ["second", "third"]


async def test_nothing_leaves_before_the_moment_that_was_set() -> None:
    loop = asyncio.get_running_loop()
    done: list[float] = []
    late, _ = line(0.01)
    began = loop.time()
    late.wait_until(began + 0.05)
    late.put(lambda: done.append(loop.time()))
    await asyncio.sleep(0.15)
    assert done[0] - began >= 0.059


async def test_a_full_line_stops_its_source_until_there_is_room() -> None:
    late, source = line(0.02)
    late.put(len, b"", size=MAX_HELD)
    assert source.reading
    late.put(len, b"", size=1)
    assert not source.reading
    await asyncio.sleep(0.1)
    assert source.reading


@pytest.mark.parametrize("last", ["slow", "early"])
def test_it_reads_on_when_no_reason_is_left(last: Any) -> None:
    late, source = line(0.0)
    late.block("slow")
    late.block("early")
    late.unblock("early" if last == "slow" else "slow")
    assert not source.reading
    late.unblock(last)
    assert source.reading
    source.reading = False
    late.unblock(last)
    assert not source.reading, "what was not blocked is left alone"


async def test_what_is_cleared_never_arrives() -> None:
    done: list[object] = []
    late, _ = line(0.01)
    late.put(done.append, b"x", size=1)
    late.clear()
    assert late.held == 0
    await asyncio.sleep(0.05)
    assert done == []
    late.put(done.append, b"y", size=1)
    await asyncio.sleep(0.05)
    assert done == [b"y"]
