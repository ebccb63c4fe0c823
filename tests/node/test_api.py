"""Every name that npm `websocket` documents is here: walked from its API description, not a list.

websocket_node_api.json describes npm websocket 1.0.35: classes, options with defaults, methods with
their parameters, properties, events, constants. What is documented must be there. What is not may
be missing, for a reason that is given below.
"""

from __future__ import annotations

import inspect
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import wslab.node
from tests.net.support import reset
from tests.node.support import Site, Wire, site
from tests.waiting import wait_for
from wslab.node import (
    W3CWebSocket,
    WebSocketClient,
    WebSocketConnection,
    WebSocketFrame,
    WebSocketRequest,
    WebSocketRouter,
    WebSocketRouterRequest,
    WebSocketServer,
    http,
)
from wslab.node.events import EventEmitter

API = json.loads(Path(__file__).with_name("websocket_node_api.json").read_text("utf-8"))
CLASSES: dict[str, dict[str, Any]] = API["classes"]

# Deviations from a documented default; the docstring of wslab.node gives the reasons.
OTHER_DEFAULTS = {("WebSocketServer", "ignoreXForwardedFor"): True}
# Undocumented names that are not offered. The frames are parsed by wslab.protocol.
NOT_OFFERED = {
    ("WebSocketFrame", name)
    for name in (
        "addData",
        "throwAwayPayload",
        "invalidCloseFrameLength",
        "protocolError",
        "dropReason",
        "frameTooLarge",
    )
}


def entries(kind: str) -> list[Any]:
    """(class, name, entry) for each method, property, event or option of the description."""
    found = []
    for class_name, description in CLASSES.items():
        for entry in description.get(kind, ()):
            name = entry.get("name") or entry["signature"].partition("(")[0]
            if (class_name, name) in NOT_OFFERED:
                assert not entry["documented"], f"{class_name}.{name} is documented"
                continue
            found.append(pytest.param(class_name, name, entry, id=f"{class_name}.{name}"))
    return found


def parameters(signature: str) -> list[tuple[str, bool]]:
    """Names in "close([reasonCode=1000], [description])", and whether each may be left out."""
    inside = signature.partition("(")[2].rpartition(")")[0]
    words = [word.strip() for word in inside.split(",") if word.strip()]
    return [
        (re.sub(r"[\[\]]", "", word).partition("=")[0].strip(), word.startswith("["))
        for word in words
    ]


def test_the_description_is_there() -> None:
    assert len(entries("methods")) > 30
    assert len(entries("properties")) > 70
    assert len(entries("events")) > 20
    assert len(entries("config")) > 25


@pytest.mark.parametrize("class_name", CLASSES)
def test_class(class_name: str) -> None:
    made = getattr(wslab.node, class_name)
    assert inspect.isclass(made) and class_name in wslab.node.__all__
    if CLASSES[class_name].get("base") == "EventEmitter":
        assert issubclass(made, EventEmitter)


@pytest.mark.parametrize(("class_name", "name", "entry"), entries("methods"))
def test_method(class_name: str, name: str, entry: dict[str, Any]) -> None:
    method = getattr(getattr(wslab.node, class_name), name)
    assert callable(method)
    mine = list(inspect.signature(method).parameters.values())[1:]
    wanted = parameters(entry["signature"])
    assert [parameter.name for parameter in mine][: len(wanted)] == [name for name, _ in wanted]
    for parameter, (_, optional) in zip(mine, wanted, strict=False):
        if optional:
            assert parameter.default is not inspect.Parameter.empty, parameter.name


@pytest.mark.parametrize(("class_name", "name", "entry"), entries("config"))
def test_option(class_name: str, name: str, entry: dict[str, Any]) -> None:
    config = getattr(wslab.node, class_name)().config
    wanted = OTHER_DEFAULTS.get((class_name, name), entry["default"])
    assert config[name] == wanted and type(config[name]) is type(wanted)


@pytest.mark.parametrize("class_name", ["WebSocketServer", "WebSocketClient"])
def test_no_option_is_made_up(class_name: str) -> None:
    known = {entry["name"] for entry in CLASSES[class_name]["config"]}
    own = {"perMessageDeflate"}  # npm `websocket` does not compress; the name is npm `ws`'s
    assert set(getattr(wslab.node, class_name)().config) == known | own


@pytest.mark.parametrize(
    ("class_name", "name", "value"),
    [
        pytest.param(class_name, name, value, id=f"{class_name}.{name}")
        for class_name, description in CLASSES.items()
        for name, value in description.get("statics", {}).items()
    ],
)
def test_static(class_name: str, name: str, value: int) -> None:
    assert getattr(getattr(wslab.node, class_name), name) == value


