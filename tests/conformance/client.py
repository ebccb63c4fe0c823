"""The client that Autobahn|Testsuite's fuzzing server judges: it sends every message back.

It is what is under `wslab.browser.WebSocket`: `wslab.net.client` and the engine.
"""

from __future__ import annotations

import asyncio
import contextlib

from wslab.net.client import ConnectFailed, open_websocket
from wslab.net.loop import background
from wslab.net.peer import PeerOptions
from wslab.protocol import BinaryMessage, Limits, TextMessage
from wslab.protocol.events import Event

AGENT = "wslab"
LIMITS = Limits(max_frame=16_777_216, max_message=16_777_216, max_fragments=None)
OPTIONS = PeerOptions(ping_interval=None)  # a ping of ours would be one too many


async def converse(url: str, *, echo: bool) -> list[str | bytes]:
    """Open a connection, send back what comes if `echo`, and return all of it when it has ended."""
    opened = await open_websocket(url, limits=LIMITS, options=OPTIONS)
    peer = opened.peer
    came: list[str | bytes] = []
    ended = asyncio.Event()

    def on_event(event: Event) -> None:
        if not isinstance(event, (TextMessage, BinaryMessage)):
            return
        if not echo:
            came.append(event.data)
        elif isinstance(event, TextMessage):
            peer.send_text(event.data)
        else:
            peer.send_bytes(event.data)

    peer.on_event = on_event
    peer.when_lost(lambda _: ended.set())
    opened.start()
    await ended.wait()
    return came


async def run_all(url: str) -> int:
    """Go through every case that the fuzzing server at `url` has; the number of cases."""
    (count,) = await converse(f"{url}/getCaseCount", echo=False)
    for number in range(1, int(count) + 1):
        # A handshake that fails is for the report to judge, like everything else.
        with contextlib.suppress(ConnectFailed):
            await converse(f"{url}/runCase?case={number}&agent={AGENT}", echo=True)
    await converse(f"{url}/updateReports?agent={AGENT}", echo=False)
    return int(count)


def run_all_cases(url: str, seconds: float) -> int:
    """The same from a script. Raises TimeoutError when it takes longer."""
    return background().run(run_all(url), seconds)
