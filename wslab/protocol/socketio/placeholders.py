"""Bytes among the data of a packet: JSON has none, so that they travel as messages of their own.

In their place stands `{"_placeholder":true,"num":0}`, the number of the message that holds them
(chapter "Packet encoding" of the Socket.IO protocol, revision 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wslab.protocol.socketio.limits import PacketError

PLACEHOLDER = "_placeholder"


def take_out(value: Any, found: list[bytes], depth: int) -> Any:
    """The same with a placeholder for each piece of bytes, which goes to `found`."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        found.append(bytes(value))
        return {PLACEHOLDER: True, "num": len(found) - 1}
    if depth > 100:  # a value that contains itself, or might as well
        raise PacketError("this can't be sent as JSON: it nests deeper than 100 levels")
    if isinstance(value, (list, tuple)):
        return [take_out(item, found, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: take_out(item, found, depth + 1) for key, item in value.items()}
    return value


def put_back(value: Any, found: Sequence[bytes]) -> Any:
    """The same with the bytes in place of the placeholders. Raises PacketError for a wrong one."""
    if isinstance(value, list):
        return [put_back(item, found) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(PLACEHOLDER) is not True:
        return {key: put_back(item, found) for key, item in value.items()}
    number = value.get("num")
    if type(number) is not int or not 0 <= number < len(found):
        raise PacketError(f"a placeholder for attachment {number!r:.20}, which there is not")
    return found[number]
