"""One request and its response, as the server that answers it sees them (RFC 9110).

The response may be whole, or come piece by piece as long as the connection lasts, which is all that
long polling and server-sent events need. Or the connection stops being HTTP: `upgrade`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import h11

from wslab.protocol.http_messages import Request, reason_phrase

if TYPE_CHECKING:
    from wslab.net.http import HTTPConnection


class Exchange:
    """One request and its response. All methods and callbacks run on the background loop.

    The owner sets `on_data`, `on_end` and `on_abort` to receive the request's body, its end, and
    the news that the client went away before the response was complete: what is sent from then on
    goes nowhere.
    """

    def __init__(self, connection: HTTPConnection, request: Request) -> None:
        self._connection = connection
        self.request = request
        self.on_data: Callable[[bytes], None] | None = None
        self.on_end: Callable[[], None] | None = None
        self.on_abort: Callable[[], None] | None = None
        self.body_received = 0
        self.head_sent = False
        self.finished = False
        self.lost = False

    @property
    def label(self) -> str:
        """What this connection is called in the log: "connection 3" for the server's third."""
        return self._connection.label

    @property
    def remote(self) -> tuple[str, int]:
        """The client's address and port."""
        return self._connection.remote

    @property
    def local(self) -> tuple[str, int]:
        """The server's address and port that the client reached."""
        return self._connection.local

    def send_head(
        self, status: int, headers: Iterable[tuple[str, str]] = (), reason: str | None = None
    ) -> None:
        """Send the status line and headers. Without Content-Length the body goes out chunked."""
        if self.lost:
            return
        if self.head_sent:
            raise RuntimeError(
                "the response's headers are sent already: they can be sent only once"
            )
        phrase = reason_phrase(status) if reason is None else reason
        try:
            event = h11.Response(status_code=status, headers=list(headers), reason=phrase)
            self._connection.send(event)
        except h11.LocalProtocolError as error:
            raise ValueError(f"this response can't be sent: {error}") from None
        self.head_sent = True

    def write(self, data: bytes) -> None:
        """Send a piece of the body now."""
        if self.lost:
            return
        if self.finished:
            raise RuntimeError("write after end: this response is complete")
        if not self.head_sent:
            self.send_head(200)
        if data:
            try:
                self._connection.send(h11.Data(data=data))
            except h11.LocalProtocolError as error:
                raise ValueError(f"this piece of the body can't be sent: {error}") from None

    def end(self) -> None:
        """Complete the response. The connection is then free for the next request."""
        if self.finished:
            return
        if not self.head_sent:
            self.send_head(200, [("Content-Length", "0")])
        try:
            self._connection.send(h11.EndOfMessage())
        except h11.LocalProtocolError as error:
            self._connection.abort()  # a body shorter than it said leaves nothing to go on with
            raise ValueError(f"this response can't be completed: {error}") from None
        finally:
            self.finished = True
        self._connection.response_finished()

    def respond(
        self, status: int, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> None:
        """A whole response in one call, with its Content-Length."""
        self.send_head(status, [*headers, ("Content-Length", str(len(body)))])
        self.write(body)
        self.end()

    def upgrade(self, head: bytes, protocol: asyncio.BaseProtocol) -> None:
        """Send a 101 response and give the TCP connection, with what already came after it, to
        `protocol`. Raises RuntimeError when the request is answered or its client has gone.
        """
        if self.finished:
            raise RuntimeError("too late to upgrade: this exchange is over")
        self.head_sent = self.finished = True
        self._connection.upgrade(head, protocol)

    def send_raw_and_close(self, data: bytes) -> None:
        """Send a serialised response as it stands and close: for the refusal of a handshake."""
        self.head_sent = self.finished = True
        self._connection.write_and_close(data)

    def abort(self) -> None:
        """Cut the connection."""
        self.finished = True
        self._connection.abort()
