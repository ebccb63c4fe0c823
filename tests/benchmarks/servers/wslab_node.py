"""wslab through `wslab.node`, on uvloop or, with --stock, on asyncio's own loop; with --captured
behind a capture, which records all that passes.

python -m tests.benchmarks.servers.wslab_node echo|broadcast|deflate [--stock] [--captured]
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

mode = sys.argv[1]
if "--stock" in sys.argv:
    sys.modules["uvloop"] = None  # type: ignore[assignment]  # as where it can't be installed

from wslab.net import capture  # noqa: E402
from wslab.net.http import HTTPLimits  # noqa: E402
from wslab.node import WebSocketServer, http  # noqa: E402

server = http.createServer(limits=HTTPLimits(connections=20_000))
sockets = WebSocketServer(
    httpServer=server,
    keepalive=False,
    maxReceivedFrameSize=2**24,
    maxReceivedMessageSize=2**24,
    fragmentOutgoingMessages=False,  # as in all the other servers
    perMessageDeflate=mode == "deflate",
)


@sockets.on("request")
def on_request(request: Any) -> None:
    connection = request.accept(None, request.origin)

    def echo(message: Any) -> None:
        if message.type == "utf8":
            connection.sendUTF(message.utf8Data)
        else:
            connection.sendBytes(message.binaryData)

    def broadcast(message: Any) -> None:
        sockets.broadcastUTF(message.utf8Data)

    connection.on("message", broadcast if mode == "broadcast" else echo)


server.listen(0)
port = capture(server).port if "--captured" in sys.argv else server.port
print(json.dumps(["port", port]), flush=True)
while True:
    time.sleep(3600)
