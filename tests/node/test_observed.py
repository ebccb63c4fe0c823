"""What npm websocket 1.0.35 was seen to do, done again: the same, or a deviation with a reason.

websocket_node_api.json holds 21 conversations recorded from the package. Each is repeated against
wslab.node. DEVIATIONS says where another outcome is wanted; the docstring of wslab.node says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.node.support import Site, Wire, site
from tests.node.test_api import API
from tests.waiting import wait_for
from wslab.node import WebSocketConnection, WebSocketRequest

CASES: dict[str, dict[str, Any]] = {case["name"]: case for case in API["observed_1_0_35"]}
CONVERSATION = [("Origin", "http://page.example")]
DEFLATE = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")

DEVIATIONS: dict[str, dict[str, Any]] = {
    # The answer to a Close repeats what came, and no code is 1005.
    "client close() without code": {"client": [1005, ""], "close": [1005, "Reason not provided"]},
    "binary message; client close(1000,bye)": {"client": [1000, "bye"]},
    "client close(3000,custom)": {"client": [3000, "custom"]},
    # accept compares as npm documents it.
    'accept("ECHO") when "echo" was requested': {"threw": None, "status": "101"},
    # Version 8 is not offered; the text names the header.
    "Sec-WebSocket-Version: 12": {"text": "The header Sec-WebSocket-Version must be 13"},
}


def wanted(name: str, what: str) -> Any:
    """What this package should do: what npm did, unless a deviation is listed."""
    case = CASES[name]
    return DEVIATIONS.get(name, {}).get(what, case.get(what, case.get("seen", {}).get(what)))


@contextmanager
def talking(
    name: str, headers: list[tuple[str, str]] | None = None, **options: Any
) -> Iterator[tuple[Site, Wire, WebSocketConnection]]:
    """An accepted conversation, its request and connection compared with what npm showed."""
    protocol = "echo" if "echo" in name else None
    shown: list[dict[str, Any]] = []

    def decide(request: WebSocketRequest) -> None:
        connection = request.accept(protocol, request.origin)
        shown.append(show(request, connection))
        connection.on("message", lambda m: here.log.append(("message", m)))
        connection.on("ping", lambda cancel, data: here.log.append(("ping", data)))
        connection.on("close", lambda *how: here.log.append(("close", *how)))
        here.connections.append(connection)

    fields = [*CONVERSATION, DEFLATE, *(headers or [])]
    options["perMessageDeflate"] = False  # npm `websocket` has none
    with site(decide, **options) as here, Wire(here.port, "/chat?x=1&y=2", fields) as wire:
        wire.opened()
        connection = here.first()
        seen = {**CASES[name]["seen"], "host": f"127.0.0.1:{here.port}", "key": wire_key()}
        for outcome in ("close", "state", "connected", "msg", "ping", "threw"):
            seen.pop(outcome, None)
        assert shown[0] == seen
        yield here, wire, connection
        if wanted(name, "close"):
            wire.socket.close()
            here.logged("close", *wanted(name, "close"))
            assert connection.state == wanted(name, "state")
            assert connection.connected is wanted(name, "connected")


def wire_key() -> str:
    return "dGhlIHNhbXBsZSBub25jZQ=="


def show(request: WebSocketRequest, connection: WebSocketConnection) -> dict[str, Any]:
    """The properties that the recording has, under their names."""
    names = ("remoteAddress", "remoteAddresses", "host", "resource", "requestedProtocols", "key")
    shown = {name: getattr(request, name) for name in (*names, "cookies", "webSocketVersion")}
    if request.origin is not None:
        shown["origin"] = request.origin
    shown["query"] = request.resourceURL.query
    shown["requestedExtensions"] = [
        {
            "name": extension.name,
            "params": [
                {key: value for key, value in param.items() if value is not None}
                for param in extension.params
            ],
        }
        for extension in request.requestedExtensions
    ]
    properties = ("connected", "protocol", "state", "extensions", "closeReasonCode")
    more = ("closeDescription", "remoteAddress", "webSocketVersion")
    shown["conn"] = {name: getattr(connection, name) for name in (*properties, *more)}
    return shown


def as_a_client_tells_it(wire: Wire) -> list[Any]:
    """Code and reason of the Close frame, as a client library reports it."""
    code, reason = wire.close_frame()
    return [1005 if code is None else code, reason]


@pytest.mark.parametrize(
    ("name", "message", "code", "reason"),
    [
        ("client close() without code", (1, "hé".encode()), None, ""),
        ("binary message; client close(1000,bye)", (2, b"\x01\x02\xff"), 1000, "bye"),
        ("client close(3000,custom)", None, 3000, "custom"),
        ("client close(1000) no reason", None, 1000, ""),
    ],
)
def test_client_closes(
    name: str, message: tuple[int, bytes] | None, code: int | None, reason: str
) -> None:
    with talking(name) as (here, wire, _):
        if message:
            wire.send(*message)
        wire.close(code, reason)
        if name != "client close(1000) no reason":
            assert as_a_client_tells_it(wire) == wanted(name, "client")
        if message:
            [(_, got), *_] = here.log
            expected = CASES[name]["seen"]["msg"]
            assert got.type == expected["type"]
            assert got.utf8Data == expected.get("utf8Data")
            assert (got.binaryData or b"").hex() == expected.get("hex", "")


def test_client_drops_tcp() -> None:
    with talking("client TCP drop") as (_, wire, _):
        wire.socket.close()


def test_client_pings() -> None:
    with talking("client ping") as (here, wire, _):
        wire.send(9, b"pp")
        here.logged("ping", wanted("client ping", "ping").encode())


def test_forwarded_addresses_and_cookies() -> None:
    headers = [("X-Forwarded-For", "10.1.1.1, 10.2.2.2"), ("Cookie", "a=1; b=two")]
    with talking("X-Forwarded-For and cookies", headers, ignoreXForwardedFor=False):
        pass


def test_the_protocol_comes_back_as_the_client_wrote_it() -> None:
    name = 'accept("echo") with ["Echo","chat"] requested'
    with talking(name, [("Sec-WebSocket-Protocol", "Echo, chat")]) as (_, wire, _):
        chosen = CASES[name]["clientProtocol"]
        assert f"\r\nSec-WebSocket-Protocol: {chosen}\r\n".encode() in wire.head


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("connection.close()", lambda connection: connection.close()),
        ("connection.close(3000,bye)", lambda connection: connection.close(3000, "bye")),
        ("connection.drop()", lambda connection: connection.drop()),
        ("connection.close(1005) then drop()", lambda connection: close_1005_then_drop(connection)),
    ],
)
def test_server_ends(name: str, end: Callable[[WebSocketConnection], None]) -> None:
    with talking(name) as (_, wire, connection):
        end(connection)
        told = as_a_client_tells_it(wire)
        assert told == wanted(name, "client")
        if "drop" not in name:
            wire.close(told[0])
            wire.rest()


def close_1005_then_drop(connection: WebSocketConnection) -> None:
    with pytest.raises(Exception, match="1005") as caught:
        connection.close(1005)
    assert "can't be sent" in str(caught.value)  # npm: Close code 1005 is not valid.
    connection.drop()


RAW = "/x?a=1"


@pytest.mark.parametrize(
    ("name", "headers", "decide"),
    [
        ("request.reject() raw response", [], lambda request: request.reject()),
        (
            "request.reject(404,reason,headers) raw response",
            [],
            lambda request: request.reject(404, "no such thing", {"X-Extra": 1}),
        ),
        (
            "accept of an unrequested protocol",
            [("Sec-WebSocket-Protocol", "foo, bar")],
            lambda request: request.accept("nope"),
        ),
        (
            'accept("ECHO") when "echo" was requested',
            [("Sec-WebSocket-Protocol", "echo")],
            lambda request: request.accept("ECHO"),
        ),
        (
            "accept twice",
            [("Origin", "http://o")],
            lambda request: (request.accept(None, request.origin), request.accept()),
        ),
        (
            "accept(null, request.origin) raw response",
            [("Origin", "http://o")],
            lambda request: request.accept(None, request.origin),
        ),
        (
            "accept(null, undefined origin) raw response",
            [],
            lambda request: request.accept(None, request.origin),
        ),
    ],
)
def test_raw_responses(
    name: str, headers: list[tuple[str, str]], decide: Callable[[WebSocketRequest], Any]
) -> None:
    threw: list[str] = []

    def listener(request: WebSocketRequest) -> None:
        try:
            decide(request)
        except Exception as error:
            threw.append(str(error))

    with site(listener) as here, Wire(here.port, RAW, headers, host="h:1") as wire:
        head = wire.handshake()
        expected = CASES[name]["raw"].encode()
        if status := DEVIATIONS.get(name, {}).get("status"):
            assert head.split()[1] == status.encode()
        elif b" 101 " in expected:
            assert head == expected
        else:  # every line of npm's, and a body with its headers
            assert set(expected.split(b"\r\n")) <= set(head.split(b"\r\n"))
            assert wire.body.startswith(head.split(b" ", 1)[1].split(b"\r\n")[0])
        text = wanted(name, "threw")
        wait_for(lambda: bool(threw) == bool(text), "what was thrown")
        assert text is None or threw[0].startswith(text.rstrip("."))


def test_no_request_listener() -> None:
    case = CASES["no request listener"]
    with site() as here:
        here.ws.removeAllListeners("request")
        with Wire(here.port) as wire:
            head = wire.handshake()
    assert set(case["raw"].encode().split(b"\r\n")) <= set(head.split(b"\r\n"))


def test_a_version_that_nobody_speaks() -> None:
    case = CASES["Sec-WebSocket-Version: 12"]
    errors: list[Exception] = []
    with site() as here:
        here.ws.on("upgradeError", errors.append)
        with Wire(here.port, headers=[("Sec-WebSocket-Version", "12")]) as wire:
            head = wire.handshake()
    status = case["raw"].partition("\r\n")[0].encode()
    assert head.startswith(status) and b"\r\nSec-WebSocket-Version: 13\r\n" in head
    assert DEVIATIONS["Sec-WebSocket-Version: 12"]["text"] in str(errors[0])


def test_every_recorded_case_is_repeated_here() -> None:
    source = open(__file__, encoding="utf-8").read()  # noqa: SIM115
    missing = [name for name in CASES if name not in source]
    assert len(CASES) == 21 and missing == []
