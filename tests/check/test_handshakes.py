"""wslab.check.handshakes: each breaks one thing, and the servers' answers are read aright."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from websockets.asyncio.server import serve

from wslab.check.handshakes import BROKEN, GOOD, ORIGIN, PATH, Handshake, ask, changed, compare
from wslab.net import capture
from wslab.net.raw import KEY
from wslab.net.streams import serve_library, serve_streams
from wslab.node import WebSocketServer, http
from wslab.protocol import accept_value

BY_NAME = {handshake.name: handshake for handshake in BROKEN}
# What the library lets in: it reads neither Host nor the names of subprotocols that nobody wants.
LENIENT = {"no Host", "subprotocol chat, twice"}


def names(handshake: Handshake) -> str:
    return handshake.name


def test_there_are_enough_and_each_is_told_apart() -> None:
    assert len(BROKEN) >= 12
    assert len(BY_NAME) == len(BROKEN) == len({handshake.request for handshake in BROKEN})
    assert all(handshake.rule and ", " in handshake.section for handshake in BROKEN)
    assert all(handshake.status >= 400 for handshake in BROKEN)


def test_the_good_one_is_the_example_of_the_rfc_without_its_subprotocols() -> None:
    assert GOOD.request == (
        b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 13\r\nOrigin: http://server.example.com\r\n\r\n"
    )


@pytest.mark.parametrize("handshake", BROKEN, ids=names)
def test_only_one_thing_is_changed(handshake: Handshake) -> None:
    good, broken = GOOD.request.split(b"\r\n"), handshake.request.split(b"\r\n")
    if handshake.name == "no HTTP":
        assert broken == [b"Hello, server!", b"", b""]
        return
    changes = {line.split(b":")[0].split(b" ")[-1] for line in set(good) ^ set(broken)}
    repeated = [line for line in broken if line and broken.count(line) > 1]
    assert len(changes) == 1 or changes <= {b"HTTP/1.1", b"HTTP/1.0"} or repeated


def test_a_header_is_changed_in_its_place_left_out_or_repeated() -> None:
    def keys(request: bytes) -> list[bytes]:
        return [line for line in request.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key")]

    assert keys(changed("Sec-WebSocket-Key")) == []
    assert keys(changed("Sec-WebSocket-Key", "a", "b")) == [
        b"Sec-WebSocket-Key: a",
        b"Sec-WebSocket-Key: b",
    ]
    assert changed("Upgrade", "websocket") == GOOD.request
    assert changed("X", "1") == GOOD.request[:-2] + b"X: 1\r\n\r\n"


# Against servers


@pytest.fixture
def wslab_server() -> Iterator[Any]:
    server = http.createServer()
    sockets = WebSocketServer(httpServer=server)

    @sockets.on("request")
    def decide(request: Any) -> None:
        if request.resource != PATH:
            request.reject(404)
        elif request.origin != ORIGIN:
            request.reject(403)
        else:
            request.accept(None, request.origin)

    server.listen(0)
    yield server
    server.close()


@pytest.fixture
def library_server(caplog: pytest.LogCaptureFixture) -> Iterator[Any]:
    async def stay(connection: Any) -> None:
        await connection.wait_closed()

    def look(connection: Any, request: Any) -> Any:
        return None if request.path == PATH else connection.respond(404, "Nothing is here.\n")

    caplog.set_level(logging.CRITICAL, "websockets")
    server = serve_library(
        lambda: serve(stay, "127.0.0.1", 0, origins=[ORIGIN], process_request=look)  # type: ignore[list-item]
    )
    yield server
    server.close()


@pytest.mark.parametrize("handshake", [GOOD, *BROKEN], ids=names)
async def test_wslab_answers_each_with_its_status(wslab_server: Any, handshake: Handshake) -> None:
    answer = await ask(wslab_server, handshake)
    assert answer.response is not None
    assert answer.response.status == handshake.status
    assert answer.ended == (handshake is not GOOD)
    assert answer.items[0].raw == handshake.request
    if handshake.status in (400, 405, 426, 431):
        assert str(handshake.status) in answer.body
        assert len(answer.body) > 40, "a refusal says what was wrong"


async def test_the_answer_to_version_8_names_the_version_that_is_spoken(wslab_server: Any) -> None:
    answer = await ask(wslab_server, BY_NAME["version 8"])
    assert answer.response is not None
    assert answer.response.get("Sec-WebSocket-Version") == "13"


async def test_what_is_no_http_is_quoted_in_the_refusal(wslab_server: Any) -> None:
    answer = await ask(wslab_server, BY_NAME["no HTTP"])
    assert answer.body == "400 Bad Request: illegal request line: (b'Hello, server!')\n"


async def test_the_good_one_gets_the_accept_value_of_the_rfc(wslab_server: Any) -> None:
    wire = capture(wslab_server)
    answer = await ask(wire, GOOD.request)
    assert answer.response is not None
    assert answer.response.get("Sec-WebSocket-Accept") == accept_value(KEY)
    await wire.until(opened=1)
    wire.close()


async def test_the_library_refuses_what_it_looks_at(library_server: Any) -> None:
    for handshake in BROKEN:
        answer = await ask(library_server, handshake)
        agreed = answer.response is not None and answer.response.status == 101
        assert agreed == (handshake.name in LENIENT), handshake.name
        assert agreed or answer.ended


async def test_a_table_of_both(wslab_server: Any, library_server: Any) -> None:
    rows = await compare({"wslab": wslab_server, "websockets": library_server})
    assert [row["handshake"] for row in rows] == [GOOD.name, *BY_NAME]
    by_name = {row["handshake"]: row for row in rows}
    good = by_name[GOOD.name]
    assert good["wslab"] == good["websockets"] == "101 Switching Protocols"
    assert good["compared"] == ""
    assert by_name["no Host"]["compared"] == "≠ differs"
    assert by_name["no HTTP"]["websockets"] == "hung up, no answer"


# Against servers that are no good


async def told(*answer: bytes, stays: bool = False, resets: bool = False) -> str:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in answer:
            writer.write(piece)
            await writer.drain()
        if resets:
            writer.transport.abort()
        while stays and await reader.read(100):
            pass

    server = serve_streams(handler)
    found = await ask(server, GOOD, timeout=0.2 if stays else 5.0)
    await server.aclose()
    return str(found)


async def test_answers_that_are_none() -> None:
    assert await told() == "hung up, no answer"
    assert await told(stays=True) == "no answer"
    assert await told(resets=True) == "hung up, no answer"
    assert await told(b"\x15\x03\x03\x00\x02", stays=True) == "no answer"


async def test_an_answer_in_pieces_and_one_that_does_not_end() -> None:
    assert await told(b"HTTP/1.1 40", b"0 Bad\r\n", b"\r\n") == "400 Bad"
    assert await told(b"HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\n", stays=True) == "403 No"


async def test_nobody_there_is_an_error() -> None:
    server = http.createServer()
    server.listen(0)
    port = server.port
    server.close()
    with pytest.raises(OSError):
        await ask(SimpleNamespace(port=port), GOOD)
