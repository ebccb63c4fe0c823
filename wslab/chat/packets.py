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

import json
import math
import re
from dataclasses import dataclass, replace
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
PLACEHOLDER = "_placeholder"
MAX_ID = 2**53 - 1  # the largest integer that JavaScript counts exactly


class PacketError(ValueError):
    """A text that is no packet, or a value that can't become one; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class PacketLimits:
    """What a packet from outside may cost. Sizes in characters."""

    size: int = 65_536
    depth: int = 16  # of arrays and objects in each other
    namespace: int = 128
    attachments: int = 10  # of bytes in one packet


DEFAULT_LIMITS = PacketLimits()


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
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def encode(packet: Packet) -> list[str | bytes]:
    """The packet's messages: a text, and the bytes that were among its data. Raises PacketError for
    data that has no place in it.
    """
    _check(packet)
    kind, data, found = packet.type, packet.data, list[bytes]()
    if kind >= PacketType.BINARY_EVENT:
        raise PacketError("bytes go into an EVENT or ACK: it becomes a binary one by itself")
    if kind in (PacketType.EVENT, PacketType.ACK):
        data = _without_bytes(data, found, 0)
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


def _without_bytes(value: Any, found: list[bytes], depth: int) -> Any:
    """The same with a placeholder for each piece of bytes, which goes to `found`."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        found.append(bytes(value))
        return {PLACEHOLDER: True, "num": len(found) - 1}
    if depth > 100:  # a value that contains itself, or might as well
        raise PacketError("this can't be sent as JSON: it nests deeper than 100 levels")
    if isinstance(value, (list, tuple)):
        return [_without_bytes(item, found, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _without_bytes(item, found, depth + 1) for key, item in value.items()}
    return value


class Assembler:
    """Messages in, packets out: those with bytes are complete when their bytes have come."""

    def __init__(self, limits: PacketLimits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._packet: Packet | None = None  # waits for its bytes
        self._found: list[bytes] = []

    def take(self, message: str | bytes) -> Packet | None:
        """The packet that this message completes, if it does. Raises PacketError."""
        packet = self._packet
        if isinstance(message, str):
            if packet is not None:
                raise PacketError("a text came where the bytes of a packet should")
            packet = decode(message, self.limits)
            if packet.type < PacketType.BINARY_EVENT:
                return packet
            self._packet, self._found = packet, []
        elif packet is None:
            raise PacketError("bytes came that no packet has announced")
        else:
            if len(message) > self.limits.size:
                most = self.limits.size
                raise PacketError(f"an attachment has {len(message)} bytes; the limit is {most}")
            self._found.append(message)
        if len(self._found) < packet.attachments:
            return None
        self._packet = None
        kind = PacketType(packet.type - PacketType.BINARY_EVENT + PacketType.EVENT)
        whole = replace(packet, type=kind, data=self._with_bytes(packet.data), attachments=0)
        _check(whole)
        return whole

    def _with_bytes(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._with_bytes(item) for item in value]
        if not isinstance(value, dict):
            return value
        if value.get(PLACEHOLDER) is not True:
            return {key: self._with_bytes(item) for key, item in value.items()}
        number = value.get("num")
        if type(number) is not int or not 0 <= number < len(self._found):
            raise PacketError(f"a placeholder for attachment {number!r:.20}, which there is not")
        return self._found[number]


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
        _from_json(payload, limits) if payload else None,
        namespace or "/",
        int(id_text) if id_text else None,
        int(attachments) if attachments else 0,
    )
    if payload and packet.data is None:
        raise PacketError(f"the payload of a packet of type {number} can't be null")
    _check(packet)
    return packet


def _check(packet: Packet) -> None:
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
