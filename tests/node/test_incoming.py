"""wslab.node.incoming: headers joined as Node joins them, and a body in pieces."""

from __future__ import annotations

import socket
from typing import Any

from tests.net.support import read_until
from tests.node.support import ask
from tests.waiting import wait_for
from wslab.node import http
from wslab.node.incoming import IncomingMessage, incoming_response, join_headers
from wslab.node.sockets import Socket
from wslab.node.threads import wait_on_loop
from wslab.protocol.handshake import Response
from wslab.protocol.headers import Headers


def test_headers_are_lower_cased_and_joined_by_name() -> None:
    joined = join_headers(
        [
            ("Host", "first"),
            ("HOST", "second"),
            ("X-Many", "1"),
            ("x-many", "2"),
            ("Cookie", "a=1"),
            ("Cookie", "b=2"),
            ("Set-Cookie", "c=3"),
            ("set-cookie", "d=4"),
        ]
    )
    assert joined == {
        "host": "first",
        "x-many": "1, 2",
        "cookie": "a=1; b=2",
        "set-cookie": ["c=3", "d=4"],
    }


def test_a_request_keeps_its_raw_headers() -> None:
    seen: list[IncomingMessage] = []

    def handler(request: IncomingMessage, response: http.ServerResponse) -> None:
        seen.append(request)
        response.end()

    server = http.createServer(handler).listen(0)
    try:
        ask(server.port, "GET / HTTP/1.1\nHost: h\nX-Two: a\nConnection: close\n\n")
    finally:
        server.close()
    [request] = seen
    assert request.rawHeaders == ["Host", "h", "X-Two", "a", "Connection", "close"]
    assert (request.httpVersionMajor, request.httpVersionMinor) == (1, 1)
    assert request.socket is request.connection
    assert repr(request) == "<IncomingMessage GET />"


def post(server: http.Server, body: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=5)
    length = f"Content-Length: {len(body)}"
    client.sendall(f"POST / HTTP/1.1\r\nHost: h\r\n{length}\r\n\r\n".encode())
    return client


def test_a_body_comes_in_pieces_then_end_then_close() -> None:
    seen: list[Any] = []

    def handler(request: IncomingMessage, response: http.ServerResponse) -> None:
        request.on("data", lambda data: seen.append(data))
        request.on("end", lambda: (seen.append("end"), response.end(), None)[-1])
        request.on("close", lambda: seen.append("close"))
        request.on("aborted", lambda: seen.append("aborted"))

    server = http.createServer(handler).listen(0)
    try:
        with post(server, b"onetwo") as client:
            client.sendall(b"one")
            wait_for(lambda: seen == [b"one"], f"one in {seen}")
            client.sendall(b"two")
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
            wait_for(lambda: len(seen) == 4, f"four entries in {seen}")
    finally:
        server.close()
    assert seen == [b"one", b"two", "end", "close"]


def test_a_body_waits_for_a_late_listener_and_may_be_text() -> None:
    kept: list[tuple[IncomingMessage, http.ServerResponse]] = []
    server = http.createServer(lambda request, response: kept.append((request, response)))
    server.listen(0)
    try:
        with post(server, "hé".encode()) as client:
            client.sendall("hé".encode())
            wait_for(lambda: kept and kept[0][0].complete, "the body")
            request, response = kept[0]
            seen: list[Any] = []

            def listen() -> None:
                request.setEncoding("utf8")
                request.on("data", seen.append)
                request.on("end", lambda: response.end(f"{len(seen)} pieces: {''.join(seen)}"))

            wait_on_loop(listen)
            assert read_until(client, "hé".encode()).endswith("1 pieces: hé".encode())
    finally:
        server.close()


def test_a_client_that_leaves_in_the_middle_is_told_as_aborted() -> None:
    seen: list[str] = []

    def handler(request: IncomingMessage, response: http.ServerResponse) -> None:
        request.on("data", lambda data: seen.append("data"))
        for name in ("end", "aborted", "close"):
            request.on(name, lambda name=name: seen.append(name))
        response.on("close", lambda: seen.append("response close"))

    server = http.createServer(handler).listen(0)
    try:
        with post(server, b"123") as client:
            client.sendall(b"1")
            wait_for(lambda: seen, "the first piece")
        wait_for(lambda: "response close" in seen, f"the end in {seen}")
    finally:
        server.close()
    assert seen == ["data", "aborted", "close", "response close"]


def test_a_client_s_answer_is_a_message_too() -> None:
    seen: list[Any] = []
    headers = Headers([("X-A", "1")])
    message = incoming_response(Response(404, "Not Found", headers, b"gone"), Socket(None, None))

    def listen() -> None:
        message.on("data", seen.append)
        message.on("end", lambda: seen.append("end"))

    wait_on_loop(listen)  # in a handler: both listeners are there before anything flows
    wait_for(lambda: len(seen) == 2, "data and end")
    assert seen == [b"gone", "end"]
    assert (message.statusCode, message.statusMessage) == (404, "Not Found")
    assert message.headers == {"x-a": "1"}
    assert repr(message) == "<IncomingMessage 404>"
