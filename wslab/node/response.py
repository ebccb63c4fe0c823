"""ServerResponse: the answer to one request, whole or piece by piece.

`end(data)` alone sends a Content-Length; after a `write` the body goes out chunked, as long as the
connection lasts: that is all that long polling and server-sent events need (RFC 9112 section 7.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wslab.net.entropy import is_repeatable
from wslab.net.exchange import Exchange
from wslab.node.events import EventEmitter
from wslab.node.sockets import Socket
from wslab.node.threads import on_loop, soon
from wslab.protocol.http_fields import check_field
from wslab.protocol.http_messages import reason_phrase

HeaderValue = str | int | list[str] | tuple[str, ...]
HeaderSource = Mapping[str, HeaderValue] | Iterable[tuple[str, HeaderValue]]
Chunk = bytes | bytearray | memoryview | str


class ServerResponse(EventEmitter):
    """Events: finish() when all was handed to the socket, close() when nothing more will happen.

    Raises RuntimeError for headers after the headers were sent and for a write after end,
    InvalidHeader for a header that would break the response.
    """

    def __init__(self, exchange: Exchange, socket: Socket) -> None:
        super().__init__()
        self.socket = self.connection = socket
        self.statusCode = 200
        self.statusMessage: str | None = None
        # RFC 9110 6.6.1 asks for a Date. A lesson that wants repeatable bytes gets none.
        self.sendDate = not is_repeatable()
        self.headersSent = False
        self.writableEnded = False
        self.writableFinished = False
        self._exchange = exchange
        self._headers: dict[str, tuple[str, HeaderValue]] = {}
        self._head_out = False
        self._closed = False

    def __repr__(self) -> str:
        return f"<ServerResponse {self.statusCode}{', ended' if self.writableEnded else ''}>"

    # Headers

    def setHeader(self, name: str, value: HeaderValue) -> ServerResponse:
        """Set a header, or several lines of it with a list."""
        self._headers_open("set")
        for line in _lines(value):
            check_field(name, line)
        self._headers[name.lower()] = (name, value)
        return self

    def getHeader(self, name: str) -> HeaderValue | None:
        known = self._headers.get(name.lower())
        return None if known is None else known[1]

    def getHeaders(self) -> dict[str, HeaderValue]:
        return {name: value for name, (_, value) in self._headers.items()}

    def getHeaderNames(self) -> list[str]:
        return list(self._headers)

    def hasHeader(self, name: str) -> bool:
        return name.lower() in self._headers

    def removeHeader(self, name: str) -> None:
        self._headers_open("remove")
        self._headers.pop(name.lower(), None)

    def writeHead(
        self,
        statusCode: int,
        statusMessage: str | HeaderSource | None = None,
        headers: HeaderSource | None = None,
    ) -> ServerResponse:
        """Set the status and headers for good. They go out with the first write, end or
        flushHeaders.
        """
        self._headers_open("write")
        if statusMessage is not None and not isinstance(statusMessage, str):
            statusMessage, headers = None, statusMessage
        if isinstance(statusCode, bool) or not isinstance(statusCode, int):
            raise TypeError(f"a status is a whole number, not {statusCode!r}")
        if not 200 <= statusCode <= 999:
            raise ValueError(f"a response can't have the status {statusCode}: use 200 to 599")
        pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
        for name, value in pairs:
            self.setHeader(name, value)
        if statusMessage is not None:
            check_field("Reason-Phrase", statusMessage)
        self.statusCode, self.statusMessage = statusCode, statusMessage
        self.headersSent = True
        return self

    def flushHeaders(self) -> None:
        """Send the headers now, before any body."""
        self.headersSent = True
        on_loop(self._send_head)

    # Body

    def write(self, chunk: Chunk, *rest: Any) -> bool:
        """Send a piece of the body: write(chunk[, encoding][, callback])."""
        if self.writableEnded:
            raise RuntimeError("write after end: this response is complete")
        encoding, callback = _encoding_and_callback(rest)
        data = _to_bytes(chunk, encoding)
        self.headersSent = True
        on_loop(self._write, data, callback)
        return True

    def end(self, chunk: Chunk | Callable[..., Any] | None = None, *rest: Any) -> ServerResponse:
        """Complete the response: end([chunk[, encoding]][, callback])."""
        if callable(chunk):
            chunk, rest = None, (chunk,)
        encoding, callback = _encoding_and_callback(rest)
        if self.writableEnded:
            if chunk:
                raise RuntimeError("write after end: this response is complete")
            return self
        data = b"" if chunk is None else _to_bytes(chunk, encoding)
        self.headersSent = self.writableEnded = True
        if callback is not None:
            self.once("finish", callback)
        on_loop(self._end, data)
        return self

    # Inside, on the background loop

    def _headers_open(self, what: str) -> None:
        if self.headersSent:
            raise RuntimeError(f"can't {what} headers: they were sent already")

    @property
    def _has_body(self) -> bool:
        return self._exchange.request.method != "HEAD" and self.statusCode not in (204, 304)

    def _send_head(self, length: int | None = None) -> None:
        if self._head_out or self._exchange.finished:
            return
        self._head_out = True
        pairs = [(name, line) for name, value in self._headers.values() for line in _lines(value)]
        if self.sendDate and "date" not in self._headers:
            from email.utils import formatdate  # here: it takes 6 ms to import, most servers none

            pairs.append(("Date", formatdate(usegmt=True)))
        framed = "content-length" in self._headers or "transfer-encoding" in self._headers
        if length is not None and not framed and self.statusCode not in (204, 304):
            pairs.append(("Content-Length", str(length)))
        reason = self.statusMessage
        self._exchange.send_head(
            self.statusCode, pairs, reason_phrase(self.statusCode) if reason is None else reason
        )

    def _write(self, data: bytes, callback: Callable[..., Any] | None = None) -> None:
        self._send_head()
        if self._has_body and not self._exchange.finished:
            self._exchange.write(data)
        if callback is not None:
            soon(callback)

    def _end(self, data: bytes) -> None:
        exchange = self._exchange
        if not exchange.finished:
            head_only = exchange.request.method == "HEAD" and not data
            self._send_head(None if head_only else len(data))
            if self._has_body:
                exchange.write(data)
            try:
                exchange.end()
                self.writableFinished = True
                soon(self.emit, "finish")
            finally:
                soon(self.close)

    def close(self) -> None:
        """The exchange is over, complete or cut."""
        if not self._closed:
            self._closed = True
            self.emit("close")


def _lines(value: HeaderValue) -> list[str]:
    return [str(x) for x in value] if isinstance(value, (list, tuple)) else [str(value)]


def _to_bytes(chunk: object, encoding: str) -> bytes:
    if isinstance(chunk, str):
        return chunk.encode(encoding, "replace")
    if isinstance(chunk, (bytes, bytearray, memoryview)):
        return bytes(chunk)
    raise TypeError(f"a response's body is str or bytes, not {type(chunk).__name__}")


def _encoding_and_callback(rest: tuple[Any, ...]) -> tuple[str, Callable[..., Any] | None]:
    encoding = next((item for item in rest if isinstance(item, str)), "utf-8")
    callback = next((item for item in rest if callable(item)), None)
    return encoding, callback
