"""The browser's side of one WebSocket: everything that the page's script does not see.

It lives on the background loop. It connects, sends what the page gave it, and tells the page what
happened by queueing tasks, in the order of WHATWG WebSockets section 4 ("feedback from the
protocol").
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Protocol

from wslab.browser.tasks import TaskQueue
from wslab.browser.turns import one_at_a_time
from wslab.browser.urls import URLRecord
from wslab.net.client import open_websocket
from wslab.net.loop import background
from wslab.net.peer import Peer, PeerOptions
from wslab.protocol.errors import InvalidState
from wslab.protocol.events import BinaryMessage, CloseReceived, Event, Failed, TextMessage
from wslab.protocol.handshake import format_extensions
from wslab.protocol.messages import Limits, fragments_for
from wslab.protocol.states import State

# As browsers do: no pings of their own, large messages, patience (Chromium waits 4 minutes).
OPTIONS = PeerOptions(ping_interval=None, max_buffered=268_435_456)
LIMITS = Limits(268_435_456, 268_435_456, fragments_for(268_435_456))
HANDSHAKE_SECONDS = 240.0
PAGE_SECONDS = 1.0  # between two looks at whether the page is still there
FLUSH_SECONDS = 0.005  # for a task of the page to end before what it sent goes out all the same
PROGRESS_SECONDS = 0.005  # between two looks at how much of a large message has gone out
CLOSED_EARLY = "closed before the connection was established"


class Page(Protocol):
    """What the link tells the page. Each call is a task of the page's loop."""

    def _established(self, protocol: str, extensions: str) -> None: ...
    def _received(self, data: str | bytes) -> None: ...
    def _transmitted(self, count: int) -> None: ...
    def _closing(self) -> None: ...
    def _closed(self, code: int, reason: str, clean: bool, failure: str | None) -> None: ...


