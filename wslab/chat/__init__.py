"""Floor 3: a chat room with named events, arguments and acknowledgements, and its page.

    room = serve_chat()
    ada = ChatClient(room.url)
    await ada.connect()
    await ada.emit("new user", "Ada")

`packets`, `names`, `rooms`, `adapter` and `rates` are pure; `engine` is Engine.IO, `Server` is
Socket.IO's server API over it, `ChatRoom` the room on top, `ChatClient` a client for notebooks.
Stock Socket.IO clients can come, too.
"""

from __future__ import annotations

from typing import Any

from wslab.chat.client import ChatClient, Disconnected
from wslab.chat.link import LinkOptions
from wslab.chat.packets import Packet, PacketError, PacketLimits, PacketType, decode, encode
from wslab.chat.rates import Rate
from wslab.chat.room import ChatRoom
from wslab.chat.server import Server
from wslab.chat.sockets import Socket

__all__ = [
    "ChatClient",
    "ChatRoom",
    "Disconnected",
    "LinkOptions",
    "Packet",
    "PacketError",
    "PacketLimits",
    "PacketType",
    "Rate",
    "Server",
    "Socket",
    "decode",
    "encode",
    "serve_chat",
]


def serve_chat(port: int = 0, host: str = "127.0.0.1", **options: Any) -> ChatRoom:
    """Start a chat room: `.url` is for clients, `.http_url` its page, `.close()` ends it.

    Port 0 picks a free one. `options` are those of `ChatRoom`. Raises PortInUse when somebody
    holds the port.
    """
    room = ChatRoom(**options)
    room.listen(port, host)
    return room
