"""wslab.node.server: mounting, deciding, broadcasting, counting, and broken handshakes."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from tests.node.support import Wire, ask, site
from tests.waiting import wait_for
from wslab.net import console
from wslab.net.raw import client_frame
from wslab.node import WebSocketRequest, WebSocketServer, http
from wslab.node.server import NO_SERVER
from wslab.protocol.errors import RequestError

HANDSHAKE = """GET / HTTP/1.1
Host: h
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
Sec-WebSocket-Version: 13

"""
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="


def test_it_needs_an_http_server_and_knows_its_options() -> None:
    with pytest.raises(ValueError, match=re.escape(NO_SERVER)):
        WebSocketServer({})
    with pytest.raises(TypeError, match=r"must come from http\.createServer, not 3000"):
        WebSocketServer(httpServer=3000)
    with pytest.raises(TypeError, match="no option 'httpSever': did you mean 'httpServer'"):
        WebSocketServer(httpSever=http.createServer())
    unmounted = WebSocketServer()
    assert unmounted.config.httpServer is None and repr(unmounted).endswith("0 connections>")


def test_options_may_come_in_a_dict() -> None:
    server = http.createServer()
    ws = WebSocketServer({"httpServer": server, "closeTimeout": 1})
    assert (ws.config.httpServer, ws.config.closeTimeout) == ([server], 1)
    assert server.listenerCount("upgrade") == 1
    ws.mount({"httpServer": server})
    assert server.listenerCount("upgrade") == 1, "mounting again replaces"
    ws.unmount()
    assert server.listenerCount("upgrade") == 0


def test_one_web_socket_server_on_two_http_servers() -> None:
    servers = [http.createServer().listen(0), http.createServer().listen(0)]
    ws = WebSocketServer(httpServer=servers)
    ws.on("request", lambda request: request.accept())
    try:
        with Wire(servers[0].port) as one, Wire(servers[1].port) as two:
            one.opened()
            two.opened()
            wait_for(lambda: len(ws.connections) == 2, "two connections")
    finally:
        for server in servers:
            server.close()
    assert ws.connections == [] and ws.closed == 2


def test_without_a_listener_a_handshake_gets_404() -> None:
    server = http.createServer().listen(0)
    WebSocketServer(httpServer=server)
    try:
        with Wire(server.port) as wire:
            assert wire.handshake().startswith(b"HTTP/1.1 404 Not Found\r\n")
            assert b"Reject-Reason: No handler is configured to accept the" in wire.head
    finally:
        server.close()


def test_events_of_one_connection_in_order() -> None:
    with site() as here:
        for name in ("connect", "close"):
            here.ws.on(name, lambda *args, name=name: here.log.append((f"server {name}", *args)))
        with Wire(here.port) as wire:
            wire.opened().close(3000, "bye")
            assert wire.close_frame() == (3000, "bye")
        wait_for(lambda: here.ws.closed == 1, "the close")
        connection = here.connections[0]
        assert here.log == [
            ("server connect", connection),
            ("close", 3000, "bye"),
            ("server close", connection, 3000, "bye"),
        ]


def test_a_server_close_listener_that_raises_is_recorded_and_counted() -> None:
    with site() as here:
        here.ws.on("close", lambda *args: 1 / 0)
        with Wire(here.port) as wire:
            wire.opened()
        wait_for(lambda: here.ws.closed == 1, "the count")
    assert "ZeroDivisionError" in console.lines[0].text


async def test_until_waits_for_what_was_opened_and_closed_handlers_included() -> None:
    with site() as here:
        with Wire(here.port) as one, Wire(here.port) as two:
            one.opened()
            two.opened()
            await here.ws.until(opened=2)
            assert len(here.connections) == 2, "the 'request' listener has finished"
        await here.ws.until(opened=2, closed=2)
        assert len(here.log) == 2, "the 'close' listeners have finished"
        with pytest.raises(TimeoutError, match=r"3 opened and 2 closed.*: 2 opened, 2 closed"):
            await here.ws.until(opened=3, closed=2, timeout=0.01)


@pytest.mark.parametrize(
    ("old", "new", "status", "words"),
    [
        ("GET", "POST", 405, ["Allow: GET"]),
        ("HTTP/1.1", "HTTP/1.0", 400, ["HTTP/1.1 or higher"]),
        ("Host: h\n", "", 400, ["Host"]),
        ("Host: h\n", "Host: h\nHost: h\n", 400, ["Host"]),
        ("Upgrade: websocket\n", "", 426, ["Upgrade: websocket", "Header: Upgrade"]),
        ("Upgrade: websocket\n", "Upgrade: h2c\n", 426, ["'h2c'"]),
        ("Connection: Upgrade\n", "", 400, ["Header: Connection"]),
        ("Connection: Upgrade", "Connection: keep-alive", 400, ["'keep-alive'"]),
        ("Version: 13", "Version: 8", 426, ["Sec-WebSocket-Version: 13", "it is '8'"]),
        (f"{KEY}\n", "", 400, ["Sec-WebSocket-Key is missing"]),
        (KEY, f"{KEY}\n{KEY}", 400, ["more than once"]),
        (KEY, "Sec-WebSocket-Key: short", 400, ["16 bytes in base64"]),
        ("\n\n", "\nSec-WebSocket-Protocol: a b\n\n", 400, ["Sec-WebSocket-Protocol"]),
        ("\n\n", "\nSec-WebSocket-Extensions: ;\n\n", 400, ["Sec-WebSocket-Extensions"]),
        ("\n\n", f"\nX-Big: {'x' * 20_000}\n\n", 431, ["20"]),
    ],
)
def test_broken_handshakes(old: str, new: str, status: int, words: list[str]) -> None:
    errors: list[RequestError] = []
    with site() as here:
        here.ws.on("upgradeError", errors.append)
        assert old in HANDSHAKE
        head, body = ask(here.port, HANDSHAKE.replace(old, new, 1))
        assert head.startswith(f"HTTP/1.1 {status} "), head
        for word in words:
            assert word in f"{head}\n{body.decode()}"
        assert "Content-Type: text/plain; charset=utf-8" in head
        # What h11 refuses never becomes a request.
        if status not in (431,) and "Host" not in old:
            wait_for(lambda: errors, "the event")
            assert [error.status for error in errors] == [status]
        with Wire(here.port) as wire:
            wire.opened()
        assert len(here.requests) == 1


def test_auto_accept_takes_the_first_protocol_and_no_foreign_page() -> None:
    errors: list[Any] = []
    with site(autoAcceptConnections=True) as here:
        here.ws.on("upgradeError", errors.append)
        here.ws.on("connect", lambda connection: connection.sendUTF(str(connection.protocol)))
        for headers, status in [
            ([], b"101"),
            ([("Sec-WebSocket-Protocol", "Chat, echo")], b"101"),
            ([("Origin", f"http://127.0.0.1:{here.port}")], b"101"),
            ([("Origin", "http://evil.example")], b"403"),
            ([("Origin", f"http://127.0.0.1:{here.port + 1}")], b"403"),
            ([("Origin", "null")], b"403"),
        ]:
            with Wire(here.port, "/any/path", headers) as wire:
                assert wire.handshake().split()[1] == status
                if "Chat" in str(headers):
                    assert b"Sec-WebSocket-Protocol: Chat\r\n" in wire.head
                    assert wire.frame().payload == b"chat"
                if status == b"403":
                    assert b"Header: Origin" in wire.body
        assert here.requests == [], "no 'request' event"
        wait_for(lambda: len(errors) == 3, "the events")
        assert [error.header for error in errors] == ["Origin"] * 3


@pytest.mark.parametrize("from_handler", [False, True])
def test_broadcasts_reach_everybody_open(from_handler: bool) -> None:
    def broadcast() -> None:
        here.ws.broadcastUTF("text")
        here.ws.broadcastBytes(b"\x00\x01")
        here.ws.broadcast("either")
        here.ws.broadcast(b"way")
        here.ws.broadcast("x" * 20_000)

    with site() as here, Wire(here.port) as one, Wire(here.port) as two, Wire(here.port) as gone:
        for wire in (one, two, gone):
            wire.opened()
        wait_for(lambda: len(here.connections) == 3, "three connections")
        here.connections[2].close()
        if from_handler:
            here.connections[0].on("message", lambda message: broadcast())
            one.send(1, b"go")
        else:
            broadcast()
        for wire in (one, two):
            frames = [wire.frame() for _ in range(6)]
            assert [(int(frame.opcode), frame.payload) for frame in frames[:4]] == [
                (1, b"text"),
                (2, b"\x00\x01"),
                (1, b"either"),
                (2, b"way"),
            ]
            assert [(f.opcode, f.fin, len(f.payload)) for f in frames[4:]] == [
                (1, False, 16384),
                (0, True, 3616),
            ]
        assert gone.frame().opcode == 8, "who is closing gets no more messages"


def test_a_broadcast_to_nobody_does_nothing() -> None:
    server = http.createServer()
    WebSocketServer(httpServer=server).broadcastUTF("anyone?")


def test_close_all_connections_and_pending_requests() -> None:
    def decide(request: WebSocketRequest) -> None:
        if request.resource == "/":
            here.connections.append(request.accept())

    with site(decide) as here, Wire(here.port) as open_one, Wire(here.port, "/later") as pending:
        open_one.opened()
        wait_for(
            lambda: [request.resource for request in here.ws.pendingRequests] == ["/later"],
            "one pending request",
        )
        here.ws.closeAllConnections()
        assert pending.handshake().startswith(b"HTTP/1.1 503 ")
        assert open_one.close_frame() == (1000, "Normal connection closure")
        open_one.close(1000)
        wait_for(lambda: here.ws.closed == 1, "the close")
        with Wire(here.port) as again:
            again.opened()


def test_shut_down_unmounts_and_leaves_the_http_server() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first()
        here.ws.shutDown()
        assert wire.close_frame()[0] == 1000
        wire.close(1000)
        head, _ = ask(here.port, HANDSHAKE.replace("Upgrade\n", "Upgrade, close\n"))
        assert head.startswith("HTTP/1.1 404 ") and here.server.listening


def test_two_web_socket_servers_on_one_port_first_come_first_served() -> None:
    with site() as here:
        second = WebSocketServer(httpServer=here.server)
        second.on("request", lambda request: request.accept())
        with Wire(here.port) as wire:
            wire.opened()
            here.first()
        assert second.opened == 0
    assert console.lines == []


def test_keepalive_pings_a_silent_client_and_drops_a_dead_one() -> None:
    with (
        site(keepaliveInterval=20, keepaliveGracePeriod=30) as here,
        Wire(here.port) as dead,
    ):
        dead.opened()
        assert dead.frame().opcode == 9
        here.logged("close", 1006, "Connection dropped by remote peer.")
        [line] = console.lines
        assert (line.source, line.text) == (
            "connection 1",
            "error: dropped: no answer to a ping in 0.03 s",
        )


def test_a_client_that_answers_pings_stays() -> None:
    with site(keepaliveInterval=20, keepaliveGracePeriod=1000) as here, Wire(here.port) as wire:
        wire.opened()
        for _ in range(2):
            assert wire.frame().opcode == 9
            wire.send(10)
        assert here.first().connected


def test_a_hundred_clients_come_and_go() -> None:
    with site() as here:

        def visit() -> None:
            with Wire(here.port, also=client_frame(1, b"hi")) as wire:
                wire.opened().close(1000)
                wire.rest()

        threads = [threading.Thread(target=visit) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_for(lambda: here.ws.closed == 100, "a hundred closes")
        assert here.log.count(("message", "hi")) == 100
        assert here.ws.connections == [] and here.ws.opened == 100