class Link:
    """One connection. `open`, `send` and `close` are for the page's thread; the rest is for the
    background.
    """

    def __init__(
        self,
        page: Page,
        queue: TaskQueue,
        url: URLRecord,
        protocols: tuple[str, ...],
        origin: str,
    ) -> None:
        self._page = page
        self._queue = queue
        self._url = url
        self._protocols = protocols
        self._origin = origin
        self._background = background()
        self._connecting: asyncio.Task[None] | None = None
        self._peer: Peer | None = None
        self._ended = False
        # What one task of the page sends is written in one go, at its end.
        self._outbox: deque[tuple[str | bytes, int]] = deque()
        self._flush_asked = False
        self._unsent = 0  # bytes of the page's data that have not gone out
        self._watching = False

    # For the page's thread

    def open(self) -> None:
        self._call(self._open)

    def send(self, data: str | bytes, size: int) -> None:
        self._outbox.append((data, size))
        if self._flush_asked:
            return
        self._flush_asked = True
        if self._queue.after_task(self._call, self._flush):
            self._call(self._flush_later)  # a cell may go on for long without awaiting
        else:
            self._call(self._flush)

    def close(self, code: int | None, reason: str) -> None:
        self._call(self._close, code, reason)

    def give_up(self) -> None:
        """The page closed before it was open: fail the connection."""
        self._call(self._give_up)

    def lose(self) -> None:
        """End TCP without a closing handshake."""
        self._call(self._lose)

    def _call(self, function: Any, *args: object) -> None:
        try:
            self._background.call(function, *args)
        except RuntimeError:  # the background loop has ended, and every connection with it
            return

    # On the background loop

    def _open(self) -> None:
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        url = self._url
        if url.blocked:
            self._fail(f"port {url.port} is blocked: the Fetch standard forbids it to pages")
            return
        try:
            async with one_at_a_time(url.hostname, url.port):
                opened = await open_websocket(
                    url.href,
                    protocols=self._protocols,
                    origin=self._origin,
                    require_protocol=True,  # RFC 6455 lets a server choose none, browsers do not
                    limits=LIMITS,
                    options=OPTIONS,
                    timeout=HANDSHAKE_SECONDS,
                )
        except asyncio.CancelledError:
            self._fail(CLOSED_EARLY)  # by the page, or with the background loop
            raise
        except Exception as error:  # whatever it is, a page hears of it by an event
            self._fail(str(error) or type(error).__name__)
            return
        peer = self._peer = opened.peer
        peer.on_event = self._on_event
        peer.on_closed = self._on_closed
        accepted = opened.accepted
        extensions = format_extensions(accepted.extensions)
        self._post(self._page._established, accepted.protocol or "", extensions)
        opened.start()
        self._look_for_page()

    def _flush_later(self) -> None:
        asyncio.get_running_loop().call_later(FLUSH_SECONDS, self._flush)

    def _flush(self) -> None:
        self._flush_asked = False  # before the look into the outbox, so that nothing stays in it
        while self._outbox:
            self._send(*self._outbox.popleft())

    def _send(self, data: str | bytes, size: int) -> None:
        peer = self._peer
        if peer is None or peer.state is not State.OPEN:
            return  # too late; it counts in bufferedAmount for ever, as the standard has it
        try:
            if isinstance(data, str):
                peer.send_text(data)
            else:
                peer.send_bytes(data)
        except InvalidState:
            return
        self._unsent += size
        if not self._watching:
            self._watching = True
            # uvloop writes at the end of this turn of the loop, so look in the next.
            asyncio.get_running_loop().call_soon(self._watch)

    def _close(self, code: int | None, reason: str) -> None:
        self._flush()
        if self._peer is not None:
            self._peer.close(code, reason)

    def _give_up(self) -> None:
        self._fail(CLOSED_EARLY)
        if self._peer is not None:
            self._peer.abort()
        elif self._connecting is not None:
            self._connecting.cancel()

    def _lose(self) -> None:
        if self._peer is not None:
            self._peer.abort()

    def _on_event(self, event: Event) -> None:
        self._report_progress()  # what came is often the answer to what went
        kind = type(event)
        if kind is TextMessage or kind is BinaryMessage:
            self._post(self._page._received, event.data)  # type: ignore[union-attr]
        elif kind is CloseReceived:
            self._post(self._page._closing)
        elif isinstance(event, Failed):
            # A page hears of it at once; that TCP ends takes as long as the server wants.
            self._fail(f"the server broke the protocol: {event.reason}")

    def _on_closed(self, code: int | None, reason: str, clean: bool) -> None:
        # RFC 6455 7.2.1: if TCP is lost before the closing handshake is done, fail the connection.
        failure = None if clean else "the connection ended without the closing handshake"
        self._end(
            1006 if code is None or not clean else code, reason if clean else "", clean, failure
        )

    def _fail(self, why: str) -> None:
        self._end(1006, "", False, why)

    def _end(self, code: int, reason: str, clean: bool, failure: str | None) -> None:
        if not self._ended:
            self._ended = True
            self._post(self._page._closed, code, reason, clean, failure)

    def _post(self, task: Any, *args: object) -> None:
        if not self._queue.post(task, *args):
            self._page_left()

    def _look_for_page(self) -> None:
        """Find out that the page's loop has ended even if nothing comes for it."""
        if self._queue.closed:
            self._page_left()
        elif not self._ended:
            asyncio.get_running_loop().call_later(PAGE_SECONDS, self._look_for_page)

    def _page_left(self) -> None:
        """As with a page that is left: going away (WebSockets section 7, "make disappear")."""
        self._ended = True
        if self._peer is not None:
            self._peer.close(1001)

    # bufferedAmount

    def _watch(self) -> None:
        self._report_progress()
        if self._unsent and not self._ended:
            asyncio.get_running_loop().call_later(PROGRESS_SECONDS, self._watch)
        else:
            self._watching = False

    def _report_progress(self) -> None:
        peer = self._peer
        if peer is None or peer.transport is None or peer.transport.is_closing():
            return  # what has not gone out by now never will
        unsent = min(self._unsent, peer.buffered_amount)
        sent, self._unsent = self._unsent - unsent, unsent
        if sent:
            self._post(self._page._transmitted, sent)
