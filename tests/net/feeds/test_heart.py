from __future__ import annotations

import asyncio

from wslab.net.conditions import until
from wslab.net.feeds.heart import Heart


async def test_it_beats_after_each_silence_until_it_is_stopped() -> None:
    beats: list[int] = []
    heart = Heart(0.02, lambda: beats.append(1))
    heart.start()
    await until(lambda: len(beats) >= 3, "three beats")
    heart.stop()
    count = len(beats)
    await asyncio.sleep(0.06)
    assert len(beats) == count


async def test_to_start_again_puts_the_next_beat_off() -> None:
    beats: list[int] = []
    heart = Heart(0.2, lambda: beats.append(1))
    heart.start()
    for _ in range(6):
        await asyncio.sleep(0.05)
        heart.start()
    assert beats == []
    heart.start(only_first=True)  # leaves the count alone
    await until(lambda: bool(beats), "a beat")
    heart.stop()


async def test_without_a_length_it_never_beats() -> None:
    heart = Heart(None, lambda: 1 / 0)
    heart.start()
    heart.stop()
