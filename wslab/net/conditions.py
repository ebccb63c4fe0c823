"""Waiting for something to become true, by name.

A lesson never sleeps and hopes. It states what it waits for: "2 connections closed". When that
does not come in time, the error says what was missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wslab.net.explain import shown_plainly

POLL_SECONDS = 0.002


@shown_plainly
class WaitedInVain(TimeoutError):
    """What a lesson waited for did not happen in time; the words say what, and how long."""


async def until(condition: Callable[[], object], what: str, timeout: float = 5.0) -> None:
    """Wait, on any event loop, until `condition()` is true.

    `timeout` is in seconds. Raises WaitedInVain, a TimeoutError, with `what` in its text.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while not condition():
        if loop.time() >= deadline:
            raise WaitedInVain(f"waited {timeout:g} s for {what}, and it did not happen")
        # The state that conditions read changes on the background thread, so there is no future to
        # await.
        await asyncio.sleep(POLL_SECONDS)
