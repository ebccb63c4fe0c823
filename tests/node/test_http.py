"""wslab.node.http: createServer, listen in all its shapes, close, and where a request goes."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from tests.node.support import Wire, ask, site
from tests.waiting import wait_for
from wslab.net import console
from wslab.net.http import HTTPLimits
from wslab.net.loop import THREAD_NAME, background
from wslab.net.servers import PortInUse
from wslab.node import http

GET = "GET /path?x=1 HTTP/1.1\nHost: h\nConnection: close\n\n"


def reply(text: str) -> Any:
    return lambda request, response: response.end(text)


def test_a_request_gets_its_response() -> None:
    seen: list[Any] = []

    def handler(request: http.IncomingMessage, response: http.ServerResponse) -> None:
        seen.append((request.method, request.url, request.headers["host"], request.httpVersion))
        seen.append((request.socket.remoteAddress, threading.current_thread().name))
        response.writeHead(404)
        response.end()

    server = http.createServer(handler).listen(0)
    try:
        head, body = ask(server.port, GET)
    finally:
        server.close()
    assert head.startswith("HTTP/1.1 404 Not Found\r\n") and body == b""
    assert seen == [("GET", "/path?x=1", "h", "1.1"), ("127.0.0.1", THREAD_NAME)]


def test_listen_in_a_cell_returns_when_bound_and_announced() -> None:
    server, seen = http.createServer(), []
    server.on("listening", lambda: seen.append("event"))
    assert server.listening is False and server.address() is None and server.port == 0
    assert server.listen(0, lambda: seen.append("callback")) is server
    try:
        assert seen == ["event", "callback"]
        assert server.address() == {"address": "127.0.0.1", "family": "IPv4", "port": server.port}
        assert server.url == f"ws://127.0.0.1:{server.port}/"
        assert server.http_url == f"http://127.0.0.1:{server.port}/"
        assert repr(server) == "<http.Server listening>"
    finally:
        server.close()
    assert server.listening is False and server.address() is None


@pytest.mark.parametrize(
    "arguments",
    [(), (0,), ("0",), (0, "127.0.0.1"), ({"port": 0, "host": "127.0.0.1"},), (0, "localhost")],
)
@pytest.mark.parametrize("with_callback", [False, True])
def test_the_shapes_of_listen(arguments: tuple[Any, ...], with_callback: bool) -> None:
    server, seen = http.createServer(reply("ok")), []
    if with_callback:
        arguments = (*arguments, lambda: seen.append("bound"))
    server.listen(*arguments)
    try:
        assert seen == (["bound"] if with_callback else [])
        assert ask(server.port, GET)[1] == b"ok"
    finally:
        server.close()


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("x",), TypeError, "port number, 0 for any free one, not 'x'"),
        ((True,), TypeError, "port number"),
        (({"prot": 1},), TypeError, "port and host, not prot"),
        ((0, 5), TypeError, "host name or address, not 5"),
        ((0, "127.0.0.1", "x"), TypeError, "callback must be a function, not 'x'"),
        ((70000,), ValueError, "70000 is not a port"),
    ],
)
def test_wrong_arguments_of_listen(arguments: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        http.createServer().listen(*arguments)


def test_create_server_takes_a_listener_first_or_second_and_no_options() -> None:
    handler = reply("x")
    assert http.createServer(handler).listeners("request") == [handler]
    assert http.createServer({}, handler).listeners("request") == [handler]
    with pytest.raises(TypeError, match="knows no options, but got keepAliveTimeout"):
        http.createServer({"keepAliveTimeout": 1}, handler)


def test_a_busy_port_in_a_cell_is_an_error_that_names_it() -> None:
    seen: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        server = http.createServer()
        with pytest.raises(PortInUse, match=rf"port {port} is in use by another program"):
            server.listen(port, lambda: seen.append("bound"))
    server.listen(0)
    server.close()
    assert seen == [], "the callback of the failed listen must not run later"


def test_a_busy_port_in_a_handler_is_an_error_event() -> None:
    first = http.createServer().listen(0)
    second, seen = http.createServer(), []
    second.on("error", seen.append)

    async def handler() -> bool:
        second.listen(first.port)
        return second.listening

    try:
        assert background().run(handler()) is False
        wait_for(lambda: seen, "the error event")
        assert isinstance(seen[0], PortInUse) and "which this kernel started" in str(seen[0])
    finally:
        first.close()


def test_in_a_handler_listen_and_close_return_at_once_and_report() -> None:
    server, seen = http.createServer(), []
    server.on("listening", lambda: seen.append("listening"))
    server.on("close", lambda: seen.append("close"))

    async def listen() -> bool:
        server.listen(0)
        return server.listening

    async def close() -> None:
        server.close(lambda *error: seen.append(("callback", *error)))

    assert background().run(listen()) is False
    wait_for(lambda: server.listening, "the port")
    background().run(close())
    wait_for(lambda: len(seen) == 3, "three entries")
    assert seen == ["listening", "close", ("callback",)]


def test_close_twice_gives_the_callback_node_s_error() -> None:
    server, seen = http.createServer().listen(0), []
    server.close(seen.append if False else lambda *error: seen.append(error))
    server.close(lambda *error: seen.append(error))
    assert seen[0] == ()
    assert isinstance(seen[1][0], RuntimeError) and str(seen[1][0]) == "Server is not running."


def test_close_ends_web_sockets_with_1001_and_their_listeners_run() -> None:
    with site() as here, Wire(here.port) as wire:
        wire.opened()
        here.first()
        closing = threading.Thread(target=here.server.close)
        closing.start()
        assert wire.close_frame() == (1001, "server is closing")
        wire.close(1001)
        closing.join()
        assert here.log == [("close", 1001, "server is closing")]
        assert (here.ws.opened, here.ws.closed) == (1, 1)


def test_a_request_that_nobody_listens_to_gets_404() -> None:
    server = http.createServer().listen(0)
    try:
        head, body = ask(server.port, GET)
    finally:
        server.close()
    assert head.startswith("HTTP/1.1 404 ") and b"no 'request' listener" in body


def test_a_listener_that_raises_answers_500_and_the_server_goes_on() -> None:
    def handler(request: http.IncomingMessage, response: http.ServerResponse) -> None:
        if request.url == "/bad":
            raise ValueError("no good")
        response.end("fine")

    server = http.createServer(handler).listen(0)
    try:
        head, _ = ask(server.port, GET.replace("/path", "/bad").replace("?x=1", ""))
        assert head.startswith("HTTP/1.1 500 ")
        assert ask(server.port, GET)[1] == b"fine"
    finally:
        server.close()
    [line] = console.lines
    assert line.source == "connection 1" and "ValueError: no good" in line.text
    assert 'raise ValueError("no good")' in line.text


@pytest.mark.parametrize("head_first", [False, True])
def test_an_async_listener_may_answer_later_or_raise(head_first: bool) -> None:
    async def handler(request: http.IncomingMessage, response: http.ServerResponse) -> None:
        await asyncio.sleep(0)
        if request.url == "/bad":
            if head_first:
                response.write("so far")
            raise ValueError("later")
        response.end("fine")

    server = http.createServer(handler).listen(0)
    try:
        assert ask(server.port, GET)[1] == b"fine"
        head, body = ask(server.port, GET.replace("/path?x=1", "/bad"))
    finally:
        server.close()
    if head_first:
        assert head.startswith("HTTP/1.1 200 ") and not body.endswith(b"0\r\n\r\n")
    else:
        assert head.startswith("HTTP/1.1 500 ") and b"its log says why" in body
    [line] = console.lines
    assert (line.source, line.text.splitlines()[0]) == ("connection 2", "error: ValueError: later")


def test_a_handshake_goes_to_upgrade_and_other_requests_do_not() -> None:
    with site() as here:
        head, _ = ask(here.port, GET)
        assert head.startswith("HTTP/1.1 404 ")
        head, _ = ask(here.port, GET.replace("close\n", "close, Upgrade\nUpgrade: h2c\n"))
        assert head.startswith("HTTP/1.1 404 ")
        assert here.requests == []
        with Wire(here.port) as wire:
            wire.opened()
        assert len(here.requests) == 1


def test_without_an_upgrade_listener_a_handshake_is_a_request() -> None:
    server = http.createServer(reply("a page")).listen(0)
    try:
        with Wire(server.port, headers=[("Connection", "close")]) as wire:
            assert wire.handshake().startswith(b"HTTP/1.1 200 ") and wire.body == b"a page"
    finally:
        server.close()


def test_limits_are_given_to_create_server() -> None:
    server = http.createServer(reply("ok"), limits=HTTPLimits(head_size=300)).listen(0)
    try:
        head, _ = ask(server.port, f"GET / HTTP/1.1\nHost: h\nX: {'x' * 400}\n\n")
    finally:
        server.close()
    assert head.startswith("HTTP/1.1 431 ")


def test_a_server_of_the_same_name_is_replaced() -> None:
    closed: list[str] = []
    first = http.createServer(reply("first"))
    first.on("close", lambda: closed.append("first"))
    first.listen(0, name="price feed")
    second = http.createServer(reply("second")).listen(0, name="price feed")
    try:
        assert closed == ["first"] and first.listening is False
        assert ask(second.port, GET)[1] == b"second"
    finally:
        second.close()


def test_status_codes_have_node_s_texts() -> None:
    assert http.STATUS_CODES[404] == "Not Found"
    assert http.STATUS_CODES[426] == "Upgrade Required"
