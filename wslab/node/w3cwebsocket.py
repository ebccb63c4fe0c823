"""W3CWebSocket: a client with the browser's names, as npm `websocket` has it.

Its handlers run on the background loop, as everything in `wslab.node`. `wslab.browser.WebSocket` is
the one that follows the browser's rules to the letter, with its events queued on the caller's own
loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from wslab.node.client import HeaderSource, WebSocketClient
from wslab.node.connection import WebSocketConnection
from wslab.node.events import EventEmitter
from wslab.node.extensions import header_value
from wslab.node.records import Message, Record
from wslab.node.threads import on_loop
from wslab.protocol.closing import close_payload
from wslab.protocol.errors import InvalidState
from wslab.protocol.states import State

Handler = Callable[[Record], Any] | None
EVENTS = ("open", "error", "close", "message")


def _handler_property(name: str) -> property:
    def get(self: W3CWebSocket) -> Handler:
        return self._handlers[name]

    def set_(self: W3CWebSocket, handler: Handler) -> None:
        self._handlers[name] = handler
        if handler is not None:
            self._deliver_early(name)

    return property(get, set_, doc=f"The handler of {name!r} events.")


class W3CWebSocket:
    """Events, as on… attributes or with addEventListener: open, error, close, message.

    An event object has type and target; 'message' also data, 'close' also code, reason, wasClean.
    Events that find no handler of their kind yet are kept for the first one, since the cell that
    creates the object sets its handlers while the background loop connects.
    """

    CONNECTING: ClassVar[int] = 0
    OPEN: ClassVar[int] = 1
    CLOSING: ClassVar[int] = 2
    CLOSED: ClassVar[int] = 3
    KEPT: ClassVar[int] = 1000  # events of one kind kept for the first handler

    onopen = _handler_property("open")
    onerror = _handler_property("error")
    onclose = _handler_property("close")
    onmessage = _handler_property("message")

    def __init__(
        self,
        requestUrl: str,
        requestedProtocols: str | Sequence[str] | None = None,
        origin: str | None = None,
        headers: HeaderSource = None,
        requestOptions: Mapping[str, Any] | None = None,
        clientConfig: Mapping[str, Any] | None = None,
    ) -> None:
        self.url = requestUrl
        self.protocol = ""
        self.extensions = ""
        self.bufferedAmount = 0
        self.readyState = self.CONNECTING
        self._handlers: dict[str, Handler] = dict.fromkeys(EVENTS)
        self._early: dict[str, list[Record]] = {name: [] for name in EVENTS}
        self._emitter = EventEmitter()
        self._connection: WebSocketConnection | None = None
        self._client = WebSocketClient(clientConfig)
        self._client.on("connect", self._on_connect)
        self._client.on("connectFailed", self._on_connect_failed)
        self._client.connect(requestUrl, requestedProtocols, origin, headers, requestOptions)

    def __repr__(self) -> str:
        return f"<W3CWebSocket {State(self.readyState).name}>"

    @property
    def binaryType(self) -> str:
        """Always "arraybuffer": data of binary messages is bytes."""
        return "arraybuffer"

    @binaryType.setter
    def binaryType(self, value: str) -> None:
        if value != "arraybuffer":
            raise SyntaxError(f'just "arraybuffer" is supported here, not {value!r}')

    def send(self, data: str | bytes | bytearray | memoryview) -> None:
        """Send text or bytes. Raises InvalidState unless the connection is open."""
        if self.readyState != self.OPEN or self._connection is None:
            raise InvalidState("cannot call send() while not connected")
        self._connection.send(data)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the connection, or give up the attempt to connect.

        Raises InvalidCloseCode or ReasonTooLong before anything is sent.
        """
        close_payload(1000 if code is None else code, reason or "")
        if self.readyState == self.CONNECTING:
            self.readyState = self.CLOSING
            self._client.abort()
        elif self.readyState == self.OPEN and self._connection is not None:
            self.readyState = self.CLOSING
            self._connection.close(code, reason)

    def addEventListener(self, type: str, listener: Callable[[Record], Any]) -> None:
        """Add a listener for "open", "error", "close" or "message"."""
        self._emitter.on(type, listener)
        self._deliver_early(type)

    def removeEventListener(self, type: str, listener: Callable[[Record], Any]) -> None:
        """Remove a listener."""
        self._emitter.off(type, listener)

    # Inside

    def _deliver_early(self, name: str) -> None:
        early = self._early.get(name)
        if early:
            self._early[name] = []
            for event in early:
                on_loop(self._dispatch, event)

    def _dispatch(self, event: Record) -> None:
        handler = self._handlers[event.type]
        if handler is not None:
            handler(event)
        elif not self._emitter.listenerCount(event.type):
            self._early[event.type] = [*self._early[event.type], event][: self.KEPT]
        self._emitter.emit(event.type, event)

    def _event(self, name: str, **fields: Any) -> Record:
        return Record(type=name, target=self, **fields)

    def _on_connect(self, connection: WebSocketConnection) -> None:
        self._connection = connection
        self.protocol = connection.protocol or ""
        self.extensions = header_value(connection.extensions)
        connection.on("message", self._on_message)
        connection.on("close", self._on_close)
        if self.readyState == self.CLOSING:  # close() came while the handshake ended
            connection.close()
            return
        self.readyState = self.OPEN
        self._dispatch(self._event("open"))

    def _on_connect_failed(self, error: Exception) -> None:
        self.readyState = self.CLOSED
        self._dispatch(self._event("error", message=str(error)))
        self._dispatch(self._event("close", code=1006, reason="connection failed", wasClean=False))

    def _on_message(self, message: Message) -> None:
        data = message.utf8Data if message.type == "utf8" else message.binaryData
        self._dispatch(self._event("message", data=data))

    def _on_close(self, code: int, description: str) -> None:
        self.readyState = self.CLOSED
        self._dispatch(self._event("close", code=code, reason=description, wasClean=code != 1006))
