"""wslab's Socket.IO server, on uvloop: each client joins a room, and all get each "message"."""

from __future__ import annotations

import json
import time
from typing import Any

from wslab.chat import Server
from wslab.chat.engine import EngineOptions
from wslab.chat.link import LinkOptions
from wslab.node import http

server = http.createServer()
io = Server(server, options=LinkOptions(rate=None), engine=EngineOptions(ping_interval=3600.0))


@io.on("connection")
def connected(socket: Any) -> None:
    socket.join("room")
    socket.on("message", lambda message: io.to("room").emit("message", message))


server.listen(0)
print(json.dumps(["port", server.port]), flush=True)
while True:
    time.sleep(3600)
