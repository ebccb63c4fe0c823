"""picows (Cython) on uvloop."""

from __future__ import annotations

import json
import sys
from typing import Any

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_create_server

mode = sys.argv[1]
everyone: set[WSTransport] = set()


class Listener(WSListener):  # type: ignore[misc]
    def on_ws_connected(self, transport: WSTransport) -> None:
        everyone.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        everyone.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
        elif mode == "broadcast":
            payload = frame.get_payload_as_bytes()
            for other in everyone:
                other.send(frame.msg_type, payload)
        else:
            transport.send(frame.msg_type, frame.get_payload_as_bytes())


async def main() -> None:
    more: Any = {"max_frame_size": 2**24, "backlog": 1024}
    server = await ws_create_server(lambda request: Listener(), "127.0.0.1", 0, **more)
    print(json.dumps(["port", server.sockets[0].getsockname()[1]]), flush=True)
    await server.serve_forever()


uvloop.run(main())
