"""The first difference is named, with the field that it is in, and nothing after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wslab.check.difference import (
    field_at,
    same_bytes,
    same_frame,
    same_items,
    same_text,
    same_value,
)
from wslab.check.outcome import Wrong
from wslab.net.raw import client_frame
from wslab.protocol.frames import Opcode

FRAME = client_frame(Opcode.TEXT, b"x" * 130)


@pytest.mark.parametrize(
    ("same", "got", "expected", "message"),
    [
        (same_bytes, b"\x01\x09\x03", b"\x01\x02\x04", "byte 1 of it is 0x09; 0x02 was expected."),
        (same_bytes, b"\x01", b"\x01\x02", "it ends after 1 byte; 2 bytes were expected."),
        (same_bytes, b"\x01\x02", b"\x01", "it goes on after 1 byte, where it should end."),
        (same_bytes, "text", b"text", "it is 'text'; bytes were expected."),
        (same_bytes, None, b"text", "it is None; bytes were expected."),
        (same_text, "cat", "car", "character 2 of it is 't'; 'r' was expected."),
        (same_text, b"cat", "cat", "it is b'cat'; a str was expected."),
        (same_value, True, 1, "it is True; a value of type int was expected."),
        (same_value, 3, 4, "it is 3; 4 was expected."),
        (same_items, ["a", "c"], ["a", "b"], "it 2 is 'c'; 'b' was expected."),
        (same_items, ["a"], ["a", "b"], "the list of its ends after 1 it; 2 its were expected."),
        (same_items, "ab", ["a", "b"], "a list of its was expected, not 'ab'."),
        (
            same_frame,
            b"\x81\x05Hello",
            b"\x01\x05Hello",
            "byte 0 of it is 0x81; 0x01 was expected. That is in FIN, RSV and the opcode.",
        ),
    ],
)
def test_the_first_difference(
    same: Callable[..., None], got: Any, expected: Any, message: str
) -> None:
    with pytest.raises(Wrong) as raised:
        same(got, expected, "it", "RFC 6455, 5.2")
    assert str(raised.value) == message
    assert raised.value.rule == "RFC 6455, 5.2"


def test_what_is_the_same_passes() -> None:
    same_bytes(bytearray(b"ab"), b"ab", "it")
    same_frame(FRAME, FRAME, "it")
    same_text("ab", "ab", "it")
    same_value({"a": 1}, {"a": 1}, "it")
    same_items(("a", 1), ["a", 1], "it")


def test_every_byte_of_a_frame_is_in_a_field() -> None:
    fields = [field_at(FRAME, place) for place in range(len(FRAME))]
    assert list(dict.fromkeys(fields)) == [
        "FIN, RSV and the opcode",
        "MASK and the payload length",
        "the extended payload length",
        "the masking key",
        "the payload",
    ]
    assert [fields.count(name) for name in dict.fromkeys(fields)] == [1, 1, 2, 4, 130]
