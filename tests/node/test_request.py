"""wslab.node.request: what a handshake shows, accept and reject, once."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.node.support import Wire, site
from tests.waiting import wait_for
from wslab.net import console
from wslab.net.raw import client_frame
from wslab.node import WebSocketRequest
from wslab.node.config import SERVER_DEFAULTS
from wslab.node.incoming import IncomingMessage
from wslab.node.records import Record
from wslab.node.request import ONLY_ONCE, parse_resource
from wslab.node.sockets import Socket
from wslab.node.threads import wait_on_loop
from wslab.protocol.errors import InvalidHeader, RequestError

Decide = Any


def deciding(decide: Decide) -> Any:
    """A 'request' listener that records what `decide` raises, then goes on raising nothing."""
    errors: list[Exception] = []

    def listener(request: WebSocketRequest) -> None:
        try:
            decide(request)
        except Exception as error:
            errors.append(error)

    listener.errors = errors  # type: ignore[attr-defined]
    return listener


def test_the_properties_of_a_request() -> None:
    headers = [
        ("Origin", "http://page.example"),
        ("Sec-WebSocket-Protocol", "Echo, chat"),
        ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits, x; a=1"),
        ("Cookie", "a=1; b=two"),
        ("X-Forwarded-For", "10.1.1.1, 10.2.2.2"),
    ]
    with (
        site() as here,
        Wire(here.port, "/chat?x=1&y=2&x=3&empty=", headers, host="h:1") as wire,
    ):
        wire.opened()
        wait_for(lambda: here.requests, "the request")
        [request] = here.requests
        assert request.host == "h:1"
        assert request.resource == "/chat?x=1&y=2&x=3&empty="
        assert request.resourceURL.pathname == "/chat"
        assert request.resourceURL.query == {"x": ["1", "3"], "y": "2", "empty": ""}
        assert request.origin == "http://page.example"
        assert request.requestedProtocols == ["echo", "chat"]
        assert request.protocolFullCaseMap == {"echo": "Echo", "chat": "chat"}
        assert request.requestedExtensions == [
            {
                "name": "permessage-deflate",
                "params": [{"name": "client_max_window_bits", "value": None}],
            },
            {"name": "x", "params": [{"name": "a", "value": "1"}]},
        ]
        assert request.cookies == [{"name": "a", "value": "1"}, {"name": "b", "value": "two"}]
        assert request.key == "dGhlIHNhbXBsZSBub25jZQ=="
        assert request.webSocketVersion == request.websocketVersion == 13
        assert request.remoteAddress == "127.0.0.1", "X-Forwarded-For can be written by anybody"
        assert request.httpRequest.headers["x-forwarded-for"] == "10.1.1.1, 10.2.2.2"
        assert (request.number, repr(request)) == (
            1,
            "<WebSocketRequest 1 for /chat?x=1&y=2&x=3&empty=>",
        )
        assert here.first() is request.connection
        assert request.parseCookies("c=3") == [{"name": "c", "value": "3"}]
        assert request.parseExtensions("y") == [{"name": "y", "params": []}]


def test_parsing_can_be_turned_off_and_forwarding_be_trusted() -> None:
    headers = [
        ("Sec-WebSocket-Extensions", "not; valid; =="),
        ("Cookie", "a=1"),
        ("X-Forwarded-For", "10.1.1.1, 10.2.2.2"),
    ]
    options = {"parseExtensions": False, "parseCookies": False, "ignoreXForwardedFor": False}
    with site(**options) as here, Wire(here.port, "/", headers) as wire:  # type: ignore[arg-type]
        wire.opened()
        wait_for(lambda: here.requests, "the request")
        [request] = here.requests
        assert (request.requestedExtensions, request.cookies) == ([], [])
        assert request.remoteAddresses == ["10.1.1.1", "10.2.2.2", "127.0.0.1"]
        assert request.remoteAddress == here.first().remoteAddress == "10.1.1.1"


@pytest.mark.parametrize(
    ("resource", "pathname", "query"),
    [
        ("/", "/", {}),
        ("//double/slash?a=b", "//double/slash", {"a": "b"}),
        ("/p%20q?a=%26&b=+", "/p%20q", {"a": "&", "b": " "}),
        ("http://h/absolute?x", "/absolute", {"x": ""}),
        ("/only?", "/only", {}),
    ],
)
def test_parse_resource(resource: str, pathname: str, query: dict[str, str]) -> None:
    parsed = parse_resource(resource)
    assert (parsed.pathname, parsed.query, parsed.href) == (pathname, query, resource)


def test_accept_with_a_protocol_origin_and_cookies() -> None:
    cookie = {"name": "id", "value": "1", "expires": datetime(2030, 1, 1, tzinfo=UTC)}
    events: list[Any] = []

    def decide(request: WebSocketRequest) -> None:
        request.on("requestAccepted", lambda connection: events.append(("accepted", connection)))
        request.on("requestResolved", lambda resolved: events.append(("resolved", resolved)))
        request.on("requestRejected", lambda rejected: events.append(("rejected", rejected)))
        request.accept("ECHO", "http://o", [cookie])

    headers = [("Sec-WebSocket-Protocol", "chat, Echo")]
    with site(decide) as here, Wire(here.port, "/", headers) as wire:
        lines = wire.handshake().decode().split("\r\n")
        assert lines[:4] == [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        ]
        assert "Sec-WebSocket-Protocol: Echo" in lines and "Origin: http://o" in lines
        assert "Set-Cookie: id=1; Expires=Tue, 01 Jan 2030 00:00:00 GMT" in lines
        request = here.requests[0]
        wait_for(lambda: len(events) == 2, "two events")
        assert request.connection is not None and request.connection.protocol == "echo"
        assert events == [("accepted", request.connection), ("resolved", request)]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        (("nope",), ValueError, "not requested by the client: 'nope'; it asked for echo"),
        (("a b",), ValueError, "Illegal character in subprotocol 'a b'"),
        ((None, "http://o\r\nX: 1"), InvalidHeader, "Origin holds a line break"),
        ((None, None, [{"name": "a b"}]), ValueError, "Illegal character in cookie name"),
    ],
)
def test_an_accept_that_is_wrong_answers_500_and_raises(
    arguments: Any, error: type[Exception], text: str
) -> None:
    listener = deciding(lambda request: request.accept(*arguments))
    headers = [("Sec-WebSocket-Protocol", "echo")]
    with site(listener) as here, Wire(here.port, "/", headers) as wire:
        assert wire.handshake().startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
        wait_for(lambda: listener.errors, "the error")
        [raised] = listener.errors
        assert isinstance(raised, error) and text in str(raised)
        assert here.ws.pendingRequests == []


@pytest.mark.parametrize("second", ["accept", "reject"])
def test_only_once(second: str) -> None:
    def decide(request: WebSocketRequest) -> None:
        request.accept(None, None)
        getattr(request, second)()

    listener = deciding(decide)
    with site(listener) as here, Wire(here.port) as wire:
        wire.opened()
        wait_for(lambda: listener.errors, "the error")
        assert str(listener.errors[0]) == ONLY_ONCE


@pytest.mark.parametrize(
    ("arguments", "status", "header", "body"),
    [
        ((), "403 Forbidden", None, "403 Forbidden\n"),
        ((None, "not you"), "403 Forbidden", "not you", "403 Forbidden: not you\n"),
        ((404, "no such thing", {"X-Extra": 1}), "404 Not Found", "no such thing", "no such thing"),
        ((503, "plein à craquer"), "503 Service Unavailable", "plein ? craquer", "plein à craquer"),
        ((302, None, {"Location": "/x"}), "302 Found", None, "302 Found\n"),
    ],
)
def test_reject(arguments: Any, status: str, header: str | None, body: str) -> None:
    rejected: list[Any] = []

    def decide(request: WebSocketRequest) -> None:
        request.on("requestRejected", rejected.append)
        request.on("requestResolved", rejected.append)
        request.reject(*arguments)

    with site(decide) as here, Wire(here.port) as wire:
        lines = wire.handshake().decode().split("\r\n")
        assert lines[0] == f"HTTP/1.1 {status}" and "Connection: close" in lines
        sent = [line for line in lines if line.startswith("X-WebSocket-Reject-Reason: ")]
        assert sent == ([f"X-WebSocket-Reject-Reason: {header}"] if header else [])
        assert body in wire.body.decode()
        wait_for(lambda: len(rejected) == 2, "both events")
        assert rejected == [here.requests[0]] * 2
        assert here.ws.pendingRequests == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((200,), ValueError),
        ((101,), ValueError),
        (("403",), ValueError),
        ((403, "a\r\nSet-Cookie: x=1"), InvalidHeader),
        ((403, "ok", {"X-A": "1\nX-B: 2"}), InvalidHeader),
        ((403, "ok", {"X A": "1"}), InvalidHeader),
        ((403, "ok", {"Content-Length": "5"}), ValueError),
    ],
)
def test_a_reject_that_is_wrong_sends_nothing_and_can_be_mended(
    arguments: Any, error: type[Exception]
) -> None:
    def decide(request: WebSocketRequest) -> None:
        with pytest.raises(error):
            request.reject(*arguments)
        request.reject(403, "mended")

    with site(decide) as here, Wire(here.port) as wire:
        assert wire.handshake().startswith(b"HTTP/1.1 403 ")
        assert wire.body == b"403 Forbidden: mended\n"
    assert console.lines == []


def test_a_cell_may_decide_later() -> None:
    with site(lambda request: None) as here, Wire(here.port) as wire:
        wait_for(lambda: here.ws.pendingRequests, "a pending request")
        [request] = here.ws.pendingRequests
        connection = request.accept()
        wire.opened()
        connection.sendUTF("from the cell")
        assert wire.frame().payload == b"from the cell"
        assert here.ws.pendingRequests == []


def test_a_client_that_leaves_before_the_decision() -> None:
    closes: list[Any] = []
    with site(lambda request: None) as here:
        with Wire(here.port):
            wait_for(lambda: here.ws.pendingRequests, "a pending request")
        wait_for(lambda: not here.ws.pendingRequests, "its end")

        def handler() -> None:
            connection = here.requests[0].accept()
            assert (connection.connected, connection.state) == (False, "closed")
            connection.on("close", lambda *how: closes.append(how))

        wait_on_loop(handler)
        wait_for(lambda: here.ws.closed == 1, "the count")
    assert closes == [(1006, "TCP connection lost before handshake completed.")]
    assert (here.ws.opened, here.ws.connections) == (1, [])


def test_a_rejection_of_a_client_that_left_is_harmless() -> None:
    with site(lambda request: None) as here:
        with Wire(here.port):
            wait_for(lambda: here.ws.pendingRequests, "a pending request")
        wait_for(lambda: not here.ws.pendingRequests, "its end")
        here.requests[0].reject()
    assert console.lines == []


def test_frames_that_came_with_the_handshake_find_the_listeners_set() -> None:
    with (
        site() as here,
        Wire(here.port, also=client_frame(1, b"early") + client_frame(1, b"bird")) as wire,
    ):
        wire.opened()
        here.logged("message", "bird")
        assert here.log == [("message", "early"), ("message", "bird")]


@pytest.mark.parametrize(
    ("listener_is_async", "accept_first"), [(x, y) for x in (False, True) for y in (False, True)]
)
def test_a_listener_that_raises(listener_is_async: bool, accept_first: bool) -> None:
    def decide(request: WebSocketRequest) -> None:
        if accept_first:
            request.accept()
        raise ValueError("undecided")

    async def decide_later(request: WebSocketRequest) -> None:
        await asyncio.sleep(0)
        decide(request)

    with (
        site() as here,
        Wire(here.port) as other,
    ):
        other.opened()
        here.first()
        here.ws.removeAllListeners("request")
        here.ws.on("request", decide_later if listener_is_async else decide)
        with Wire(here.port) as wire:
            if accept_first:
                wire.opened()
                assert wire.close_frame()[0] == 1011
            else:
                assert wire.handshake().startswith(b"HTTP/1.1 500 ")
        other.send(1, b"untouched")
        here.logged("message", "untouched")
    [line] = console.lines
    assert (line.source, "ValueError: undecided" in line.text) == ("connection 2", True)


def test_read_handshake_by_hand_raises_with_npm_s_names() -> None:
    message = IncomingMessage([("Host", "h")], Socket(("1.2.3.4", 5), ("127.0.0.1", 80)))
    message.method, message.url = "GET", "/x"
    request = WebSocketRequest(message.socket, message, Record(SERVER_DEFAULTS))
    with pytest.raises(RequestError, match="Upgrade: websocket") as caught:
        request.readHandshake()
    assert caught.value.httpCode == 426  # type: ignore[attr-defined]
    assert ("Sec-WebSocket-Version", "13") in caught.value.headers
    assert request.remoteAddress == "1.2.3.4"


def test_accept_runs_on_the_loop_whoever_calls() -> None:
    threads: list[str] = []
    with site(lambda request: None) as here, Wire(here.port) as wire:
        here.ws.on("connect", lambda connection: threads.append(threading.current_thread().name))
        wait_for(lambda: here.ws.pendingRequests, "a pending request")
        here.requests[0].accept()
        wire.opened()
    assert threads == ["wslab background loop"]
