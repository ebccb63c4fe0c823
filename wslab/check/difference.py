"""Where an answer departs from what was expected: the first byte, field, header, value or event,
and no more than that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wslab.check.outcome import Wrong
from wslab.check.running.answer import shown

BytesLike = bytes | bytearray | memoryview  # each of them passes for bytes


def same_bytes(got: object, expected: bytes, what: str, rule: str = "") -> None:
    """`got` is these bytes. what: "the pong", as it begins a sentence. Raises Wrong."""
    _same(_bytes(got, what, rule), expected, what, rule, lambda place: "")


def same_frame(got: object, expected: bytes, what: str, rule: str = "") -> None:
    """`got` is this frame; the message names the field that the first different byte is in."""

    def field(place: int) -> str:
        return f" That is in {field_at(expected, place)}."

    _same(_bytes(got, what, rule), expected, what, rule, field)


def _bytes(got: object, what: str, rule: str) -> bytes:
    if not isinstance(got, BytesLike):
        raise Wrong(f"{what} is {shown(got)}; bytes were expected.", rule)
    return bytes(got)


def _same(got: bytes, expected: bytes, what: str, rule: str, field: Callable[[int], str]) -> None:
    for place, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one != other:
            where = f"byte {place} of {what}"
            raise Wrong(f"{where} is 0x{one:02x}; 0x{other:02x} was expected.{field(place)}", rule)
    _same_length(len(got), len(expected), what, "byte", rule)


def field_at(frame: bytes, place: int) -> str:
    """The field of a frame that this byte belongs to (RFC 6455, 5.2)."""
    if place == 0:
        return "FIN, RSV and the opcode"
    if place == 1:
        return "MASK and the payload length"
    length = frame[1] & 0x7F
    longer = {126: 2, 127: 8}.get(length, 0)
    if place < 2 + longer:
        return "the extended payload length"
    if frame[1] & 0x80 and place < 6 + longer:
        return "the masking key"
    return "the payload"


def same_text(got: object, expected: str, what: str, rule: str = "") -> None:
    """`got` is this text. Raises Wrong with the first character that differs."""
    if not isinstance(got, str):
        raise Wrong(f"{what} is {shown(got)}; a str was expected.", rule)
    for place, (one, other) in enumerate(zip(got, expected, strict=False)):
        if one != other:
            raise Wrong(f"character {place} of {what} is {one!r}; {other!r} was expected.", rule)
    _same_length(len(got), len(expected), what, "character", rule)


def same_value(got: object, expected: object, what: str, rule: str = "") -> None:
    """`got` equals this value and has its type, so that True is not 1. Raises Wrong."""
    if type(got) is not type(expected):
        wanted = type(expected).__name__
        raise Wrong(f"{what} is {shown(got)}; a value of type {wanted} was expected.", rule)
    if got != expected:
        raise Wrong(f"{what} is {shown(got)}; {shown(expected)} was expected.", rule)


def same_items(got: object, expected: Sequence[object], what: str, rule: str = "") -> None:
    """`got` is a list or tuple of these. what: "event", named with its number from 1."""
    if not isinstance(got, list | tuple):
        raise Wrong(f"a list of {what}s was expected, not {shown(got)}.", rule)
    for place, (one, other) in enumerate(zip(got, expected, strict=False), 1):
        if type(one) is not type(other) or one != other:
            raise Wrong(f"{what} {place} is {shown(one)}; {shown(other)} was expected.", rule)
    _same_length(len(got), len(expected), f"the list of {what}s", what, rule)


def _same_length(got: int, expected: int, what: str, unit: str, rule: str) -> None:
    def of(count: int) -> str:
        return f"{count} {unit}{'' if count == 1 else 's'}"

    if got < expected:
        raise Wrong(f"{what} ends after {of(got)}; {of(expected)} were expected.", rule)
    if got > expected:
        raise Wrong(f"{what} goes on after {of(expected)}, where it should end.", rule)
