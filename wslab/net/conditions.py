"""Waiting for something to become true, by name.

A lesson never sleeps and hopes. It states what it waits for: "2 connections closed". When that
does not come in time, the error says what was missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

POLL_SECONDS = 0.002


async def until(condition: Callable[[], object], what: str, timeout: float = 5.0) -> None:
    """Wait, on any event loop, until `condition()` is true.

    `timeout` is in seconds. Raises TimeoutError with `what` in its text.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while not condition():
        if loop.time() >= deadline:
            raise TimeoutError(f"waited {timeout:g} s for {what}, and it did not happen")
        # The state that conditions read changes on the background thread, so there is no future to
        # await.
        await asyncio.sleep(POLL_SECONDS)
