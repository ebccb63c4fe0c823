"""permessage-deflate through Node's names: offered, agreed on, in use, and turned off."""

from __future__ import annotations

from typing import Any

import pytest

from tests.node.support import site
from wslab.browser import WebSocket
from wslab.net import capture, until
from wslab.net.dissect import frames_of
from wslab.node import WebSocketClient, WebSocketServer, http
from wslab.node.extensions import as_records, header_value
from wslab.protocol.http_fields import parse_extensions

TEXT = "a message that repeats itself, " * 20
DEFLATE = [{"name": "permessage-deflate", "params": []}]


def test_an_offer_in_npms_form() -> None:
    assert as_records(parse_extensions("a; b=1; c, d")) == [
        {"name": "a", "params": [{"name": "b", "value": "1"}, {"name": "c", "value": None}]},
        {"name": "d", "params": []},
    ]


def test_and_the_way_back() -> None:
    for value in ("", "a", "a; b=1; c, d"):
        assert header_value(as_records(parse_extensions(value))) == value


async def talk(**options: Any) -> tuple[str, list[bool], int]:
    """A browser's twin sends TEXT and gets it in a broadcast: its `extensions`, and for each data
    frame whether it was compressed, and the bytes of them all."""
    with site(**options) as made:
        with capture(made.server) as tap:
            socket = WebSocket(tap.url)
            got: list[Any] = []
            socket.onmessage = lambda event: got.append(event.data)
            socket.onopen = lambda event: socket.send(TEXT)
            await until(lambda: ("message", TEXT) in made.log, "the message")
            made.ws.broadcastUTF(TEXT)
            await until(lambda: got == [TEXT], "the broadcast")
            extensions = socket.extensions
            socket.close()
            await until(lambda: socket.readyState == 3, "the end")
        frames = [item for item in frames_of(tap.connections[0]) if item.opcode == 1]
        return extensions, [item.rsv1 for item in frames], sum(
            len(item.payload) for item in frames
        )


async def test_it_is_on_by_default() -> None:
    extensions, compressed, size = await talk()
    assert extensions == "permessage-deflate"
    assert compressed == [True, True]
    assert size < 2 * len(TEXT) / 5


async def test_it_can_be_turned_off() -> None:
    assert await talk(perMessageDeflate=False) == ("", [False, False], 2 * len(TEXT))


async def test_its_settings() -> None:
    settings = {"threshold": 10_000, "server_no_context_takeover": True}
    extensions, compressed, _ = await talk(perMessageDeflate=settings)
    assert extensions == "permessage-deflate; server_no_context_takeover"
    assert compressed == [True, False]


async def test_both_ends_of_wslab_node_say_what_is_in_use() -> None:
    with site() as made:
        for options, expected in (({}, DEFLATE), ({"perMessageDeflate": False}, [])):
            client, got = WebSocketClient(**options), []
            client.on("connect", got.append)
            client.connect(made.server.url)
            await until(lambda got=got: got, "the connection")
            assert got[0].extensions == made.connections[-1].extensions == expected
            got[0].close()


def test_settings_that_are_none() -> None:
    server = http.createServer()
    with pytest.raises(TypeError, match="threshold"):
        WebSocketServer(httpServer=server, perMessageDeflate={"treshold": 3})
    with pytest.raises(ValueError, match="server_max_window_bits"):
        WebSocketServer(httpServer=server, perMessageDeflate={"server_max_window_bits": 3})
    with pytest.raises(TypeError, match="perMessageDeflate must be True or False"):
        WebSocketServer(httpServer=server, perMessageDeflate=3)
