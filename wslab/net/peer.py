"""One WebSocket on one TCP connection: `protocol.Connection` with a transport around it (either
role).

The hot path is a callback: bytes arrive, the engine turns them into events, the owner's handler
runs, its answer is written. No task, queue or lock for a message. Everything here runs on the
background loop.

Besides the wiring, this is where time comes in, which the engine does not know: the closing
handshake may take `close_timeout` (RFC 6455 section 7.1.1 lets the server close TCP first),
silence is broken by pings (section 5.5.2), and a peer that does not read is dropped before it
fills the memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from wslab.net.console import console, speaker, speaking_for
from wslab.protocol import Connection, Role
from wslab.protocol.closing import POLICY, TOO_BIG
from wslab.protocol.events import BinaryMessage, CloseReceived, Event, Failed, TextMessage
from wslab.protocol.states import State


@dataclass(frozen=True, slots=True)
class PeerOptions:
    """Times in seconds, sizes in bytes. `None` turns a limit off."""

    close_timeout: float | None = (
        5.0  # for the other side's close frame, and for the end of TCP after it
    )
    ping_interval: float | None = 20.0  # of silence before a ping
    ping_timeout: float | None = 10.0  # for any answer to that ping
    max_buffered: int | None = 16_777_216  # waiting to be written to a slow reader
    limits_from: str = ""  # which settings the engine's limits come from, for the log


DEFAULT_OPTIONS = PeerOptions()
SMALL = 4096  # bytes; what is smaller does not wait in a buffer as a piece of its own


def _ignore(event: Event) -> None:
    """What becomes of events that nobody waits for."""


def _logged(callback: Callable[..., object], *args: object) -> None:
    """Call back; there is nobody left to tell an error to but the log."""
    try:
        callback(*args)
    except (Exception, SystemExit) as error:
        console.error(error)


class Peer(asyncio.Protocol):
    """The owner sets `on_event` and `on_closed(code, reason, clean)`, and calls the `send_…`
    methods.
    """

    def __init__(
        self, connection: Connection, *, label: str = "", options: PeerOptions = DEFAULT_OPTIONS
    ) -> None:
        self.connection = connection
        self.label = label
        self.options = options
        self.on_event: Callable[[Event], None] = _ignore
        self.on_closed: Callable[[int, str, bool], None] = lambda code, reason, clean: None
        self.on_error: Callable[[Exception], None] | None = None
        self.on_pause: Callable[[], None] | None = None
        self.on_drain: Callable[[], None] | None = None
        self._transport: asyncio.Transport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._when_lost: list[Callable[[Peer], object]] = []
        self._close_timer: asyncio.TimerHandle | None = None
        self._ping_timer: asyncio.TimerHandle | None = None
        self._last_received = 0.0
        self._pinged_at = 0.0
        self._half_closed = False  # nothing may be written any more
        self._max_buffered = options.max_buffered
        # Small messages that wait for a slow reader. In the transport each one would take up to
        # 900 bytes more than it has, which `max_buffered` does not see. None: the reader keeps up.
        self._held: bytearray | None = None
        self.lost = False
        self.began_close = False  # whether the first Close frame was ours

    # What the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._loop = asyncio.get_running_loop()
        self._last_received = self._loop.time()
        if self.options.ping_interval is not None:
            self._ping_timer = self._loop.call_later(
                self.options.ping_interval, self._check_silence
            )

    def data_received(self, data: bytes) -> None:
        connection = self.connection
        self._last_received = self._loop.time()  # type: ignore[union-attr]
        speaker.set(self.label)
        for event in connection.events(data):
            kind = type(event)
            if kind is not TextMessage and kind is not BinaryMessage:
                # Automatic answers go out before the handler's own, in the order of what they
                # answer. A message has none.
                self._flush()
            try:
                self.on_event(event)
            except (Exception, SystemExit) as error:
                self.handler_failed(error)
            if kind is CloseReceived:
                self._end_tcp()
            elif isinstance(event, Failed):
                self._tell_of_limit(event)
                self._linger()
        speaker.set("")

    def eof_received(self) -> None:
        """A WebSocket has no half-open state: the transport closes when this returns."""
        self.connection.receive_eof()
        self._release_held()
        self._start_close_timer()

    def connection_lost(self, error: Exception | None) -> None:
        if self.lost:
            return
        self.lost = True
        self._held = None
        for timer in (self._close_timer, self._ping_timer):
            if timer:
                timer.cancel()
        connection = self.connection
        connection.receive_eof()
        how = connection.close_code or 1006, connection.close_reason, connection.clean
        with speaking_for(self.label):
            if error is not None and self.on_error:
                _logged(self.on_error, error)
            _logged(self.on_closed, *how)
            for callback in self._when_lost:
                _logged(callback, self)
        # Breaks the reference cycles, so that a closed connection's memory is free at once.
        self.on_event = _ignore
        self.on_closed = lambda code, reason, clean: None

    def pause_writing(self) -> None:
        self._held = bytearray()
        self._tell(self.on_pause)

    def resume_writing(self) -> None:
        self._release_held()
        if self._held is None:  # else what was held has filled the transport again
            self._tell(self.on_drain)

    def _tell(self, callback: Callable[[], None] | None) -> None:
        if callback:
            with speaking_for(self.label):
                try:
                    callback()
                except (Exception, SystemExit) as error:
                    self.handler_failed(error)

    # What the owner calls

    def when_lost(self, callback: Callable[[Peer], object]) -> None:
        """Call back, once, after the TCP connection has ended."""
        self._when_lost.append(callback)

    @property
    def state(self) -> State:
        return self.connection.state

    @property
    def transport(self) -> asyncio.Transport | None:
        return self._transport

    @property
    def buffered_amount(self) -> int:
        """Bytes that wait to be written."""
        if self._transport is None or self.lost:
            return 0
        return self._transport.get_write_buffer_size() + len(self._held or b"")

    def limit_buffer(self, size: int) -> None:
        """Let no more than `size` bytes wait to be written, if `max_buffered` does not say less."""
        own = self._max_buffered
        self._max_buffered = size if own is None else min(size, own)

    def send_text(self, text: str) -> None:
        """Send a text message. Raises InvalidState unless the connection is open."""
        self._write(self.connection.send_text(text))

    def send_bytes(self, data: bytes) -> None:
        """Send a binary message. Raises InvalidState unless the connection is open."""
        self._write(self.connection.send_bytes(data))

    def ping(self, payload: bytes = b"") -> None:
        """Send a ping. Raises ControlTooLong above 125 bytes."""
        self._write(self.connection.ping(payload))

    def pong(self, payload: bytes = b"") -> None:
        """Send a pong. Raises ControlTooLong above 125 bytes."""
        self._write(self.connection.pong(payload))

    def write(self, data: bytes) -> None:
        """Write frames that were encoded before, for a broadcast. Dropped unless the connection
        is open.
        """
        if self.connection.state is State.OPEN:
            self._write(data)

    def close(self, code: int | None = None, reason: str = "") -> None:
        """Begin the closing handshake; a second call changes nothing.

        Raises InvalidCloseCode or ReasonTooLong before anything is sent.
        """
        if self.connection.state is not State.OPEN:
            return
        self._write(self.connection.send_close(code, reason))
        self.began_close = True
        self._start_close_timer(self._close_unanswered)

    def drop(self, code: int, reason: str = "") -> None:
        """Send a close frame and end TCP without waiting for the answer. What still comes is told
        to nobody.
        """
        if self.connection.state is State.OPEN:
            self._write(self.connection.send_close(code, reason))
            self.began_close = True
        self.on_event = _ignore
        self._linger()

    def abort(self) -> None:
        """Cut the TCP connection: the other side sees 1006. Nothing more is read or written."""
        if self._transport:
            self.connection.receive_eof()
            self._held = None
            self._transport.abort()

    def pause_reading(self) -> None:
        if self._transport and not self.lost:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if self._transport and not self.lost:
            self._transport.resume_reading()

    def handler_failed(self, error: BaseException) -> None:
        """The owner's handler raised: log it and close this connection with 1011, no other one."""
        self._complain(error)
        self.on_event = _ignore  # it is closing, and its handler can't be trusted with more
        self.close(
            1011, "the server's handler failed" if self.connection.role is Role.SERVER else ""
        )

    # Inside

    def _complain(self, about: object) -> None:
        with speaking_for(self.label):
            console.error(about)

    def _write(self, data: bytes) -> None:
        transport = self._transport
        if transport is None or self._half_closed:
            return
        waiting = 0
        if self._held is None:
            transport.write(data)
        elif len(data) < SMALL:
            self._held += data
            waiting = len(self._held)
        else:
            transport.write(self._held)
            transport.write(data)
            self._held = bytearray()
        limit = self._max_buffered
        if limit is not None and transport.get_write_buffer_size() + waiting > limit:
            self._complain(f"dropped: it reads too slowly, {limit} bytes were waiting for it")
            self.abort()

    def _release_held(self) -> None:
        held, self._held = self._held, None
        if held and self._transport and not self._transport.is_closing():
            self._transport.write(held)

    def _flush(self) -> None:
        output = self.connection.take_output()
        if output:
            self._write(output)

    def _end_tcp(self) -> None:
        """After both close frames the server closes TCP; a client waits for that (7.1.1)."""
        self._start_close_timer()
        if self.connection.role is Role.SERVER and self._transport:
            self._release_held()
            self._transport.close()

    def _linger(self) -> None:
        """Close our half and read on: a socket closed on unread bytes resets, and may lose our
        close frame.
        """
        transport = self._transport
        if transport is None or self.lost or transport.is_closing():
            return
        self._start_close_timer()
        self._release_held()
        if transport.can_write_eof():
            self._half_closed = True
            transport.write_eof()
        else:
            transport.close()

    def _start_close_timer(self, when_over: Callable[[], None] | None = None) -> None:
        timeout = self.options.close_timeout
        if self._close_timer is None and timeout is not None and self._loop is not None:
            self._close_timer = self._loop.call_later(timeout, when_over or self.abort)

    def _close_unanswered(self) -> None:
        waited = not (self.connection.finished or self._half_closed)
        if waited and self.connection.role is Role.SERVER:
            seconds = self.options.close_timeout
            self._complain(f"dropped: no answer to a close frame in {seconds:g} s")
        self.abort()

    def _tell_of_limit(self, event: Failed) -> None:
        """A server's log has one line about who was closed for a limit: its owner may raise it."""
        if event.code in (TOO_BIG, POLICY) and self.connection.role is Role.SERVER:
            where = self.options.limits_from
            self._complain(f"closed with {event.code}: {event.reason}{where and f' ({where})'}")

    def _check_silence(self) -> None:
        interval, timeout = self.options.ping_interval, self.options.ping_timeout
        if interval is None or self._loop is None or self.connection.state is not State.OPEN:
            return
        now = self._loop.time()
        waiting = self._pinged_at > self._last_received
        if waiting and timeout is not None and now - self._pinged_at >= timeout:
            self._complain(f"dropped: no answer to a ping in {timeout:g} s")
            self.abort()
            return
        if waiting and timeout is not None:
            delay = self._pinged_at + timeout - now
        elif not waiting and now - self._last_received >= interval:
            self.ping()
            self._pinged_at = now
            delay = interval if timeout is None else timeout
        else:
            delay = max(self._last_received, self._pinged_at) + interval - now
        self._ping_timer = self._loop.call_later(max(delay, 0.001), self._check_silence)
