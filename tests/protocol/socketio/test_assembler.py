"""Packets with bytes: sent as several messages, put together again, and every way to be wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.protocol.socketio import (
    MAX_ID,
    Assembler,
    Packet,
    PacketError,
    PacketLimits,
    PacketType,
    encode,
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=4), st.none() | st.integers(0, MAX_ID))
@settings(deadline=None)
def test_bytes_anywhere_come_back(args: list[Any], number: int | None) -> None:
    packet = Packet(PacketType.EVENT, ["name", *args], id=number)
    limits, taken = PacketLimits(attachments=100), None
    assembler = Assembler(limits)
    for message in encode(packet):
        assert taken is None
        taken = assembler.take(message)
    assert taken == packet


@pytest.mark.parametrize("number", ["1", "-1", "true", "null", '"0"', "0.0"])
def test_a_placeholder_for_what_is_not_there(number: str) -> None:
    assembler = Assembler()
    assert assembler.take(f'51-["x",{{"_placeholder":true,"num":{number}}}]') is None
    with pytest.raises(PacketError, match="a placeholder for attachment"):
        assembler.take(b"bytes")


def test_bytes_and_texts_keep_their_order() -> None:
    assembler = Assembler(PacketLimits(size=100))
    with pytest.raises(PacketError, match="announced"):
        assembler.take(b"")
    assert assembler.take('51-["x",{"_placeholder":true,"num":0}]') is None
    with pytest.raises(PacketError, match="where the bytes"):
        assembler.take('2["x"]')
    with pytest.raises(PacketError, match="101 bytes"):
        assembler.take(bytes(101))
    packet = assembler.take(bytes(100))
    assert packet is not None and packet.data == ["x", bytes(100)]
    assert assembler.take('2["x"]') == Packet(PacketType.EVENT, ["x"])
