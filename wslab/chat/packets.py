"""Socket.IO packets as text: named events, arguments and acknowledgements inside one message.

A WebSocket carries messages and gives them no meaning. The Socket.IO protocol, revision 5, adds it:

    2["send message","hello"]            an event with one argument
    21["new user","Ada"]                 the same, and answer me under number 1
    31[{"ok":true,"name":"Ada"}]         the answer to number 1

In full: `<type>[<attachments>-][<namespace>,][<acknowledgement id>][JSON]`, after the chapter
"Packet encoding" of the protocol document in the repository of socket.io. Binary packets (5 and 6)
are refused here: their bytes travel in messages of their own. Nothing here touches a socket.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NoReturn


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


class PacketError(ValueError):
    """A text that is no packet, or a value that can't become one; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class PacketLimits:
    """What a packet from outside may cost. Sizes in characters."""

    size: int = 65_536
    depth: int = 16  # of arrays and objects in each other
    namespace: int = 128


DEFAULT_LIMITS = PacketLimits()


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `data` is a list in EVENT (the name first) and ACK, else a dict, str or None."""

    type: PacketType
    data: Any = None
    namespace: str = "/"
    id: int | None = None  # the acknowledgement that is asked for (EVENT) or given (ACK)


# The head of a packet. `[0-9]`, because `\d` also matches digits of other scripts.
_HEAD = re.compile(r"([0-9])(?:([0-9]+)-)?(?:(/[^,]*)(?:,|$))?([0-9]*)", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(packet: Packet) -> str:
    """The packet's text. Raises PacketError for data that has no place in it."""
    _check(packet)
    parts = [str(int(packet.type))]
    if packet.namespace != "/":
        parts += [packet.namespace, ","]
    if packet.id is not None:
        parts.append(str(packet.id))
    if packet.data is not None:
        parts.append(to_json(packet.data))
    return "".join(parts)


def to_json(value: Any) -> str:
    """JSON as JavaScript's JSON.stringify writes it: no spaces, lone surrogates escaped.

    Raises PacketError for what JSON can't hold: bytes, NaN, a value that contains itself.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise PacketError(f"this can't be sent as JSON: {error}") from None
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def decode(text: str, limits: PacketLimits = DEFAULT_LIMITS) -> Packet:
    """Read one packet. Raises PacketError that says what was wrong, and nothing else."""
    if len(text) > limits.size:
        raise PacketError(f"the packet has {len(text)} characters; the limit is {limits.size}")
    head = _HEAD.match(text)
    if head is None:
        raise PacketError(f"a packet begins with a digit, its type; this begins {_quote(text)}")
    number, attachments, namespace, id_text = head.groups()
    if int(number) > PacketType.BINARY_ACK:
        raise PacketError(f"there is no packet type {number}")
    kind = PacketType(int(number))
    if kind >= PacketType.BINARY_EVENT:
        raise PacketError(f"packet type {number} (binary) is not supported; send text")
    if attachments is not None:
        raise PacketError(f"a packet of type {number} has no attachments")
    if namespace is not None and len(namespace) > limits.namespace:
        raise PacketError(f"the namespace is longer than {limits.namespace} characters")
    if len(id_text) > len(str(MAX_ID)):
        raise PacketError(f"the acknowledgement id has {len(id_text)} digits; the most is 16")
    payload = text[head.end() :]
    packet = Packet(
        kind,
        _from_json(payload, limits) if payload else None,
        namespace or "/",
        int(id_text) if id_text else None,
    )
    if payload and packet.data is None:
        raise PacketError(f"the payload of a packet of type {number} can't be null")
    _check(packet)
    return packet


def _check(packet: Packet) -> None:
    """The rules of each type, for both directions."""
    kind, data, name = packet.type, packet.data, packet.type.name
    if kind in (PacketType.EVENT, PacketType.ACK):
        if not isinstance(data, (list, tuple)):
            raise PacketError(f"the payload of {name} is an array; this one is {_kind_of(data)}")
        if packet.id is None and kind is PacketType.ACK:
            raise PacketError("ACK needs the id of the event that it answers")
        if packet.id is not None and not 0 <= packet.id <= MAX_ID:
            raise PacketError(f"the acknowledgement id {packet.id} is not between 0 and 2^53 - 1")
    elif packet.id is not None:
        raise PacketError(f"{name} carries no acknowledgement id, and this one has {packet.id}")
    if kind is PacketType.EVENT:
        _check_event_name(data)
    elif kind is PacketType.CONNECT and not (data is None or isinstance(data, dict)):
        raise PacketError(f"the payload of CONNECT is an object; this one is {_kind_of(data)}")
    elif kind is PacketType.DISCONNECT and data is not None:
        raise PacketError(f"DISCONNECT has no payload, and this one has {_kind_of(data)}")
    elif kind is PacketType.CONNECT_ERROR and not isinstance(data, (dict, str)):
        raise PacketError(f"CONNECT_ERROR holds an object or a text, not {_kind_of(data)}")
    elif kind >= PacketType.BINARY_EVENT:
        raise PacketError(f"packet type {int(kind)} (binary) is not supported; send text")
    if not packet.namespace.startswith("/") or "," in packet.namespace:
        raise PacketError(f"a namespace begins with / and has no comma: {_quote(packet.namespace)}")


def _check_event_name(data: list[Any] | tuple[Any, ...]) -> None:
    if not data:
        raise PacketError("an EVENT's array begins with the event's name; this one is empty")
    if not isinstance(data[0], str):
        raise PacketError(f"the name of an event is a text; this one is {_kind_of(data[0])}")
    if data[0] in RESERVED_EVENTS:
        raise PacketError(f'"{data[0]}" is a reserved event name: Socket.IO emits it itself')


def _from_json(payload: str, limits: PacketLimits) -> Any:
    # Checked before parsing: Python's parser calls itself for each level.
    if payload.count("[") + payload.count("{") > limits.depth and _depth(payload) > limits.depth:
        raise PacketError(f"the payload nests deeper than {limits.depth} levels")
    try:
        return json.loads(payload, parse_constant=_no_constant, parse_float=_finite)
    except PacketError:
        raise
    except json.JSONDecodeError as error:
        where = f"character {error.pos + 1} of {_quote(payload)}"
        raise PacketError(f"the payload is not JSON: {error.msg} at {where}") from None
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits
        raise PacketError(f"the payload can't be read: {error}") from None


def _depth(payload: str) -> int:
    depth = deepest = 0
    for character in _STRING.sub("", payload):
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _no_constant(name: str) -> NoReturn:
    raise PacketError(f"the payload is not JSON: {name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise PacketError(f"the number {_quote(text)} is too large")
    return number


def _kind_of(value: Any) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "a boolean"
    names = {"list": "an array", "tuple": "an array", "dict": "an object", "str": "a text"}
    names |= {"int": "a number", "float": "a number"}
    return names.get(type(value).__name__, type(value).__name__)


def _quote(text: str) -> str:
    """A short, printable piece of a text that came from outside."""
    return ascii(text if len(text) <= 20 else text[:20] + "…")
