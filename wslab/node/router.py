"""WebSocketRouter: one listener for each path and subprotocol (undocumented in npm, but used).

router = WebSocketRouter({"server": wsServer})
router.mount("/chat", "echo-protocol", lambda request: request.accept(request.origin))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wslab.node.connection import WebSocketConnection
from wslab.node.events import EventEmitter
from wslab.node.request import WebSocketRequest
from wslab.node.server import WebSocketServer

NO_PROTOCOL = "____no_protocol____"
NO_HANDLER = "No handler is available for the given request."


@dataclass(frozen=True, slots=True)
class Handler:
    """What `mount` was told. pathString identifies the path for `unmount`."""

    path: re.Pattern[str]
    pathString: str
    protocol: str
    callback: Callable[[WebSocketRouterRequest], Any]


class WebSocketRouter(EventEmitter):
    """Sends each request of a WebSocketServer to the first handler that fits."""

    def __init__(self, config: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__()
        given = {**(config or {}), **options}
        unknown = set(given) - {"server"}
        if unknown:
            raise TypeError(f"WebSocketRouter has no option {sorted(unknown)[0]!r}, only 'server'")
        self.handlers: list[Handler] = []
        self._server: WebSocketServer | None = None
        if given.get("server") is not None:
            self.attachServer(given["server"])

    def attachServer(self, server: WebSocketServer) -> None:
        """Handle the requests of this server."""
        if not isinstance(server, WebSocketServer):
            raise TypeError("You must specify a WebSocketServer instance to attach to.")
        self.detachServer()
        self._server = server
        server.on("request", self._handle)

    def detachServer(self) -> None:
        """Handle them no more."""
        if self._server is not None:
            self._server.off("request", self._handle)
            self._server = None

    def mount(
        self,
        path: str | re.Pattern[str],
        protocol: str | None,
        callback: Callable[[WebSocketRouterRequest], Any],
    ) -> None:
        """Call `callback` for a path ("*" for any) and a subprotocol ("*" any, None for none)."""
        if not path:
            raise ValueError("You must specify a path for this handler.")
        if not callable(callback):
            raise TypeError("You must specify a callback for this handler.")
        pattern = _pattern(path)
        wanted = (protocol or NO_PROTOCOL).lower()
        if self._find(pattern.pattern, wanted) is not None:
            raise ValueError("You may only mount one handler per path/protocol combination.")
        self.handlers.append(Handler(pattern, pattern.pattern, wanted, callback))

    def unmount(self, path: str | re.Pattern[str], protocol: str | None = None) -> None:
        """Remove the handler of this path and subprotocol."""
        handler = self._find(_pattern(path).pattern, (protocol or NO_PROTOCOL).lower())
        if handler is None:
            raise ValueError("Unable to find a route matching the specified path and protocol.")
        self.handlers.remove(handler)

    def _find(self, path: str, protocol: str) -> Handler | None:
        return next(
            (h for h in self.handlers if (h.pathString, h.protocol) == (path, protocol)), None
        )

    def _handle(self, request: WebSocketRequest) -> None:
        for protocol in request.requestedProtocols or [NO_PROTOCOL]:
            for handler in self.handlers:
                if handler.protocol in (protocol, "*") and handler.path.search(
                    request.resourceURL.pathname
                ):
                    handler.callback(WebSocketRouterRequest(request, protocol))
                    return
        request.reject(404, NO_HANDLER)


class WebSocketRouterRequest(EventEmitter):
    """A request with the subprotocol that was found. Events: requestAccepted, requestRejected."""

    def __init__(self, webSocketRequest: WebSocketRequest, resolvedProtocol: str) -> None:
        super().__init__()
        self.webSocketRequest = webSocketRequest
        self.protocol = None if resolvedProtocol == NO_PROTOCOL else resolvedProtocol
        self.origin = webSocketRequest.origin
        self.resource = webSocketRequest.resource
        self.resourceURL = webSocketRequest.resourceURL
        self.httpRequest = webSocketRequest.httpRequest
        self.remoteAddress = webSocketRequest.remoteAddress
        self.webSocketVersion = webSocketRequest.webSocketVersion
        self.requestedExtensions = webSocketRequest.requestedExtensions
        self.cookies = webSocketRequest.cookies

    def accept(
        self, origin: str | None = None, cookies: list[dict[str, Any]] | None = None
    ) -> WebSocketConnection:
        """Accept with the subprotocol that the router found."""
        connection = self.webSocketRequest.accept(self.protocol, origin, cookies)
        self.emit("requestAccepted", connection)
        return connection

    def reject(
        self,
        status: int | None = None,
        reason: str | None = None,
        extraHeaders: dict[str, Any] | None = None,
    ) -> None:
        """Refuse the request."""
        self.webSocketRequest.reject(status, reason, extraHeaders)
        self.emit("requestRejected", self)


def _pattern(path: str | re.Pattern[str]) -> re.Pattern[str]:
    if isinstance(path, re.Pattern):
        return path
    if path == "*":
        return re.compile(r"^.*$")
    return re.compile(rf"^{re.escape(path)}$")
