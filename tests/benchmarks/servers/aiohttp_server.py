"""aiohttp on uvloop."""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop
from aiohttp import WSMsgType, web

mode = sys.argv[1]
everyone: set[web.WebSocketResponse] = set()


async def handler(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(compress=mode == "deflate", max_msg_size=2**24)
    await socket.prepare(request)
    everyone.add(socket)
    try:
        async for message in socket:
            if mode == "broadcast":
                for other in list(everyone):
                    await other.send_str(message.data)
            elif message.type is WSMsgType.TEXT:
                await socket.send_str(message.data)
            else:
                await socket.send_bytes(message.data)
    finally:
        everyone.discard(socket)
    return socket


async def main() -> None:
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(json.dumps(["port", runner.addresses[0][1]]), flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
