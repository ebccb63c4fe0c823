"""One handshake with a server at a time, as browsers do it.

RFC 6455 section 4.1, item 2 of the steps by which a client opens a connection. A server that is
asked for many connections at once then has one handshake to answer after the other, which keeps a
page from flooding it.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

_locks: weakref.WeakValueDictionary[tuple[asyncio.AbstractEventLoop, str, int], asyncio.Lock] = (
    weakref.WeakValueDictionary()
)


@asynccontextmanager
async def one_at_a_time(hostname: str, port: int) -> AsyncIterator[None]:
    """Wait for our turn at the addresses of a host, whatever name it goes by."""
    loop = asyncio.get_running_loop()
    # One look-up of a name at a time, so that the turns come in the order in which they were asked.
    async with _lock(f"the name {hostname}", port):
        try:
            found = await loop.getaddrinfo(hostname.strip("[]"), port, type=1)  # 1 is SOCK_STREAM
            addresses = sorted({str(info[4][0]) for info in found})
        except (OSError, UnicodeError):
            addresses = [hostname]  # the attempt to connect will say what is wrong with it
    async with AsyncExitStack() as turns:
        for address in addresses:  # sorted, so that two attempts never wait for each other
            await turns.enter_async_context(_lock(address, port))
        yield


def _lock(what: str, port: int) -> asyncio.Lock:
    return _locks.setdefault((asyncio.get_running_loop(), what, port), asyncio.Lock())
