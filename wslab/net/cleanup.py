"""The end of a lesson: close everything, and check that nothing is left."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import threading

from wslab.net import client
from wslab.net.conditions import until
from wslab.net.console import console
from wslab.net.loop import THREAD_NAME, background, background_is_running, stop_background
from wslab.net.servers import running_servers

CLOSE_SECONDS = 1.0  # how long the servers of open clients have to answer a close frame
EXERCISE = "wslab: "  # so begin the names of the threads that wslab.check runs a learner's code in


async def close_everything() -> None:
    """Close every server and client of wslab in this process, and stop the background thread.

    Connections get a close frame with 1001. Anything may be started again afterwards.
    """
    if background_is_running():
        await background().join(_close_all())
        # Not in to_thread: its idle worker would be the thread that a lesson leaves behind.
        stop_background()
    with contextlib.suppress(TimeoutError):
        await until(lambda: not _exercises(), "the end", CLOSE_SECONDS)


async def _close_all() -> None:
    for peer in list(client.open_peers):
        peer.close(1001, "")
    closing = (server.aclose() for server in running_servers())
    for error in await asyncio.gather(*closing, return_exceptions=True):
        if isinstance(error, Exception):
            console.error(error)
    await _clients_ended()
    for peer in list(client.open_peers):
        peer.abort()
    await _clients_ended()


async def _clients_ended() -> None:
    with contextlib.suppress(TimeoutError):
        await until(lambda: not client.open_peers, "the end", CLOSE_SECONDS)


def leftovers() -> list[str]:
    """What is still there: listening servers, open client connections, the background thread, and
    those of a learner's code that could not be ended.
    """
    found = [server.name for server in running_servers()]
    found += [f"an open WebSocket ({peer.state.name})" for peer in client.open_peers]
    found += [thread.name for thread in threading.enumerate() if thread.name == THREAD_NAME]
    return found + _exercises()


def _exercises() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith(EXERCISE)]


def _close_at_exit() -> None:
    if background_is_running():
        try:
            background().run(_close_all(), timeout=3)
        except Exception:  # the process ends in any case
            return


atexit.register(_close_at_exit)
