"""Socket.IO 5 and the Engine.IO 4 below it: messages with names, arguments and answers.

Read it in this order: engine, then packets; placeholders and assembler carry bytes. The names here
are Socket.IO's; those of Engine.IO, `read` and `write`, are in `engine`.
"""

from wslab.protocol.socketio.assembler import Assembler
from wslab.protocol.socketio.json_text import to_json
from wslab.protocol.socketio.limits import DEFAULT_LIMITS, PacketError, PacketLimits
from wslab.protocol.socketio.packets import (
    MAX_ID,
    RESERVED_EVENTS,
    Packet,
    PacketType,
    decode,
    encode,
    pieces,
)

__all__ = [
    "DEFAULT_LIMITS",
    "MAX_ID",
    "RESERVED_EVENTS",
    "Assembler",
    "Packet",
    "PacketError",
    "PacketLimits",
    "PacketType",
    "decode",
    "encode",
    "pieces",
    "to_json",
]
