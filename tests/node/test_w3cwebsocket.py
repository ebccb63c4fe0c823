"""wslab.node.w3cwebsocket: the browser's names over the Node client."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from tests.node.support import site
from tests.waiting import wait_for
from wslab.node import W3CWebSocket, WebSocketConnection
from wslab.protocol.errors import InvalidCloseCode, InvalidState, ReasonTooLong


def echo(connection: WebSocketConnection) -> None:
    def answer(message: Any) -> None:
        connection.send(message.utf8Data if message.type == "utf8" else message.binaryData)

    connection.on("message", answer)


def watched(ws: W3CWebSocket) -> list[Any]:
    log: list[Any] = []
    ws.onopen = lambda event: log.append((event.type, ws.readyState, event.target is ws))
    ws.onmessage = lambda event: log.append((event.type, event.data))
    ws.onerror = lambda event: log.append((event.type, ws.readyState))
    ws.onclose = lambda event: log.append((event.type, event.code, event.reason, event.wasClean))
    return log


def test_a_whole_conversation() -> None:
    with site(on_connection=echo) as here:
        ws = W3CWebSocket(here.server.url)
        assert repr(ws) in ("<W3CWebSocket CONNECTING>", "<W3CWebSocket OPEN>")
        log = watched(ws)
        wait_for(lambda: log, "open")
        ws.send("hé")
        ws.send(bytearray(b"\x01"))
        wait_for(lambda: len(log) == 3, "the echoes")
        assert (ws.url, ws.protocol, ws.extensions) == (here.server.url, "", "permessage-deflate")
        assert (ws.bufferedAmount, ws.binaryType, ws.readyState) == (0, "arraybuffer", ws.OPEN)
        ws.close(3000, "bye")
        assert ws.readyState >= ws.CLOSING
        wait_for(lambda: len(log) == 4, "close")
        assert ws.readyState == ws.CLOSED == 3
        assert log == [
            ("open", 1, True),
            ("message", "hé"),
            ("message", b"\x01"),
            ("close", 3000, "bye", True),
        ]


def test_events_wait_for_their_first_handler() -> None:
    """The cell sets its handlers after the constructor has begun to connect."""
    with site(on_connection=lambda connection: connection.sendUTF("early")) as here:
        ws = W3CWebSocket(here.server.url)
        wait_for(lambda: ws.readyState == ws.OPEN and ws._early["message"], "the greeting")
        log = watched(ws)
        wait_for(lambda: len(log) == 2, "both events")
        assert log == [("open", 1, True), ("message", "early")]
        ws.close()
        wait_for(lambda: len(log) == 3, "close")


def test_listeners_can_be_added_and_removed() -> None:
    with site(on_connection=echo) as here:
        ws, seen = W3CWebSocket(here.server.url), []
        ws.addEventListener("open", lambda event: ws.send("x"))
        listener = seen.append
        ws.addEventListener("message", listener)
        wait_for(lambda: seen, "the echo")
        ws.removeEventListener("message", listener)
        assert ws.onmessage is None
        ws.send("y")
        ws.addEventListener("close", lambda event: seen.append("closed"))
        ws.close()
        wait_for(lambda: len(seen) == 2, "close")
        assert [getattr(item, "data", item) for item in seen] == ["x", "closed"]


def test_send_unless_open_and_wrong_closes_are_refused() -> None:
    with site(lambda request: None) as here:
        ws = W3CWebSocket(here.server.url)
        log = watched(ws)
        with pytest.raises(InvalidState, match=r"cannot call send\(\) while not connected"):
            ws.send("too early")
        with pytest.raises(InvalidCloseCode):
            ws.close(1005)
        with pytest.raises(ReasonTooLong):
            ws.close(1000, "x" * 124)
        wait_for(lambda: here.ws.pendingRequests, "the request")
        ws.close()
        wait_for(lambda: len(log) == 2, "error and close")
        assert log == [("error", 3), ("close", 1006, "connection failed", False)]


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    ws = W3CWebSocket(f"ws://127.0.0.1:{port}/")
    log = watched(ws)
    wait_for(lambda: len(log) == 2, "error and close")
    assert log == [("error", 3), ("close", 1006, "connection failed", False)]


def test_binary_type_can_only_be_arraybuffer() -> None:
    with site(lambda request: request.reject()) as here:
        ws = W3CWebSocket(here.server.url)
        log = watched(ws)
        ws.binaryType = "arraybuffer"
        with pytest.raises(SyntaxError, match="blob"):
            ws.binaryType = "blob"
        wait_for(lambda: len(log) == 2, "error and close")


def test_protocol_and_options_are_passed_on() -> None:
    with site(lambda request: here.connections.append(request.accept("echo"))) as here:
        ws = W3CWebSocket(
            here.server.url, ["echo"], "http://o", {"X-A": "1"}, None, {"closeTimeout": 100}
        )
        log = watched(ws)
        wait_for(lambda: log, "open")
        assert ws.protocol == "echo"
        assert here.requests[0].origin == "http://o"
        assert here.requests[0].httpRequest.headers["x-a"] == "1"
        here.connections[0].close(3001, "from the server")
        wait_for(lambda: len(log) == 2, "close")
        assert log[1] == ("close", 3001, "from the server", True)
