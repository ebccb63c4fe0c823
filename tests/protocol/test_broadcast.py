"""wslab.protocol.broadcast: one message, encoded once, means the same on every connection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.feeding import connection, payloads
from wslab.protocol.broadcast import Broadcast
from wslab.protocol.connection import Connection
from wslab.protocol.deflate import Agreement, Deflate
from wslab.protocol.errors import InvalidFrame, InvalidState
from wslab.protocol.events import BinaryMessage, TextMessage
from wslab.protocol.sending import Role

JSON = '{"symbol": "WSL", "price": 101.25, "volume": 1200}' * 10


def pair(**options: int) -> tuple[Connection, Connection]:
    bits = options.get("bits", 15)
    server = Deflate(Agreement(bits=bits), threshold=options.get("threshold", 0))
    client = Deflate(receives=Agreement(bits=bits))
    return (
        connection(Role.SERVER, extensions=[server]),
        connection(Role.CLIENT, extensions=[client]),
    )


@given(st.text() | payloads)
def test_it_is_what_a_server_would_send(data: str | bytes) -> None:
    server = connection(Role.SERVER)
    alone = server.send_text(data) if isinstance(data, str) else server.send_bytes(data)
    assert server.send_broadcast(Broadcast(data)) == alone


@given(st.text(min_size=1), st.integers(1, 50))
def test_it_is_cut_as_a_server_would_cut_it(text: str, size: int) -> None:
    server = connection(Role.SERVER)
    assert Broadcast(text, size).plain == server.send_fragments(text, size)


def test_it_takes_views_and_nothing_but_text_and_bytes() -> None:
    assert Broadcast(memoryview(b"a")).plain == b"\x82\x01a"
    assert len(Broadcast("é")) == 2
    with pytest.raises(TypeError, match="int"):
        Broadcast(3)  # type: ignore[arg-type]


def test_it_is_compressed_once_and_each_connection_goes_on() -> None:
    message = Broadcast(JSON)
    pairs = [pair(), pair()]
    for number, (server, client) in enumerate(pairs):
        before, after = f"{number}: {JSON}", JSON[number:]
        sent = [server.send_text(before), server.send_broadcast(message), server.send_text(after)]
        assert sent[1] is message.compressed
        assert len(sent[1]) < len(JSON) / 4
        assert client.receive(b"".join(sent)) == [
            TextMessage(before),
            TextMessage(JSON),
            TextMessage(after),
        ]


def test_it_is_compressed_before_it_is_cut() -> None:
    server, client = pair()
    frames = server.send_broadcast(Broadcast(JSON, 20))
    assert frames[:2] == b"\x41\x14"
    assert frames[22:24] == b"\x00\x14"
    assert client.receive(frames) == [TextMessage(JSON)]


@pytest.mark.parametrize(
    ("options", "data"),
    [
        ({"threshold": 10_000}, JSON.encode()),  # shorter than this connection compresses
        ({"bits": 8}, JSON.encode()),  # a window that zlib can't keep to
        ({}, bytes(range(256))),  # does not get smaller
    ],
)
def test_it_goes_as_it_is_where_that_is_better(options: dict[str, int], data: bytes) -> None:
    server, client = pair(**options)
    message = Broadcast(data)
    assert server.send_broadcast(message) == message.plain
    assert client.receive(message.plain) == [BinaryMessage(data)]


def test_only_a_server_that_is_open_sends_one() -> None:
    with pytest.raises(InvalidFrame, match="masks"):
        connection(Role.CLIENT).send_broadcast(Broadcast("a"))
    server = connection(Role.SERVER)
    server.send_close(1000)
    with pytest.raises(InvalidState):
        server.send_broadcast(Broadcast("a"))
