"""Engine.IO, protocol 4: sessions that outlive the connections that carry them.

A client begins with plain HTTP requests, long polling, which gets through anywhere. Then it tries a
WebSocket, and when that works the session moves over to it. What is above sees messages alone, text
and bytes, in order. `wslab.protocol.socketio.engine` reads and writes the packets; `Session` is one
client, `EngineServer` answers requests.
"""

from __future__ import annotations

from wslab.chat.engine.server import EngineServer
from wslab.chat.engine.session import EngineOptions, Session
from wslab.protocol.socketio.engine import Kind, read, read_payload, write_payload

__all__ = [
    "EngineOptions",
    "EngineServer",
    "Kind",
    "Session",
    "read",
    "read_payload",
    "write_payload",
]
