"""What a listener receives: Event, MessageEvent, CloseEvent.

WHATWG DOM section 2, HTML section 9.1 and WebSockets section 6. As in a browser, a page may make
events of its own: `CloseEvent("close", {"code": 4000})`, or in Python's way `CloseEvent("close",
code=4000)`. The fields can be read and not written. Not here: `initEvent` and the other init
methods, which the standard keeps for pages from before constructors.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar

_time_origin = time.monotonic()  # what a page calls performance.timeOrigin: when it was loaded
_SHOWN_CHARACTERS = 60


def _field(name: str, doc: str) -> Any:
    return property(lambda event: event._fields[name], doc=doc)


class Event:
    """Something happened to `target`."""

    NONE: ClassVar[int] = 0
    CAPTURING_PHASE: ClassVar[int] = 1
    AT_TARGET: ClassVar[int] = 2
    BUBBLING_PHASE: ClassVar[int] = 3

    _defaults: ClassVar[dict[str, Any]] = {"bubbles": False, "cancelable": False, "composed": False}
    _shown: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self, type: str, eventInitDict: Mapping[str, Any] | None = None, /, **fields: Any
    ) -> None:
        for name in fields:
            if name not in self._defaults:
                known = ", ".join(self._defaults)
                raise TypeError(f"{self.__class__.__name__} has no field {name!r}; it has {known}")
        # In a dictionary, as in JavaScript, members that the event does not know are passed over.
        given = {k: v for k, v in (eventInitDict or {}).items() if k in self._defaults}
        self._fields: dict[str, Any] = {**self._defaults, **given, **fields}
        self._type = str(type)
        self._time_stamp = (time.monotonic() - _time_origin) * 1000
        self._target: Any = None
        self._current_target: Any = None
        self._phase = self.NONE
        self._trusted = False
        self._canceled = False
        self._passive = False
        self._stopped = False
        self._stopped_at_once = False

    bubbles = _field("bubbles", "Whether the event would go on to the target's parents.")
    cancelable = _field("cancelable", "Whether preventDefault has an effect.")
    composed = _field("composed", "Whether the event would leave a shadow tree.")

    @property
    def type(self) -> str:
        return self._type

    @property
    def target(self) -> Any:
        """The object that it happened to."""
        return self._target

    @property
    def srcElement(self) -> Any:
        return self._target

    @property
    def currentTarget(self) -> Any:
        """The object whose listeners run now; None when no listener runs."""
        return self._current_target

    @property
    def eventPhase(self) -> int:
        return self._phase

    @property
    def defaultPrevented(self) -> bool:
        return self._canceled

    @property
    def returnValue(self) -> bool:
        return not self._canceled

    @property
    def cancelBubble(self) -> bool:
        return self._stopped

    @property
    def isTrusted(self) -> bool:
        """True for events of the browser's own, False for those that a page made and dispatched."""
        return self._trusted

    @property
    def timeStamp(self) -> float:
        """Milliseconds since the page was loaded; here, since `wslab.browser` was imported."""
        return self._time_stamp

    def composedPath(self) -> list[Any]:
        """The objects whose listeners the event reaches; empty when no listener runs."""
        return [] if self._current_target is None else [self._current_target]

    def preventDefault(self) -> None:
        if self.cancelable and not self._passive:
            self._canceled = True

    def stopPropagation(self) -> None:
        self._stopped = True

    def stopImmediatePropagation(self) -> None:
        """Call no further listener, not even of the same object."""
        self._stopped = self._stopped_at_once = True

    def __repr__(self) -> str:
        shown = [f"{name}={_short(self._fields[name])}" for name in self._shown]
        if self._type != type(self).__name__.removesuffix("Event").lower():
            shown.insert(0, repr(self._type))
        return f"{type(self).__name__}({', '.join(shown)})"


class MessageEvent(Event):
    """A message came. `data` is str, bytes or Blob; `origin` is the server's."""

    _defaults: ClassVar[dict[str, Any]] = {
        **Event._defaults,
        "data": None,
        "origin": "",
        "lastEventId": "",
        "source": None,
        "ports": (),
    }
    _shown = ("data",)

    data = _field("data", "The message: str, and for a binary one what binaryType says.")
    origin = _field("origin", "Scheme, host and port of the server that sent it.")
    lastEventId = _field("lastEventId", 'Always "" on a WebSocket: server-sent events use it.')
    source = _field("source", "Always None on a WebSocket: messages between windows use it.")
    ports = _field("ports", "Always empty on a WebSocket: messages between windows use it.")


class CloseEvent(Event):
    """The connection is closed."""

    _defaults: ClassVar[dict[str, Any]] = {
        **Event._defaults,
        "wasClean": False,
        "code": 0,
        "reason": "",
    }
    _shown = ("code", "reason", "wasClean")

    wasClean = _field("wasClean", "Whether both sides said goodbye before TCP ended.")
    code = _field("code", "The code of the server's Close frame; 1005 for none, 1006 for no frame.")
    reason = _field("reason", "The reason in the server's Close frame.")


def _short(value: object) -> str:
    text = repr(value)
    if len(text) <= _SHOWN_CHARACTERS:
        return text
    cut = f"{text[:_SHOWN_CHARACTERS]}…"
    if isinstance(value, str):
        return f"{cut} ({len(value)} characters)"
    return f"{cut} ({len(value)} bytes)" if isinstance(value, bytes) else cut
