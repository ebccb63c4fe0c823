"""`WebSocket` as a page sees it (WHATWG WebSockets section 3), under the DOM's names.

    ws = WebSocket("ws://127.0.0.1:8000/chat", ["v1.chat"])
    ws.onmessage = lambda event: print(event.data)
    await ws.wait("open")
    ws.send("hello")

Nothing changes while a cell runs: events, and the changes of readyState that belong to them, wait
in the task queue of the loop in which the WebSocket was made (tasks.py) until the cell awaits or
ends. Made where no loop runs, its listeners are called on the background thread.

Where Python makes a difference:
- Assigning to a read-only attribute or a constant raises AttributeError; sloppy JavaScript ignores
  it.
- Binary messages are bytes for binaryType "arraybuffer", and `browser.Blob` for "blob", the
  default.
- `send` takes str, bytes-like objects and Blob. A browser makes a string of everything else, {} is
  sent as "[object Object]"; here that is a TypeError that says so.
- None stands for an argument that is left out. JavaScript's close(null) means close(0), and throws.
- A page has an origin. The default is that of a page loaded from the very server, so that its
  check of the origin passes; `base`, the page's address, or `origin` say otherwise. `base` is also
  what relative URLs refer to.
- A message of more than 256 MiB fails the connection, in either direction, to spare the memory.
- Not here: cookies, passwords from the URL, proxies. Not in a browser: `wait`, `trace`,
  `failure`, `lose`.

Where Chromium does otherwise: it fires no error event when an open connection is lost, only close
1006, and the standard wants both. It lets subprotocols pass that differ in case alone, which
web-platform-tests does not. It throws for close(undefined, "a reason"), which goes out with code
1000 here. And it reports Close codes that RFC 6455 leaves undefined (999, 2999, 5000), which are
an error here.
"""

from __future__ import annotations

import threading
from typing import Any, Final

from wslab.browser.blob import Blob, BytesLike
from wslab.browser.constants import Constant, Interface
from wslab.browser.conversions import to_message, to_string, to_unsigned_short
from wslab.browser.errors import InvalidAccessError, InvalidStateError, SyntaxError
from wslab.browser.events import CloseEvent, Event, MessageEvent
from wslab.browser.lesson import MAX_ROWS, Inbox, row
from wslab.browser.link import CLOSED_EARLY, Link
from wslab.browser.target import EventHandler, EventTarget
from wslab.browser.tasks import current_queue
from wslab.browser.urls import check_protocols, get_origin, get_url_record
from wslab.net.console import console
from wslab.protocol.closing import MAX_REASON
from wslab.protocol.states import State


