"""wslab.node.client: WebSocketClient against servers that do right and wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.node.support import Site, site
from tests.waiting import wait_for
from wslab.net import client as net_client
from wslab.net import console
from wslab.net.client import ConnectFailed
from wslab.node import WebSocketClient, WebSocketConnection, http
from wslab.node.client import ABORTED, tls_context
from wslab.protocol.errors import BadAccept, InvalidHeader, MissingProtocol, UnexpectedStatus


def echo_everything(connection: WebSocketConnection) -> None:
    connection.on(
        "message",
        lambda message: connection.send(
            message.utf8Data if message.type == "utf8" else message.binaryData
        ),
    )


def watched(**options: Any) -> tuple[WebSocketClient, list[Any]]:
    """A client, and the list of its events."""
    client, log = WebSocketClient(**options), []

    def connected(connection: WebSocketConnection) -> None:
        log.append(("connect", connection))
        connection.on("message", lambda m: log.append((m.type, m.utf8Data or m.binaryData)))
        connection.on("close", lambda *how: log.append(("close", *how)))

    client.on("connect", connected)
    client.on("connectFailed", lambda error: log.append(("connectFailed", error)))
    return client, log


def connected(here: Site, **options: Any) -> tuple[WebSocketConnection, list[Any]]:
    client, log = watched(**options)
    client.connect(here.server.url)
    wait_for(lambda: log, "an event")
    assert log[0][0] == "connect", log
    return log[0][1], log


def failed(log: list[Any]) -> ConnectFailed:
    wait_for(lambda: log, "an event")
    assert log[0][0] == "connectFailed", log
    error = log[0][1]
    assert isinstance(error, ConnectFailed)
    return error


def test_messages_there_and_back() -> None:
    with site(on_connection=echo_everything, maxReceivedFrameSize=2**21) as here:
        connection, log = connected(here)
        connection.sendUTF("hé")
        connection.sendBytes(b"\x00\xff")
        connection.sendUTF("x" * 20_000)
        wait_for(lambda: len(log) == 4, f"three answers in {log}")
        assert log[1:] == [("utf8", "hé"), ("binary", b"\x00\xff"), ("utf8", "x" * 20_000)]
        connection.close(3000, "bye")
        wait_for(lambda: log[-1] == ("close", 3000, "bye"), "the close")
        here.logged("close", 3000, "bye")


def test_the_properties_of_client_and_connection() -> None:
    with site(lambda request: here.connections.append(request.accept("echo"))) as here:
        client, log = watched()
        client.connect(
            f"ws://127.0.0.1:{here.port}/chat?x=1",
            ["Chat", "echo"],
            "http://page.example",
            {"X-A": "1"},
            {"headers": {"X-B": "2"}, "timeout": 5000},
        )
        wait_for(lambda: log, "the connection")
        connection = log[0][1]
        assert (client.protocol, connection.protocol) == ("echo", "echo")
        assert client.protocols == ["Chat", "echo"] and client.origin == "http://page.example"
        assert (client.secure, client.url.pathname, client.url.search) == (False, "/chat", "?x=1")
        assert client.response.statusCode == 101
        assert connection.remoteAddress == "127.0.0.1"
        assert client.socket.remotePort == here.port
        [request] = here.requests
        assert request.key == client.base64nonce
        assert (request.origin, request.resource) == ("http://page.example", "/chat?x=1")
        headers = request.httpRequest.headers
        assert (headers["x-a"], headers["x-b"]) == ("1", "2")
        connection.close()
        wait_for(lambda: len(log) == 2, "the close")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("/chat",), ValueError, "full WebSocket URL, including protocol"),
        ((None,), ValueError, "Got None"),
        (("http://h/",), ValueError, "does not begin with ws:// or wss://"),
        (("ws:///x",), ValueError, "names no host"),
        (("ws://h/#x",), ValueError, "has a fragment"),
        (("ws://h/", "a b"), ValueError, "Illegal character in subprotocol 'a b'"),
        (("ws://h/", ["ok", 5]), ValueError, "Illegal character in subprotocol 5"),
        (("ws://h/", None, None, {"X": "1\r\nY: 2"}), InvalidHeader, "line break"),
        (("ws://h/", None, None, {"Host": "x"}), InvalidHeader, "sets the header Host itself"),
        (("ws://h/", None, None, None, {"agent": 1}), ValueError, "headers and timeout, not agent"),
    ],
)
def test_wrong_arguments_are_raised_at_once(
    arguments: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        WebSocketClient().connect(*arguments)


def test_version_8_is_not_spoken() -> None:
    with pytest.raises(ValueError, match="webSocketVersion 8 is not spoken here: use 13"):
        WebSocketClient(webSocketVersion=8)


def test_tls_options() -> None:
    assert tls_context({}) is None
    context = tls_context({"rejectUnauthorized": False})
    assert context is not None and context.check_hostname is False
    assert tls_context({"context": context}) is context
    with pytest.raises(TypeError, match="not cert"):
        WebSocketClient(tlsOptions={"cert": "x"})


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    client, log = watched()
    client.connect(f"ws://127.0.0.1:{port}/")
    assert f"no connection to 127.0.0.1:{port}" in str(failed(log))


def test_a_refusal_is_connect_failed_or_http_response() -> None:
    with site(lambda request: request.reject(404, "no such thing")) as here:
        client, log = watched()
        client.connect(here.server.url)
        error = failed(log)
        assert isinstance(error.__cause__, UnexpectedStatus) and error.response.status == 404
        assert client.response.headers["x-websocket-reject-reason"] == "no such thing"

        client, log = watched()

        def answered(response: http.IncomingMessage, same: WebSocketClient) -> None:
            assert same is client
            response.on("data", lambda data: log.append((response.statusCode, data)))

        client.on("httpResponse", answered)
        client.connect(here.server.url)
        wait_for(lambda: log, "the answer")
        assert log == [(404, b"404 Not Found: no such thing\n")]


def test_a_server_that_chooses_no_protocol_is_left_as_npm_does() -> None:
    with site() as here:
        client, log = watched()
        client.connect(here.server.url, "echo")
        assert isinstance(failed(log).__cause__, MissingProtocol)


@contextmanager
def answering(data: bytes) -> Iterator[str]:
    """A server that answers anything with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                client.recv(65536)
                client.sendall(data)
                client.recv(65536)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join()


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: wrong\r\n\r\n",
            BadAccept,
        ),
        (b"not HTTP at all\r\n\r\n", type(None)),
    ],
)
def test_a_wrong_answer_is_connect_failed(data: bytes, cause: type[Exception]) -> None:
    client, log = watched()
    client.on("httpResponse", lambda *args: log.append(args))
    with answering(data) as url:
        client.connect(url)
        assert isinstance(failed(log).__cause__, cause)


