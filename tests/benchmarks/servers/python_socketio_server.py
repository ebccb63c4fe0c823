"""python-socketio in aiohttp, on uvloop: each client joins a room, and all get each "message"."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import socketio
import uvloop
from aiohttp import web

io = socketio.AsyncServer(
    async_mode="aiohttp",
    async_handlers=False,  # a task less for each event
    ping_interval=3600,
    logger=False,
    engineio_logger=False,
)


@io.event  # type: ignore[untyped-decorator]
async def connect(sid: str, environ: Any) -> None:
    await io.enter_room(sid, "room")


@io.event  # type: ignore[untyped-decorator]
async def message(sid: str, data: Any) -> None:
    await io.emit("message", data, room="room")


async def main() -> None:
    app = web.Application()
    io.attach(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(json.dumps(["port", runner.addresses[0][1]]), flush=True)
    await asyncio.Event().wait()


uvloop.run(main())
