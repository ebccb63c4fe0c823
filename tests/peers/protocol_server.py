"""The server that the official protocol test suites are run against.

    python -m tests.peers.protocol_server engine 3000     Engine.IO 4: echoes every message
    python -m tests.peers.protocol_server socket 3000     Socket.IO 5: namespaces / and /custom

It prints its port when it listens, and runs until it is ended.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from wslab.chat import LinkOptions, PacketLimits, Server, Socket
from wslab.chat.engine import EngineOptions, EngineServer, Session
from wslab.node import WebSocketServer, http

OPTIONS = EngineOptions(ping_interval=0.3, ping_timeout=0.2, max_payload=1_000_000)


def engine(server: http.Server) -> None:
    """Every message comes back, text as text and bytes as bytes."""

    def opened(session: Session, visit: object) -> None:
        session.on_message = session.send

    made = EngineServer(opened, options=OPTIONS, origins="*")
    server.on("request", made.handle)
    sockets = WebSocketServer(
        httpServer=server,
        keepalive=False,
        maxReceivedFrameSize=OPTIONS.max_payload,
        maxReceivedMessageSize=OPTIONS.max_payload,
    )
    sockets.on("request", made.upgrade)


def socket(server: http.Server) -> None:
    """Tells what the client authenticated with, and sends back what it gets."""
    packets = PacketLimits(size=OPTIONS.max_payload)
    options = LinkOptions(packets=packets, rate=None, connect_timeout=1.0)
    io = Server(server, options=options, engine=OPTIONS, origins="*")

    def connected(client: Socket) -> None:
        def message(*args: Any) -> None:
            client.emit("message-back", *args)

        def message_with_ack(*args: Any) -> None:
            args[-1](*args[:-1])

        client.emit("auth", dict(client.handshake.auth))
        client.on("message", message)
        client.on("message-with-ack", message_with_ack)

    for name in ("/", "/custom"):
        io.of(name).on("connection", connected)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(prog="tests.peers.protocol_server")
    parser.add_argument("protocol", choices=["engine", "socket"])
    parser.add_argument("port", type=int)
    options = parser.parse_args()
    server = http.createServer()
    (engine if options.protocol == "engine" else socket)(server)
    server.listen(options.port)
    print(json.dumps(["port", server.port]), flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
