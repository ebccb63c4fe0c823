"""IncomingMessage: a request as a server sees it, or the answer that a WebSocketClient was refused
with.

Header names are lower-cased and repeated headers joined as Node does it, rule by rule
(nodejs.org, "message.headers").
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from wslab.net.exchange import Exchange
from wslab.node.events import EventEmitter, Listener
from wslab.node.sockets import Socket
from wslab.node.threads import soon
from wslab.protocol.handshake import Response

_ONLY_THE_FIRST = frozenset(
    (
        *("age", "authorization", "content-length", "content-type", "etag", "expires", "from"),
        *("host", "if-modified-since", "if-unmodified-since", "last-modified", "location"),
        *("max-forwards", "proxy-authorization", "referer", "retry-after", "server", "user-agent"),
    )
)


def join_headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """Headers as Node gives them: lower-case names, duplicates dropped or joined by name."""
    joined: dict[str, str | list[str]] = {}
    for name, value in pairs:
        key = name.lower()
        known = joined.get(key)
        if key == "set-cookie":
            joined[key] = [*(known or ()), value]
        elif known is None:
            joined[key] = value
        elif key not in _ONLY_THE_FIRST:
            joined[key] = f"{known}{'; ' if key == 'cookie' else ', '}{value}"
    return joined


class IncomingMessage(EventEmitter):
    """Events: data(bytes), end(), close(), aborted().

    The body is kept until somebody listens to 'data' or 'end', or calls resume().
    """

    def __init__(self, pairs: Iterable[tuple[str, str]], socket: Socket) -> None:
        super().__init__()
        pairs = list(pairs)
        self.headers = join_headers(pairs)
        self.rawHeaders = [text for pair in pairs for text in pair]
        self.socket = self.connection = socket
        self.httpVersion = "1.1"
        self.method: str | None = None
        self.url: str | None = None
        self.statusCode: int | None = None
        self.statusMessage: str | None = None
        self.complete = False
        self.aborted = False
        self._waiting: list[bytes] = []
        self._flowing = False
        self._closed = False
        self._decoder: codecs.IncrementalDecoder | None = None

    def __repr__(self) -> str:
        what = f"{self.method} {self.url}" if self.method else f"{self.statusCode}"
        return f"<IncomingMessage {what}>"

    @property
    def httpVersionMajor(self) -> int:
        return int(self.httpVersion.partition(".")[0])

    @property
    def httpVersionMinor(self) -> int:
        return int(self.httpVersion.partition(".")[2] or 0)

    def setEncoding(self, encoding: str = "utf8") -> IncomingMessage:
        """Give 'data' listeners str instead of bytes."""
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        return self

    def resume(self) -> IncomingMessage:
        """Let the body flow, to its listeners or to nowhere."""
        if not self._flowing:
            soon(self._flow)  # after the other listeners of this handler are there
        return self

    def _flow(self) -> None:
        if self._flowing:
            return
        self._flowing = True
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            self._emit_data(data)
        if self.complete:
            self.emit("end")

    def _emit_data(self, data: bytes) -> None:
        self.emit("data", data if self._decoder is None else self._decoder.decode(data))

    def _add(
        self, name: str, listener: Listener | None, again: Listener, place: Listener
    ) -> object:
        added = super()._add(name, listener, again, place)
        if listener is not None and name in ("data", "end"):
            self.resume()
        return added

    # What the connection calls

    def receive(self, data: bytes) -> None:
        """A piece of the body."""
        if self._flowing:
            self._emit_data(data)
        else:
            self._waiting.append(data)

    def finish(self) -> None:
        """The body is complete."""
        self.complete = True
        if self._flowing:
            self.emit("end")

    def close(self, aborted: bool = False) -> None:
        """No more will come; `aborted` when the client went away too early."""
        if self._closed:
            return
        self._closed = True
        if aborted:
            self.aborted = True
            self.emit("aborted")
        self.emit("close")


def incoming_request(exchange: Exchange) -> IncomingMessage:
    """The request of an exchange, its body wired to the listeners."""
    request = exchange.request
    socket = Socket(exchange.remote, exchange.local, exchange=exchange)
    message = IncomingMessage(request.headers, socket)
    message.method, message.url = request.method, request.target
    message.httpVersion = request.version.partition("/")[2]
    exchange.on_data = message.receive
    exchange.on_end = message.finish
    return message


def incoming_response(response: Response, socket: Socket) -> IncomingMessage:
    """A response that a client received whole."""
    message = IncomingMessage(response.headers, socket)
    message.statusCode, message.statusMessage = response.status, response.reason
    if response.body:
        message.receive(response.body)
    message.finish()
    return message
