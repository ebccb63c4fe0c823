"""Floor 3: a chat room with named events, arguments and acknowledgements, and its page.

    room = serve_chat()
    ada = ChatClient(room.url)
    await ada.connect()
    await ada.emit("new user", "Ada")

`names`, `people`, `rooms`, `adapter` and `rates` are pure, and so are the packets, which are in
`wslab.protocol.socketio`. `engine` is Engine.IO, `Server` is Socket.IO's server API over it,
`ChatRoom` the room on top with its `history`. `ChatClient` is a client for notebooks, `Talker` one
that comes back when its connection is lost. Stock Socket.IO clients can come, too.
"""

from __future__ import annotations

from typing import Any

from wslab.chat.client import ChatClient, Disconnected
from wslab.chat.history import History, HistoryError, SQLiteHistory
from wslab.chat.link import LinkOptions
from wslab.chat.rates import Rate
from wslab.chat.refused import Refused
from wslab.chat.room import ChatRoom
from wslab.chat.server import Server
from wslab.chat.sockets import Socket
from wslab.chat.talker import Talker, talkers
from wslab.protocol.socketio import (
    Packet,
    PacketError,
    PacketLimits,
    PacketType,
    decode,
    encode,
)

__all__ = [
    "ChatClient",
    "ChatRoom",
    "Disconnected",
    "History",
    "HistoryError",
    "LinkOptions",
    "Packet",
    "PacketError",
    "PacketLimits",
    "PacketType",
    "Rate",
    "Refused",
    "SQLiteHistory",
    "Server",
    "Socket",
    "Talker",
    "decode",
    "encode",
    "serve_chat",
    "talkers",
]


def serve_chat(port: int = 0, host: str = "127.0.0.1", **options: Any) -> ChatRoom:
    """Start a chat room: `.url` is for clients, `.http_url` its page, `.close()` ends it.

    Port 0 picks a free one. `options` are those of `ChatRoom`. Raises PortInUse when somebody
    holds the port, HistoryError for a `history` that can't be used.
    """
    room = ChatRoom(**options)
    try:
        room.listen(port, host)
    except BaseException:
        room.close()
        raise
    return room
