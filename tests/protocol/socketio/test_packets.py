"""Packets: the protocol document's own examples, round trips, and every way to be wrong."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.protocol.socketio import (
    MAX_ID,
    RESERVED_EVENTS,
    Packet,
    PacketError,
    PacketType,
    decode,
    encode,
    pieces,
)

EXAMPLES = {
    "0": Packet(PacketType.CONNECT),
    '0{"token":"123"}': Packet(PacketType.CONNECT, {"token": "123"}),
    '0/admin,{"sid":"oSO0OpakMV_3jnilAAAA"}': Packet(
        PacketType.CONNECT, {"sid": "oSO0OpakMV_3jnilAAAA"}, "/admin"
    ),
    '4{"message":"Not authorized"}': Packet(
        PacketType.CONNECT_ERROR, {"message": "Not authorized"}
    ),
    '2["foo"]': Packet(PacketType.EVENT, ["foo"]),
    '2/admin,["bar"]': Packet(PacketType.EVENT, ["bar"], "/admin"),
    '212["foo"]': Packet(PacketType.EVENT, ["foo"], id=12),
    '3/admin,13["bar"]': Packet(PacketType.ACK, ["bar"], "/admin", 13),
    "1/admin,": Packet(PacketType.DISCONNECT, namespace="/admin"),
    '21["new user","Ada"]': Packet(PacketType.EVENT, ["new user", "Ada"], id=1),
    '31[{"ok":true}]': Packet(PacketType.ACK, [{"ok": True}], id=1),
    '2["你好","\\ud800"]': Packet(PacketType.EVENT, ["你好", "\ud800"]),
    "30[]": Packet(PacketType.ACK, [], id=0),
}


@pytest.mark.parametrize(("text", "packet"), EXAMPLES.items())
def test_examples_both_ways(text: str, packet: Packet) -> None:
    assert decode(text) == packet
    assert encode(packet) == [text]


@pytest.mark.parametrize(
    ("text", "packet"),
    [
        ("0/admin", Packet(PacketType.CONNECT, namespace="/admin")),
        ('2/,["x"]', Packet(PacketType.EVENT, ["x"])),
        ('2007["x"]', Packet(PacketType.EVENT, ["x"], id=7)),
        (' 2["x"]'[1:] + " ", Packet(PacketType.EVENT, ["x"])),
    ],
)
def test_other_spellings_are_understood(text: str, packet: Packet) -> None:
    assert decode(text) == packet


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "begins with a digit"),
        ("hello", "this begins 'hello'"),
        ("²", "begins with a digit"),
        ("7", "no packet type 7"),
        ('5["x"]', "says how many attachments"),
        ('511-["x"]', "more attachments than 10"),
        ('51234567890-["x"]', "more attachments than 10"),
        ('51-["disconnect"]', "reserved"),
        ('21-["x"]', "no attachments"),
        ("2", "payload of EVENT is an array; this one is missing"),
        ("2{}", "this one is an object"),
        ('2"x"', "this one is a text"),
        ("2null", "can't be null"),
        ("2[]", "this one is empty"),
        ("2[7]", "the name of an event is a text; this one is a number"),
        ("2[true]", "a boolean"),
        ('2["disconnect"]', "reserved"),
        ('2["a"', "not JSON"),
        ("2[nope]", "not JSON"),
        ('2["a",NaN]', "NaN"),
        ('2["a",-Infinity]', "-Infinity"),
        ('2["a",1e999]', "too large"),
        (f'2["a",{"9" * 5000}]', "can't be read"),
        ('2²["a"]', "not JSON"),
        ("2" + "[" * 17 + "]" * 17, "deeper than 16"),
        ("2" + '["a",' + "[" * 60_000, "deeper than 16"),
        (f'2{"9" * 17}["x"]', "17 digits"),
        (f'2{MAX_ID + 1}["x"]', "not between"),
        ('3["x"]', "ACK needs the id"),
        ("31", "payload of ACK is an array"),
        ("31{}", "payload of ACK is an array"),
        ("01", "CONNECT carries no acknowledgement id"),
        ("0[]", "payload of CONNECT is an object"),
        ("1{}", "DISCONNECT has no payload"),
        ("4", "CONNECT_ERROR holds an object or a text"),
        ("4[]", "not an array"),
        ("2" + "/" + "n" * 200 + ',["x"]', "longer than 128"),
        ('2["' + "x" * 70_000 + '"]', "the limit is 65536"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str) -> None:
    with pytest.raises(PacketError) as error:
        decode(text)
    assert words in str(error.value)
    assert str(error.value).isprintable(), "it may go into a log or a close frame"


@pytest.mark.parametrize("name", sorted(RESERVED_EVENTS))
def test_reserved_names_are_refused_both_ways(name: str) -> None:
    with pytest.raises(PacketError, match="reserved"):
        decode(f'2["{name}"]')
    with pytest.raises(PacketError, match="reserved"):
        encode(Packet(PacketType.EVENT, [name]))


def itself() -> list[Any]:
    loop: list[Any] = ["a"]
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    "packet",
    [
        Packet(PacketType.EVENT, ["a", {1}]),
        Packet(PacketType.EVENT, ["a", math.nan]),
        Packet(PacketType.EVENT, ["a", {(1, 2): 3}]),
        Packet(PacketType.EVENT, itself()),
        Packet(PacketType.EVENT, ["a"], id=-1),
        Packet(PacketType.EVENT, ["a"], "admin"),
        Packet(PacketType.EVENT, ["a"], "/a,b"),
        Packet(PacketType.BINARY_EVENT, ["a"]),
        Packet(PacketType.ACK, ["a"]),
        Packet(PacketType.CONNECT, {}, id=1),
    ],
)
def test_what_can_not_be_sent_is_refused_before_it_is(packet: Packet) -> None:
    with pytest.raises(PacketError):
        encode(packet)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
namespaces = st.just("/") | st.text(max_size=20).map(lambda t: "/" + t.replace(",", ""))
names = st.text().filter(lambda name: name not in RESERVED_EVENTS)
ids = st.none() | st.integers(0, MAX_ID)
packets = st.one_of(
    st.builds(
        lambda name, args, ns, number: Packet(PacketType.EVENT, [name, *args], ns, number),
        names,
        st.lists(values, max_size=4),
        namespaces,
        ids,
    ),
    st.builds(
        lambda data, ns, number: Packet(PacketType.ACK, data, ns, number),
        st.lists(values, max_size=4),
        namespaces,
        st.integers(0, MAX_ID),
    ),
    st.builds(
        lambda data, ns: Packet(PacketType.CONNECT, data, ns),
        st.none() | st.dictionaries(st.text(), values, max_size=4),
        namespaces,
    ),
    st.builds(lambda ns: Packet(PacketType.DISCONNECT, None, ns), namespaces),
    st.builds(
        lambda data, ns: Packet(PacketType.CONNECT_ERROR, data, ns),
        st.text() | st.dictionaries(st.text(), values, max_size=4),
        namespaces,
    ),
)


@given(packets)
@settings(deadline=None)
def test_every_packet_comes_back(packet: Packet) -> None:
    (text,) = encode(packet)
    assert isinstance(text, str)
    text.encode()  # a text that a WebSocket can carry: no lone surrogates outside the namespace
    assert decode(text) == packet


@given(packets, st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_packet_is_a_packet_or_a_packet_error(
    packet: Packet, data: st.DataObject
) -> None:
    (text,) = encode(packet)
    assert isinstance(text, str)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = (
            text[:at]
            + data.draw(st.text('0123456789-/,[]{}":.eE\\un\ud800²x', max_size=3))
            + text[at + cut :]
        )
    decode_or_refuse(text)


@given(st.text())
@settings(deadline=None)
def test_any_text_is_a_packet_or_a_packet_error(text: str) -> None:
    decode_or_refuse(text)


def decode_or_refuse(text: str) -> None:
    try:
        packet = decode(text)
    except PacketError as error:
        assert str(error)
        return
    if packet.attachments:
        return  # without its bytes it is not whole
    (again,) = encode(packet)  # what came in can go out
    assert isinstance(again, str)
    assert decode(again) == packet


@given(packets)
@settings(deadline=None)
def test_the_pieces_joined_are_the_text(packet: Packet) -> None:
    (text,) = encode(packet)
    assert isinstance(text, str)
    assert "".join(part for _, part in pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1", ["type"]),
        ('27["x"]', ["type", "acknowledgement id", "payload"]),
        ('51-/a,7["x"]', ["type", "attachments", "namespace", "acknowledgement id", "payload"]),
        ("0/admin", ["type", "namespace"]),
        ('0/admin,{"a":1}', ["type", "namespace", "payload"]),
        ("2nonsense", ["type", "payload"]),
        ("", []),
        ("hello", []),
    ],
)
def test_pieces_have_their_names(text: str, parts: list[str]) -> None:
    assert [name for name, _ in pieces(text)] == parts
    assert "".join(part for _, part in pieces(text)) == (text if parts else "")
