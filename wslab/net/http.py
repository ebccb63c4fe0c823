"""One HTTP/1.1 connection of a server: h11 parses it, an `Exchange` answers it (RFC 9112).

HTTP is not what this course takes apart, so the library h11 reads and writes it. What is added
here is what a server needs around a parser: bodies that stream both ways, keep-alive, limits on
size and time, refusals that say what was wrong, and the moment when the connection stops being
HTTP and becomes a WebSocket.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import h11

from wslab.net.console import console, speaking_for
from wslab.net.exchange import Exchange
from wslab.protocol.headers import Headers
from wslab.protocol.http_fields import is_token
from wslab.protocol.http_messages import Request, reason_phrase


@dataclass(frozen=True, slots=True)
class HTTPLimits:
    """What one client may ask of an HTTP server. Sizes in bytes, times in seconds."""

    head_size: int = 16_384  # request line and all headers: 431 above it
    line_size: int = 8_192  # one header: 431 above it; the request line: 414
    head_time: float = 10.0  # from the first moment to the end of the headers: 408 after it
    body_time: float = 30.0  # between two pieces of a request's body: 408 after it
    body_size: int = 1_048_576  # 413 above it
    idle_time: float = 60.0  # between two requests, or with an answer that is not read: closed
    unsent: int = 16_777_216  # waiting for one who does not read, WebSockets too: cut above it
    connections: int = 1_000  # open at once, WebSockets included: 503 above it


class HTTPConnection(asyncio.Protocol):
    """The server's end of one TCP connection, as long as it speaks HTTP."""

    def __init__(
        self, limits: HTTPLimits, on_exchange: Callable[[Exchange], None], label: str
    ) -> None:
        self.limits = limits
        self.label = label
        self.remote = ("", 0)
        self.local = ("", 0)
        self.on_lost: Callable[[HTTPConnection], None] | None = None
        self._on_exchange = on_exchange
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head_size)
        self._exchange: Exchange | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ending = False  # no more requests are taken
        self._advancing = False
        self.upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.remote = _address(transport, "peername")
        self.local = _address(transport, "sockname")
        self._start_timer(self.limits.head_time, self._head_too_slow)

    def data_received(self, data: bytes) -> None:
        if self._ending:
            return  # a last answer is on its way; what still comes is read only to let it through
        if self._h11.their_state is h11.IDLE and not self._h11.trailing_data[0]:
            self._start_timer(self.limits.head_time, self._head_too_slow)
        self._h11.receive_data(data)
        self._advance()

    def eof_received(self) -> None:
        """As in Node, a client that ends its half has gone: else one that waits for an event that
        may never come would be waited for as long. The transport closes when this returns.
        """
        if not self._ending:
            self._h11.receive_data(b"")
            self._advance()

    def connection_lost(self, error: Exception | None) -> None:
        self._stop_timer()
        self._transport = None
        if self.on_lost:
            self.on_lost(self)
        self._lose_exchange()

    def _lose_exchange(self) -> None:
        """No more of the response under way will go out: tell its owner, unless it is complete."""
        exchange, self._exchange = self._exchange, None
        if exchange is not None and not exchange.finished:
            exchange.finished = exchange.lost = True
            if exchange.on_abort:
                self._guard(exchange.on_abort)

    def _advance(self) -> None:
        if self._advancing:  # a handler has just ended its response: the loop below goes on
            return
        self._advancing = True
        try:
            self._take_events()
        finally:
            self._advancing = False

    def _take_events(self) -> None:
        while not self.upgraded and not self._ending:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                self._unreadable(error)
                return
            if isinstance(event, h11.Request):
                self._request_received(event)
            elif isinstance(event, h11.Data):
                self._body_received(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                self._stop_timer()
                if self._exchange is not None and self._exchange.on_end:
                    self._guard(self._exchange.on_end)
                self.response_finished()
            elif isinstance(event, h11.ConnectionClosed):
                self.close()
                return
            else:  # NEED_DATA, or PAUSED until the response to this request is complete
                if self._h11.their_state is h11.SEND_BODY:
                    self._start_timer(self.limits.body_time, self._body_too_slow)
                # As long as nothing more comes, reading goes on, to notice a client that leaves.
                if event is h11.PAUSED and self._h11.trailing_data[0] and self._transport:
                    self._transport.pause_reading()
                return

    def _unreadable(self, error: h11.RemoteProtocolError) -> None:
        status: int = error.error_status_hint
        if status != 431:
            # h11 quotes what it could not read as Python does: bytearray(b'…').
            self._refuse(status, str(error).replace("bytearray(b", "(b"))
        elif self._exchange is None:  # a head that does not end: say which part of it is too long
            lines = self._h11.trailing_data[0].replace(b"\r\n", b"\n").split(b"\n")
            self._over_limit(*(_too_long(lines, self.limits) or (status, str(error), "head_size")))
        else:
            most = self.limits.head_size
            what = f"a chunk's header, or what follows the last chunk, has over {most} bytes"
            self._over_limit(status, what, "head_size")

    def _request_received(self, event: h11.Request) -> None:
        self._stop_timer()
        fields = event.headers.raw_items()
        # h11 counts only a head that comes in several reads. Few are so long that each line counts.
        size = len(event.target) + sum(len(name) + len(value) + 4 for name, value in fields)
        if size + 100 > min(self.limits.line_size, self.limits.head_size):
            lines = [b"%s %s HTTP/1.1" % (event.method, event.target)]
            lines += [b"%s: %s" % field for field in fields]
            if fault := _too_long(lines, self.limits):
                self._over_limit(*fault)
                return
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields]
        request = Request(
            event.method.decode("ascii"),
            event.target.decode("latin-1"),
            Headers(pairs),
            f"HTTP/{event.http_version.decode('ascii')}",
        )
        self._exchange = Exchange(self, request)
        if self._h11.they_are_waiting_for_100_continue:
            self.send(h11.InformationalResponse(status_code=100, headers=[], reason="Continue"))
        self._guard(self._on_exchange, self._exchange)

    def _body_received(self, data: bytes) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        exchange.body_received += len(data)
        if exchange.body_received > self.limits.body_size:
            limit = self.limits.body_size
            why = f"the body is larger than this server's limit of {limit} bytes"
            self._over_limit(413, why, "body_size")
        elif exchange.on_data:
            self._guard(exchange.on_data, data)

    def _guard(self, callback: Callable[..., None], *args: Any) -> None:
        """Run the owner's code. If it raises, this client gets a 500 and nobody else notices."""
        with speaking_for(self.label):
            try:
                callback(*args)
            except (Exception, SystemExit) as error:
                console.error(error)
                exchange = self._exchange
                if exchange is None or exchange.finished:
                    self.close()  # not at once: a response that is complete goes out
                elif not exchange.head_sent:
                    self._refuse(500, "the server's handler failed; its log says why")
                else:
                    self.abort()

    def _over_limit(self, status: int, why: str, limit: str) -> None:
        """Refuse what is over one of the limits. The log has one line about it, with its name."""
        with speaking_for(self.label):
            console.error(f"refused with {status}: {why} (limit {limit})")
        self._refuse(status, why)

    def _refuse(self, status: int, why: str) -> None:
        """Answer a request that can't be served, say why, and close."""
        exchange = self._exchange
        if exchange is not None and exchange.head_sent:  # too late for another status line
            if exchange.finished:
                self.write_and_close()
            else:
                self.abort()
            return
        body = f"{status} {reason_phrase(status)}: {why}\n".encode()
        head = (
            f"HTTP/1.1 {status} {reason_phrase(status)}\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.write_and_close(head.encode() + body)
        self._lose_exchange()

    def _head_too_slow(self) -> None:
        # One that began a request is told. One that said nothing owes nothing: browsers open such
        # connections in advance. It is closed, and the log is spared.
        if self._h11.trailing_data[0]:
            seconds = self.limits.head_time
            why = f"the request's headers took longer than {seconds:g} s"
            self._over_limit(408, why, "head_time")
        else:
            self.close()

    def _body_too_slow(self) -> None:
        seconds = self.limits.body_time
        why = f"for {seconds:g} s nothing came of a body that is not complete"
        self._over_limit(408, why, "body_time")

    def _start_timer(self, seconds: float, callback: Callable[..., None], *args: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, callback, *args)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def send(self, event: Any) -> None:
        """Serialise one h11 event and write it."""
        data = self._h11.send(event)
        transport = self._transport
        if not data or transport is None or transport.is_closing():
            return
        limit = self.limits.unsent
        if transport.get_write_buffer_size() > limit:
            with speaking_for(self.label):
                console.error(f"dropped: it reads too slowly, {limit} bytes were waiting for it")
            self.abort()
        else:
            transport.write(data)

    def response_finished(self) -> None:
        """When request and response are both complete, turn to the next request, or close."""
        if self._ending:
            return
        if self._h11.our_state is h11.MUST_CLOSE:
            if self._h11.their_state is h11.SEND_BODY:
                self.write_and_close()
            else:
                self.close()
        elif self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
            self._exchange = None
            self._h11.start_next_cycle()
            if self._h11.trailing_data[0]:
                self._start_timer(self.limits.head_time, self._head_too_slow)
            else:
                self._start_timer(self.limits.idle_time, self.close)
            if self._transport:
                self._transport.resume_reading()
            self._advance()

    def upgrade(self, head: bytes, protocol: asyncio.BaseProtocol) -> None:
        transport = self._transport
        assert transport is not None, "an exchange that is not over has a transport"
        self.upgraded = True
        self._stop_timer()
        early, _ = self._h11.trailing_data
        if self.on_lost:
            self.on_lost(self)
        transport.write(head)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        transport.resume_reading()
        if early and isinstance(protocol, asyncio.Protocol):
            # The caller has not set its handlers yet: what came early arrives when it has returned.
            transport.pause_reading()
            asyncio.get_running_loop().call_soon(_deliver, transport, protocol, early)

    def write_and_close(self, data: bytes = b"") -> None:
        """Write what is left of a last answer, then close without a reset: read on until the client
        has closed, for 2 s at most.
        """
        self._ending = True
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        transport.write(data)
        transport.resume_reading()
        if transport.can_write_eof():
            transport.write_eof()
            self._start_timer(2.0, self.abort)
        else:
            transport.close()

    def close(self) -> None:
        """Close once what was written has gone out, or when nothing of it goes out any more."""
        self._ending = True
        if self._transport:
            self._transport.close()
            self._abort_if_stuck(math.inf)

    def _abort_if_stuck(self, before: float) -> None:
        assert self._transport is not None, "the timer ends with the connection"
        unsent = self._transport.get_write_buffer_size()
        if unsent < before:
            self._start_timer(self.limits.idle_time, self._abort_if_stuck, unsent)
        else:
            self.abort()

    def abort(self) -> None:
        """Close at once; what was not sent yet is dropped."""
        self._ending = True
        if self._transport:
            self._transport.abort()


def _too_long(lines: list[bytes], limits: HTTPLimits) -> tuple[int, str, str] | None:
    """What is over the limits in a request's head: status, reason, and the limit's name."""
    most = limits.line_size
    for number, line in enumerate(lines):
        if len(line) > most:
            name = line.partition(b":")[0].decode("latin-1")
            what = f"header {name}" if is_token(name[:100]) else "header"
            status, part = (431, what[:100]) if number else (414, "request line")
            return status, f"the {part} has {len(line)} bytes, {most} at most", "line_size"
    size, most = sum(len(line) + 2 for line in lines) + 2, limits.head_size
    if size > most:
        return 431, f"the request's headers have {size} bytes, {most} at most", "head_size"
    return None


def _deliver(transport: asyncio.Transport, protocol: asyncio.Protocol, early: bytes) -> None:
    if not transport.is_closing():
        transport.resume_reading()
    protocol.data_received(early)


def _address(transport: asyncio.BaseTransport, name: str) -> tuple[str, int]:
    value = transport.get_extra_info(name)
    return (value[0], value[1]) if isinstance(value, tuple) else ("", 0)
