"""wslab.node.router: one handler for each path and subprotocol."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.node.support import Wire
from wslab.node import (
    WebSocketRouter,
    WebSocketRouterRequest,
    WebSocketServer,
    http,
)
from wslab.node.router import NO_HANDLER


@contextmanager
def routed() -> Iterator[tuple[http.Server, WebSocketRouter]]:
    server = http.createServer().listen(0)
    try:
        yield server, WebSocketRouter(server=WebSocketServer(httpServer=server))
    finally:
        server.close()


def visit(server: http.Server, path: str, protocols: str = "") -> str:
    """What the handler said, or the status that refused."""
    headers = [("Sec-WebSocket-Protocol", protocols)] if protocols else []
    with Wire(server.port, path, headers) as wire:
        if b" 101 " in wire.handshake():
            return wire.frame().payload.decode()
        return wire.head.split()[1].decode()


def test_requests_go_to_the_first_handler_that_fits() -> None:
    with routed() as (server, router):

        def mount(path: str | re.Pattern[str], protocol: str | None, name: str) -> None:
            def handler(request: WebSocketRouterRequest) -> None:
                request.accept(request.origin).sendUTF(f"{name} {request.protocol}")

            router.mount(path, protocol, handler)

        mount("/chat", "echo", "chat")
        mount("/chat", None, "plain")
        mount("/any", "*", "any")
        mount(re.compile("^/room/[0-9]+$"), "*", "room")
        assert visit(server, "/chat", "Echo") == "chat echo"
        assert visit(server, "/chat?x=1") == "plain None"
        assert visit(server, "/chat", "nope") == "404"
        assert visit(server, "/chatter") == "404"
        assert visit(server, "/any", "b, a") == "any b"
        assert visit(server, "/any") == "any None"
        assert visit(server, "/room/12") == "room None"
        assert visit(server, "/room/x") == "404"
        mount("*", "*", "star")
        assert visit(server, "/else", "x") == "star x"
        router.unmount("*", "*")
        assert visit(server, "/else", "x") == "404"


def test_a_request_has_the_properties_of_its_request_and_its_own_events() -> None:
    seen: list[object] = []

    def handler(request: WebSocketRouterRequest) -> None:
        inner = request.webSocketRequest
        request.on("requestRejected", lambda rejected: seen.append(rejected is request))
        for name in ("origin", "resource", "resourceURL", "httpRequest", "remoteAddress"):
            seen.append(getattr(request, name) == getattr(inner, name))
        for name in ("webSocketVersion", "requestedExtensions", "cookies"):
            seen.append(getattr(request, name) == getattr(inner, name))
        request.reject(403, "no")

    with routed() as (server, router):
        router.mount("*", "*", handler)
        assert visit(server, "/x") == "403"
    assert seen == [True] * 9


def test_mistakes_are_named() -> None:
    router = WebSocketRouter()
    router.mount("/a", "x", print)
    for path, protocol, callback, text in [
        ("/a", "X", print, "one handler per path/protocol"),
        ("", "x", print, "specify a path"),
        ("/b", "x", None, "specify a callback"),
    ]:
        with pytest.raises((ValueError, TypeError), match=text):
            router.mount(path, protocol, callback)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Unable to find a route"):
        router.unmount("/b", "x")
    with pytest.raises(TypeError, match="WebSocketServer instance"):
        router.attachServer(http.createServer())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no option 'sever'"):
        WebSocketRouter(sever=1)


def test_detached_it_hears_nothing() -> None:
    with routed() as (server, router):
        router.mount("*", "*", lambda request: request.accept())
        router.detachServer()
        with Wire(server.port) as wire:
            assert b"No handler is configured" in wire.handshake()
        assert NO_HANDLER not in wire.head.decode()
        router.detachServer()
