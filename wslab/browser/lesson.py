"""What lessons need and no browser has: `await` for an event, and a trace of what happened.

    event = await ws.wait("message")     # the earliest message that wait has not returned yet
    show.trace(ws.trace)                 # a row for each event that was dispatched

Messages are kept until `wait` returns them, so that none is missed that came first. The other
events happen once, and `wait` returns them as often as it is asked: a cell may run again. What is
kept is bounded: the latest 1,000 messages, 16 MiB of them, and 10,000 rows of trace.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from wslab.browser.blob import Blob
from wslab.browser.errors import NeverComes
from wslab.browser.events import CloseEvent, Event, MessageEvent
from wslab.net.conditions import WaitedInVain

INTERNAL_ERROR = 1011
TYPES = ("open", "message", "error", "close")
MAX_EVENTS = 1_000
MAX_BYTES = 16_777_216
MAX_ROWS = 10_000
_SHOWN_CHARACTERS = 60
_SHOWN_BYTES = 16

_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[Event]"]


class Inbox:
    """The messages that `wait` has not returned yet, the events that happen once, and who waits."""

    def __init__(self) -> None:
        self.failure: str | None = None  # why the connection failed, for who waits in vain
        self._happened: dict[str, Event] = {}  # open, error and close: asked again, told again
        self._messages: deque[Event] = deque()
        self._waiters: dict[str, deque[_Waiter]] = {name: deque() for name in TYPES}
        self._size = 0

    def put(self, event: Event) -> None:
        """An event was dispatched: give it to who waits for its type, and keep it."""
        waiters = self._waiters[event.type]
        if event.type != "message":
            self._happened[event.type] = event
            while waiters:
                _resolve(*waiters.popleft(), event)
        else:
            self._put_message(event, waiters)
        if event.type == "close":
            self._end()

    def _put_message(self, event: Event, waiters: deque[_Waiter]) -> None:
        while waiters:  # each message goes to one of those who wait
            loop, future = waiters.popleft()
            if not future.done():
                _resolve(loop, future, event)
                return
        self._messages.append(event)
        self._size += _size(event)
        kept = self._messages
        while len(kept) > MAX_EVENTS or (self._size > MAX_BYTES and len(kept) > 1):
            self._size -= _size(kept.popleft())

    def _end(self) -> None:
        for name, waiters in self._waiters.items():
            while waiters:
                _resolve(*waiters.popleft(), NeverComes(self._never(name)))

    def _never(self, type: str) -> str:
        closed = self._happened["close"]
        why = ""
        if isinstance(closed, CloseEvent) and closed.code == INTERNAL_ERROR:
            why = ": if the server runs here, console.show() tells what went wrong in it"
        elif self.failure is not None:
            why = f": {self.failure}"
        return f"the connection is closed: {closed!r}. No {type} event will come any more{why}"

    async def take(self, type: str, timeout: float, state: Any) -> Event:
        """The next event of this type. `state()` says where the connection stands, for errors."""
        if type not in TYPES:
            raise ValueError(f"a WebSocket has no {type!r} event; it has {', '.join(TYPES)}")
        if type in self._happened:
            return self._happened[type]
        if type == "message" and self._messages:
            event = self._messages.popleft()
            self._size -= _size(event)
            return event
        if "close" in self._happened:
            raise NeverComes(self._never(type))
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Event] = loop.create_future()
        waiter = (loop, future)
        self._waiters[type].append(waiter)
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            if future.done() and not future.cancelled():
                return future.result()  # it came in the very moment that the time was up
            raise WaitedInVain(
                f"waited {timeout:g} s for {type!r}, and it did not come; readyState is {state()}"
            ) from None
        except asyncio.CancelledError:
            lost = future.done() and not future.cancelled() and future.exception() is None
            if lost and type == "message":  # the next to wait gets it
                self._messages.appendleft(future.result())
                self._size += _size(future.result())
            raise
        finally:
            if waiter in self._waiters[type]:
                self._waiters[type].remove(waiter)


def _resolve(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Event], outcome: Event | NeverComes
) -> None:
    def settle() -> None:
        if future.done():
            return
        if isinstance(outcome, Event):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)

    try:
        here = asyncio.get_running_loop()
    except RuntimeError:
        here = None
    if here is loop:
        settle()
    else:  # a WebSocket without a loop of its own, waited for with asyncio.run
        try:
            loop.call_soon_threadsafe(settle)
        except RuntimeError:  # that loop has ended, and who waited with it
            return


def _size(event: Event) -> int:
    data = event.data if isinstance(event, MessageEvent) else None
    if isinstance(data, (str, bytes)):
        return len(data)
    return data.size if isinstance(data, Blob) else 0


def row(event: Event, ready_state: int, buffered_amount: int) -> dict[str, Any]:
    """What one dispatched event looked like, in words that are the same on each run."""
    fields: dict[str, Any] = {"event": event.type, "readyState": ready_state}
    if isinstance(event, MessageEvent):
        fields["data"] = describe(event.data)
    elif isinstance(event, CloseEvent):
        fields.update(code=event.code, reason=event.reason, wasClean=event.wasClean)
    fields["bufferedAmount"] = buffered_amount
    return fields


def describe(data: object, characters: int = _SHOWN_CHARACTERS) -> str:
    """A message in a few words: up to 60 characters of text, or kind, size and first 16 bytes."""
    if isinstance(data, str):
        shown = data[:characters]
        return shown if len(data) == len(shown) else f"{shown}… ({len(data)} characters)"
    if isinstance(data, bytes):
        more = " …" if len(data) > _SHOWN_BYTES else ""
        return f"ArrayBuffer({len(data)}) {data[:_SHOWN_BYTES].hex(' ')}{more}".rstrip()
    if isinstance(data, Blob):
        return f"Blob({data.size})"
    return str(data)
