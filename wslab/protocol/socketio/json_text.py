"""JSON as packets carry it: written as JavaScript writes it, read within bounds."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from wslab.protocol.socketio.limits import PacketError, PacketLimits

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def to_json(value: Any) -> str:
    """JSON as JavaScript's JSON.stringify writes it: no spaces, lone surrogates escaped.

    Raises PacketError for what JSON can't hold: bytes, NaN, a value that contains itself.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise PacketError(f"this can't be sent as JSON: {error}") from None
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def from_json(payload: str, limits: PacketLimits) -> Any:
    """The value of a packet's payload. Raises PacketError, also for what nests too deep."""
    # Checked before parsing: Python's parser calls itself for each level.
    if payload.count("[") + payload.count("{") > limits.depth and _depth(payload) > limits.depth:
        raise PacketError(f"the payload nests deeper than {limits.depth} levels")
    try:
        return _DECODER.decode(payload)
    except PacketError:
        raise
    except json.JSONDecodeError as error:
        where = f"character {error.pos + 1} of {quote(payload)}"
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
        raise PacketError(f"the number {quote(text)} is too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def quote(text: str) -> str:
    """A short, printable piece of a text that came from outside."""
    return ascii(text if len(text) <= 20 else text[:20] + "…")
