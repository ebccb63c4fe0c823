"""wslab.browser.turns: one handshake with a server at a time."""

from __future__ import annotations

import asyncio

import pytest

from wslab.browser.turns import one_at_a_time
from wslab.net.conditions import until


async def test_one_handshake_at_a_time_is_by_address_and_port() -> None:
    log: list[str] = []

    async def attempt(name: str, hostname: str, port: int, done: asyncio.Event) -> None:
        async with one_at_a_time(hostname, port):
            log.append(f"{name} begins")
            await done.wait()
        log.append(f"{name} ends")

    first, others = asyncio.Event(), asyncio.Event()
    others.set()
    tasks = [asyncio.create_task(attempt("one", "127.0.0.1", 1, first))]
    await until(lambda: log == ["one begins"], "the first")
    tasks.append(asyncio.create_task(attempt("same host", "localhost", 1, others)))
    await attempt("other port", "127.0.0.1", 2, others)
    await attempt("other host", "127.0.0.2", 1, others)
    first.set()
    await asyncio.gather(*tasks)
    assert log == [
        "one begins", "other port begins", "other port ends", "other host begins",
        "other host ends", "one ends", "same host begins", "same host ends",
    ]  # fmt: skip


async def test_turns_come_in_the_order_of_asking_however_long_a_look_up_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter([0.03, 0.02, 0.01])
    began: list[int] = []

    async def look_up(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        await asyncio.sleep(next(seconds))
        return [(0, 0, 0, "", ("127.0.0.1", port))]

    async def attempt(number: int) -> None:
        async with one_at_a_time("here", 1):
            began.append(number)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look_up)
    await asyncio.gather(*(attempt(number) for number in range(3)))
    assert began == [0, 1, 2]


async def test_a_name_that_is_nobodys_waits_for_no_one() -> None:
    async with one_at_a_time("example.invalid", 1), one_at_a_time("127.0.0.1", 1):
        pass


async def test_who_gives_up_waiting_does_not_block_the_next() -> None:
    async def attempt() -> None:
        async with one_at_a_time("127.0.0.1", 1):
            pass

    async with one_at_a_time("127.0.0.1", 1):
        waiting = asyncio.create_task(attempt())
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.wait_for(attempt(), 5)