@cache
def run() -> tuple[dict[str, Any], dict[str, set[str]]]:
    """One of each class from real conversations, and the events that each emitted."""
    emitted: dict[str, set[str]] = {name: set() for name in CLASSES}
    objects: dict[str, Any] = {"WebSocketFrame": WebSocketFrame()}

    def watch(class_name: str, emitter: EventEmitter, *but: str) -> None:
        for entry in CLASSES[class_name]["events"]:
            name = entry["signature"].partition("(")[0]
            if name not in but:
                emitter.on(name, lambda *args, name=name: emitted[class_name].add(name))
        objects.setdefault(class_name, emitter)

    def decide(request: WebSocketRequest) -> None:
        watch("WebSocketRequest", request)
        if request.resource == "/no":
            request.reject()
            return
        connection = request.accept()
        connection.on("message", lambda m: connection.sendBytes(bytes(6_000_000)))
        watch("WebSocketConnection", connection)
        here.connections.append(connection)

    with site(decide, assembleFragments=False) as here:
        watch("WebSocketServer", here.ws)
        emit_on_the_wire(here)
        emit_as_clients(here, watch, objects, emitted)
        router = objects["WebSocketRouter"] = WebSocketRouter()

        def routed(request: WebSocketRouterRequest) -> None:
            watch("WebSocketRouterRequest", request)
            request.reject() if request.resource == "/no" else request.accept()

        here.ws.removeAllListeners("request")
        router.attachServer(here.ws)
        router.mount("*", "*", routed)
        for path in ("/", "/no"):
            with Wire(here.port, path) as wire:
                wire.handshake()
        wait_for(lambda: len(emitted["WebSocketRouterRequest"]) == 2, "both events")
    return objects, emitted


def emit_on_the_wire(here: Site) -> None:
    """Messages, frames, ping, pong, drain, pause, resume, error, a broken handshake."""
    with Wire(here.port) as wire:
        wire.opened()
        connection = here.first()
        wire.send(9)
        wire.send(10)
        wire.send(1, b"x")
        size = 0
        while size < 6_000_000:
            size += len(wire.socket.recv(1_000_000))
        connection.pause()
        connection.resume()
        wire.close(1000)
        wire.rest()
    with Wire(here.port, key="short") as wire:
        assert b" 400 " in wire.handshake()
    wire = Wire(here.port).opened()
    wait_for(lambda: len(here.connections) == 2, "the second connection")
    reset(wire.socket)
    wait_for(lambda: here.ws.closed == 2, "both ends")


def emit_as_clients(here: Site, watch: Any, objects: Any, emitted: dict[str, set[str]]) -> None:
    client = WebSocketClient()
    watch("WebSocketClient", client, "httpResponse")
    client.on("connect", lambda connection: connection.close())
    client.connect(here.server.url)
    wait_for(lambda: here.ws.closed == 3, "the client's end")
    client.connect(f"{here.server.url}no")
    wait_for(lambda: "connectFailed" in emitted["WebSocketClient"], "the refusal")
    answered = WebSocketClient()
    watch("WebSocketClient", answered)
    answered.connect(f"{here.server.url}no")
    wait_for(lambda: "httpResponse" in emitted["WebSocketClient"], "the answer")
    for path in ("", "no"):
        ws = W3CWebSocket(here.server.url + path)
        objects.setdefault("W3CWebSocket", ws)
        for entry in CLASSES["W3CWebSocket"]["events"]:
            name = entry["signature"]
            ws.addEventListener(name, lambda event: emitted["W3CWebSocket"].add(event.type))
        if not path:
            ws.addEventListener("open", lambda event, ws=ws: ws.send("x"))
            ws.addEventListener("message", lambda event, ws=ws: ws.close())
        wait_for(lambda ws=ws: ws.readyState == ws.CLOSED, "its end", 10)
    wait_for(lambda: "error" in emitted["W3CWebSocket"], "its error")


@pytest.mark.parametrize(("class_name", "name", "entry"), entries("properties"))
def test_property(class_name: str, name: str, entry: dict[str, Any]) -> None:
    objects, _ = run()
    assert hasattr(objects[class_name], name)


@pytest.mark.parametrize(("class_name", "name", "entry"), entries("events"))
def test_event_is_emitted(class_name: str, name: str, entry: dict[str, Any]) -> None:
    _, emitted = run()
    assert name in emitted[class_name]


def test_the_undocumented_statics_are_there_too() -> None:
    assert WebSocketConnection.CLOSE_REASON_INTERNAL_SERVER_ERROR == 1011
    assert WebSocketConnection.CLOSE_REASON_TLS_HANDSHAKE_FAILED == 1015


def test_a_server_is_mounted_at_once_when_a_config_is_given() -> None:
    server = http.createServer()
    WebSocketServer({"httpServer": server})
    assert server.listenerCount("upgrade") == 1