class WebSocket(EventTarget, metaclass=Interface):
    """A WebSocket that begins to connect when it is made.

    `protocols` is one subprotocol or a list of them. `base` is the address of the page, `origin`
    its origin. Raises SyntaxError (the DOM's) for a bad URL or subprotocol. Whatever goes wrong
    later is an error event and a close event with code 1006.
    """

    CONNECTING: Final = Constant(0)
    OPEN: Final = Constant(1)
    CLOSING: Final = Constant(2)
    CLOSED: Final = Constant(3)

    onopen = EventHandler("open")
    onmessage = EventHandler("message")
    onerror = EventHandler("error")
    onclose = EventHandler("close")

    def __init__(
        self,
        url: object,
        protocols: object = (),
        *,
        base: str | None = None,
        origin: str | None = None,
    ) -> None:
        super().__init__()
        record = get_url_record(url, base)
        names = check_protocols(protocols)
        self._url = record
        self._ready_state = State.CONNECTING
        self._protocol = ""
        self._extensions = ""
        self._binary_type = "blob"
        self._buffered = 0
        self._lock = threading.Lock()  # handlers may run in another thread than the script
        self._gave_up = False
        self._failure: str | None = None
        self._trace: list[dict[str, Any]] = []
        self._inbox = Inbox()
        if origin is None:
            origin = get_origin(base) if base is not None else record.http_origin
        self._link = Link(self, current_queue(), record, names, origin)
        self._link.open()

    @property
    def url(self) -> str:
        """The URL, parsed and written out in full."""
        return self._url.href

    @property
    def readyState(self) -> int:
        """CONNECTING 0, OPEN 1, CLOSING 2 or CLOSED 3."""
        return int(self._ready_state)

    @property
    def bufferedAmount(self) -> int:
        """Bytes given to `send` that have not gone to the network yet; text counts as UTF-8.

        It grows at once and shrinks between tasks. What was sent too late stays in it for ever.
        """
        return self._buffered

    @property
    def protocol(self) -> str:
        """The subprotocol that the server chose, "" before `open` or for none."""
        return self._protocol

    @property
    def extensions(self) -> str:
        """The extensions in use, "" before `open` or for none."""
        return self._extensions

    @property
    def binaryType(self) -> str:
        """What the data of a binary message is: "blob" or "arraybuffer"."""
        return self._binary_type

    @binaryType.setter
    def binaryType(self, value: str) -> None:
        if value in ("blob", "arraybuffer"):
            self._binary_type = value
        else:  # Web IDL ignores it; browsers, too, leave a line in their console
            stays = f"binaryType stays {self._binary_type!r}"
            console.error(f"{stays}: it can be 'blob' or 'arraybuffer', not {value!r}")

    def send(self, data: str | BytesLike | Blob) -> None:
        """Send a message: text for a str, binary for bytes, bytearray, memoryview, array and Blob.

        Raises InvalidStateError while CONNECTING. Once closing has begun, the data is dropped
        without a word.
        """
        if self._ready_state is State.CONNECTING:
            raise InvalidStateError("send before the open event: the connection is CONNECTING")
        payload, size = to_message(data)
        with self._lock:
            self._buffered += size
        if self._ready_state is State.OPEN:
            self._link.send(payload, size)

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begin the closing handshake; before `open`, give up connecting. A second call changes
        nothing.

        `code` is 1000 or 3000 to 4999, `reason` has 123 bytes of UTF-8 at most. Raises
        InvalidAccessError and SyntaxError (the DOM's) for others.
        """
        code = None if code is None else to_unsigned_short(code)
        text = "" if reason is None else to_string(reason)
        if code is not None and code != 1000 and not 3000 <= code <= 4999:
            raise InvalidAccessError(f"a page may close with 1000 or 3000 to 4999, not with {code}")
        if (size := len(text.encode())) > MAX_REASON:
            raise SyntaxError(f"the close reason has {size} bytes of UTF-8, {MAX_REASON} at most")
        if self._ready_state is State.CONNECTING:
            self._ready_state = State.CLOSING
            self._gave_up = True
            self._link.give_up()
        elif self._ready_state is State.OPEN:
            self._ready_state = State.CLOSING
            # A Close frame can't carry a reason alone.
            self._link.close(1000 if code is None and text else code, text)

    # Not in a browser

    def lose(self) -> None:
        """Lose an open connection, as when the network breaks: TCP ends without a Close frame.

        Not in a browser. The close event has the code 1006, on both sides.
        """
        self._link.lose()

    async def wait(self, type: str, timeout: float = 5.0) -> Any:
        """The open, error or close event, or the earliest message not yet returned by `wait`.

        Not in a browser. `timeout` is in seconds. Raises WaitedInVain when it passes, and
        NeverComes at once when the connection is closed, so that there will be no such event.
        """
        return await self._inbox.take(type, timeout, lambda: self._ready_state.name)

    @property
    def trace(self) -> list[dict[str, Any]]:
        """A row for each event that was dispatched so far. Not in a browser."""
        return list(self._trace)

    @property
    def failure(self) -> str | None:
        """Why the connection failed, if it did. A browser keeps that from the page, which could
        otherwise find out what answers in its user's network; it tells the developer tools alone.
        """
        return self._failure

    def __repr__(self) -> str:
        return f"<WebSocket {self._ready_state.name}>"

    # The tasks, in the page's loop: WHATWG WebSockets section 4

    def _established(self, protocol: str, extensions: str) -> None:
        if self._gave_up:
            return
        self._ready_state = State.OPEN
        self._extensions = extensions
        self._protocol = protocol
        self._fire(Event("open"))

    def _received(self, data: str | bytes) -> None:
        if self._ready_state is not State.OPEN:
            return
        shown = Blob([data]) if isinstance(data, bytes) and self._binary_type == "blob" else data
        self._fire(MessageEvent("message", data=shown, origin=self._url.origin))

    def _transmitted(self, count: int) -> None:
        with self._lock:
            self._buffered -= count

    def _closing(self) -> None:
        if self._ready_state is State.OPEN:
            self._ready_state = State.CLOSING

    def _closed(self, code: int, reason: str, clean: bool, failure: str | None) -> None:
        if self._gave_up:  # the server may have been quicker, but the page never saw it open
            code, reason, clean = 1006, "", False
            failure = failure or CLOSED_EARLY
        self._ready_state = State.CLOSED
        self._failure = self._inbox.failure = failure
        if failure is not None:
            self._fire(Event("error"))
        self._fire(CloseEvent("close", wasClean=clean, code=code, reason=reason))

    def _fire(self, event: Event) -> None:
        event._trusted = True
        if len(self._trace) < MAX_ROWS:
            self._trace.append(row(event, self.readyState, self._buffered))
        self._dispatch(event)
        self._inbox.put(event)
