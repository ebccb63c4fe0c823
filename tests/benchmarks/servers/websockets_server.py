"""The library `websockets`, on uvloop or, with --stock, on asyncio's own loop."""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

mode = sys.argv[1]
everyone: set[ServerConnection] = set()


async def handler(connection: ServerConnection) -> None:
    everyone.add(connection)
    try:
        async for message in connection:
            if mode == "broadcast":
                broadcast(everyone, message)
            else:
                await connection.send(message)
    finally:
        everyone.discard(connection)


async def main() -> None:
    compression = "deflate" if mode == "deflate" else None
    server = await serve(
        handler,
        "127.0.0.1",
        0,
        compression=compression,
        ping_interval=None,
        max_size=2**24,
        backlog=1024,
    )
    print(json.dumps(["port", server.sockets[0].getsockname()[1]]), flush=True)
    await server.serve_forever()


(asyncio.run if "--stock" in sys.argv else uvloop.run)(main())
