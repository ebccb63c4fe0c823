"""Bytes taken out of a value, and put back."""

from __future__ import annotations

import pytest

from wslab.protocol.socketio import Packet, PacketError, PacketType, encode
from wslab.protocol.socketio.placeholders import put_back, take_out


def test_out_and_back() -> None:
    value = ["x", {"deep": [b"\x01", 7]}, b"\x02"]
    found: list[bytes] = []
    without = take_out(value, found, 0)
    assert found == [b"\x01", b"\x02"]
    assert without[1] == {"deep": [{"_placeholder": True, "num": 0}, 7]}
    assert put_back(without, found) == value
    with pytest.raises(PacketError, match="attachment 1, which there is not"):
        put_back(without, found[:1])


def test_bytes_leave_placeholders() -> None:
    data = ["picture", {"of": b"\x01", "and": bytearray(b"\x02")}, memoryview(b"\x03")]
    text, *found = encode(Packet(PacketType.ACK, data, "/a", 7))
    assert found == [b"\x01", b"\x02", b"\x03"]
    assert text == (
        '63-/a,7["picture",{"of":{"_placeholder":true,"num":0},'
        '"and":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":2}]'
    )
