"""Engine.IO packets: the protocol's examples, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.protocol.socketio import PacketError
from wslab.protocol.socketio.engine import Kind, read, read_payload, write, write_payload

texts = st.text().filter(lambda text: "\x1e" not in text)


def test_the_protocol_s_examples() -> None:
    assert read("4hello") == (Kind.MESSAGE, "hello")
    assert read("2probe") == (Kind.PING, "probe")
    assert read(b"\x01") == (Kind.MESSAGE, b"\x01")
    assert write("hello") == "4hello"
    assert write(b"\x01\x02") == b"\x01\x02"
    payload = "4hello\x1e2\x1e4world"
    assert read_payload(payload) == ["4hello", "2", "4world"]
    assert read_payload("4hello\x1ebAQIDBA==") == ["4hello", b"\x01\x02\x03\x04"]
    assert write_payload(["4hello", b"\x01\x02\x03\x04"]) == "4hello\x1ebAQIDBA=="


@pytest.mark.parametrize("packet", ["", "7", "abc", "٤hello"])
def test_what_is_no_packet(packet: str) -> None:
    with pytest.raises(PacketError, match="begins with 0 to 6"):
        read(packet)


@pytest.mark.parametrize("body", ["b!", "bAQ", "bé", "4a\x1ebA"])
def test_what_is_not_base64(body: str) -> None:
    with pytest.raises(PacketError, match="base64"):
        read_payload(body)


@given(st.lists(texts | st.binary(), min_size=1))
def test_messages_come_back(messages: list[str | bytes]) -> None:
    packets = read_payload(write_payload(map(write, messages)))
    assert [read(packet) for packet in packets] == [(Kind.MESSAGE, m) for m in messages]
