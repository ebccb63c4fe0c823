"""Socket.IO packets as text: named events, arguments and acknowledgements inside one message.

A WebSocket carries messages and gives them no meaning. The Socket.IO protocol, revision 5, adds it:

    2["send message","hello"]            an event with one argument
    21["new user","Ada"]                 the same, and answer me under number 1
    31[{"ok":true,"name":"Ada"}]         the answer to number 1

    451-["picture",{"_placeholder":true,"num":0}]    an event with bytes, which follow as a message

In full: `<type>[<attachments>-][<namespace>,][<acknowledgement id>][JSON]`, after the chapter
"Packet encoding" of the protocol document in the repository of socket.io. The packets 5 and 6 are
2 and 3 with bytes among their arguments: `encode` takes the bytes out, and an `Assembler` puts them
back. Nothing here touches a socket.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from wslab.protocol.socketio.json_text import from_json, quote, to_json
from wslab.protocol.socketio.limits import DEFAULT_LIMITS, PacketError, PacketLimits
from wslab.protocol.socketio.placeholders import take_out


class PacketType(IntEnum):
    """The first character of a packet."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


# Socket.IO emits these itself; from the wire they would look like its own (socket.io-parser).
RESERVED_EVENTS = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
MAX_ID = 2**53 - 1  # the largest integer that JavaScript counts exactly


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `data` is a list in EVENT (the name first) and ACK, else a dict, str or None.

    Bytes may be anywhere in a list that is given to `encode`, and in one that an `Assembler` gives.
    attachments: how many messages with bytes follow, in what `decode` read of BINARY_EVENT and
    BINARY_ACK, whose data has placeholders for them.
    """

    type: PacketType
    data: Any = None
    namespace: str = "/"
    id: int | None = None  # the acknowledgement that is asked for (EVENT) or given (ACK)
    attachments: int = 0


_EVENTS = (PacketType.EVENT, PacketType.BINARY_EVENT)
_ACKS = (PacketType.ACK, PacketType.BINARY_ACK)

# The head of a packet. `[0-9]`, because `\d` also matches digits of other scripts.
_HEAD = re.compile(r"([0-9])(?:([0-9]+)-)?(?:(/[^,]*)(?:,|$))?([0-9]*)", re.DOTALL)


def encode(packet: Packet) -> list[str | bytes]:
    """The packet's messages: a text, and the bytes that were among its data. Raises PacketError for
    data that has no place in it.
    """
    check(packet)
    kind, data, found = packet.type, packet.data, list[bytes]()
    if kind >= PacketType.BINARY_EVENT:
        raise PacketError("bytes go into an EVENT or ACK: it becomes a binary one by itself")
    if kind in (PacketType.EVENT, PacketType.ACK):
        data = take_out(data, found, 0)
    if found:
        kind = PacketType(kind + PacketType.BINARY_EVENT - PacketType.EVENT)
    parts = [f"{int(kind)}{len(found)}-" if found else str(int(kind))]
    if packet.namespace != "/":
        parts += [packet.namespace, ","]
    if packet.id is not None:
        parts.append(str(packet.id))
    if data is not None:
        parts.append(to_json(data))
    return ["".join(parts), *found]


def decode(text: str, limits: PacketLimits = DEFAULT_LIMITS) -> Packet:
    """Read one packet. Raises PacketError that says what was wrong, and nothing else."""
    if len(text) > limits.size:
        raise PacketError(f"the packet has {len(text)} characters; the limit is {limits.size}")
    head = _HEAD.match(text)
    if head is None:
        raise PacketError(f"a packet begins with a digit, its type; this begins {quote(text)}")
    number, attachments, namespace, id_text = head.groups()
    if int(number) > PacketType.BINARY_ACK:
        raise PacketError(f"there is no packet type {number}")
    kind = PacketType(int(number))
    binary = kind >= PacketType.BINARY_EVENT
    if binary and attachments is None:
        raise PacketError(f"a packet of type {number} says how many attachments follow, as 51-[…]")
    if attachments is not None and not binary:
        raise PacketError(f"a packet of type {number} has no attachments")
    if binary and (len(attachments) > 9 or int(attachments) > limits.attachments):
        raise PacketError(f"more attachments than {limits.attachments}, the limit")
    if namespace is not None and len(namespace) > limits.namespace:
        raise PacketError(f"the namespace is longer than {limits.namespace} characters")
    if len(id_text) > len(str(MAX_ID)):
        raise PacketError(f"the acknowledgement id has {len(id_text)} digits; the most is 16")
    payload = text[head.end() :]
    packet = Packet(
        kind,
        from_json(payload, limits) if payload else None,
        namespace or "/",
        int(id_text) if id_text else None,
        int(attachments) if attachments else 0,
    )
    if payload and packet.data is None:
        raise PacketError(f"the payload of a packet of type {number} can't be null")
    check(packet)
    return packet


def pieces(text: str) -> list[tuple[str, str]]:
    """The parts of a packet with their names, in order; joined, they are the text. Whether they
    make sense, only `decode` says.
    """
    head = _HEAD.match(text)
    if head is None:
        return []
    ends = [head.end(1), *(max(head.end(group), 0) for group in (2, 3, 4)), len(text)]
    ends[1] += ends[1] > 0  # the hyphen
    ends[2] += text[ends[2] : ends[2] + 1] == "," and ends[2] > 0
    found, start = [], 0
    names = ("type", "attachments", "namespace", "acknowledgement id", "payload")
    for name, end in zip(names, ends, strict=True):
        if end > start:
            found.append((name, text[start:end]))
            start = end
    return found


def check(packet: Packet) -> None:
    """The rules of each type, for both directions."""
    kind, data, name = packet.type, packet.data, packet.type.name
    if kind in (*_EVENTS, *_ACKS):
        if not isinstance(data, (list, tuple)):
            raise PacketError(f"the payload of {name} is an array; this one is {_kind_of(data)}")
        if packet.id is None and kind in _ACKS:
            raise PacketError(f"{name} needs the id of the event that it answers")
        if packet.id is not None and not 0 <= packet.id <= MAX_ID:
            raise PacketError(f"the acknowledgement id {packet.id} is not between 0 and 2^53 - 1")
    elif packet.id is not None:
        raise PacketError(f"{name} carries no acknowledgement id, and this one has {packet.id}")
    if kind in _EVENTS:
        _check_event_name(data)
    elif kind is PacketType.CONNECT and not (data is None or isinstance(data, dict)):
        raise PacketError(f"the payload of CONNECT is an object; this one is {_kind_of(data)}")
    elif kind is PacketType.DISCONNECT and data is not None:
        raise PacketError(f"DISCONNECT has no payload, and this one has {_kind_of(data)}")
    elif kind is PacketType.CONNECT_ERROR and not isinstance(data, (dict, str)):
        raise PacketError(f"CONNECT_ERROR holds an object or a text, not {_kind_of(data)}")
    if not packet.namespace.startswith("/") or "," in packet.namespace:
        raise PacketError(f"a namespace begins with / and has no comma: {quote(packet.namespace)}")


def _check_event_name(data: list[Any] | tuple[Any, ...]) -> None:
    if not data:
        raise PacketError("an EVENT's array begins with the event's name; this one is empty")
    if not isinstance(data[0], str):
        raise PacketError(f"the name of an event is a text; this one is {_kind_of(data[0])}")
    if data[0] in RESERVED_EVENTS:
        raise PacketError(f'"{data[0]}" is a reserved event name: Socket.IO emits it itself')


def _kind_of(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "a boolean"
    names = {"list": "an array", "tuple": "an array", "dict": "an object", "str": "a text"}
    names |= {"int": "a number", "float": "a number"}
    return names.get(type(value).__name__, type(value).__name__)