def test_abort_gives_an_attempt_up() -> None:
    with site(lambda request: None) as here:
        client, log = watched()
        client.connect(here.server.url)
        wait_for(lambda: here.ws.pendingRequests, "a pending request")
        client.abort()
        assert str(failed(log)) == ABORTED
        wait_for(lambda: not here.ws.pendingRequests, "its end")
        client.abort()
        assert len(log) == 1


def test_an_answer_that_takes_too_long_is_connect_failed() -> None:
    with site(lambda request: None) as here:
        client, log = watched()
        client.connect(here.server.url, requestOptions={"timeout": 50})
        assert "in 0.05 s" in str(failed(log))


def test_a_connect_listener_that_raises_closes_the_connection() -> None:
    with site() as here:
        client = WebSocketClient()
        client.name = "Ann"
        client.on("connect", lambda connection: 1 / 0)
        client.connect(here.server.url)
        here.logged("close", 1011, "Internal Server Error")
        wait_for(lambda: not net_client.open_peers, "the client's end")
    [line] = console.lines
    assert (line.source, "ZeroDivisionError" in line.text) == ("Ann", True)


def test_a_greeting_sent_with_the_handshake_is_not_lost() -> None:
    with site(on_connection=lambda connection: connection.sendUTF("welcome")) as here:
        for _ in range(20):
            connection, log = connected(here)
            wait_for(lambda log=log: len(log) > 1, "the greeting")
            assert log[1] == ("utf8", "welcome")
            connection.close()
            wait_for(lambda log=log: len(log) > 2, "the close")


def test_limits_and_fragments_of_a_client() -> None:
    with site(on_connection=echo_everything) as here:
        connection, log = connected(here, fragmentationThreshold=10, maxReceivedFrameSize=15)
        connection.sendUTF("x" * 15)
        wait_for(lambda: len(log) == 2, "the echo")
        assert log[1] == ("utf8", "x" * 15)
        connection.sendUTF("x" * 16)
        wait_for(lambda: len(log) == 3, "the close")
        assert log[2][:2] == ("close", 1009)
        assert connection.config.maxReceivedMessageSize == 8388608


def test_frames_of_a_client_are_masked() -> None:
    """RFC 6455 5.1: the server would close with 1002 otherwise."""
    with site() as here:
        connection, log = connected(here)
        connection.on("pong", lambda data: log.append(("pong", data)))
        connection.ping("p")
        wait_for(lambda: ("pong", b"p") in log, "the pong")
        connection.close()
        wait_for(lambda: log[-1][0] == "close", "the close")
        assert log[-1] == ("close", 1000, "Normal connection closure")
