"""EventTarget: listeners and how they are called.

WHATWG DOM section 2.7 to 2.9, HTML section 8.1.8 "event handlers". The order is that of
registration. `ws.onopen = f` takes its place in it when it is first set, keeps the place when it
is set again, and loses it when it is set to None. A listener that raises is reported to the
console, with its own line, and the others still run. As in JavaScript, a listener may leave out
the event parameter, and may be async.

Not here: AbortSignal.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wslab.browser.errors import InvalidStateError
from wslab.browser.events import Event
from wslab.net.console import console

Listener: TypeAlias = Callable[..., Any] | Any  # a function, or an object with handleEvent


@dataclass(slots=True, eq=False)
class _Registration:
    type: str
    listener: Listener
    capture: bool = False
    once: bool = False
    passive: bool = False
    is_handler: bool = False  # set with ws.on…
    removed: bool = False
    takes_event: bool = field(init=False)

    def __post_init__(self) -> None:
        self.set(self.listener)

    def set(self, listener: Listener) -> None:
        self.listener = listener
        self.takes_event = _takes_event(listener)


class EventHandler:
    """An `on…` attribute. Anything that can't be called counts as None, as in a browser."""

    def __init__(self, type: str) -> None:
        self.type = type
        self.__doc__ = f"The handler for {type!r} events, or None."

    def __get__(self, target: EventTarget | None, owner: type | None = None) -> Any:
        if target is None:
            return self
        registration = target._handler(self.type)
        return registration.listener if registration else None

    def __set__(self, target: EventTarget, listener: Listener | None) -> None:
        registration = target._handler(self.type)
        if not callable(listener):
            if registration:
                target._remove(registration)
        elif registration:
            registration.set(listener)
        else:
            target._registrations.append(_Registration(self.type, listener, is_handler=True))


class EventTarget:
    """Something that events happen to."""

    def __init__(self) -> None:
        self._registrations: list[_Registration] = []
        # Async listeners: the loop itself holds its tasks only weakly.
        self._running: set[asyncio.Task[Any]] = set()

    def addEventListener(
        self,
        type: str,
        listener: Listener | None,
        options: Mapping[str, bool] | bool | None = None,
        *,
        once: bool = False,
    ) -> None:
        """Call `listener(event)` for each event of this type. Adding the same one twice changes
        nothing.

        `options` is as in JavaScript: {"once": True, "capture": True, "passive": True}, or True
        for capture. Raises TypeError for a listener that can't be called.
        """
        if listener is None:
            return
        if not callable(listener) and not hasattr(listener, "handleEvent"):
            kind = listener.__class__.__name__
            raise TypeError(f"a listener is a function, not {kind}: write its name without ()")
        given = _options(options)
        capture = given.get("capture", False)
        if not self._find(type, listener, capture):
            once = once or given.get("once", False)
            passive = given.get("passive", False)
            self._registrations.append(_Registration(type, listener, capture, once, passive))

    def removeEventListener(
        self, type: str, listener: Listener | None, options: Mapping[str, bool] | bool | None = None
    ) -> None:
        """Call this listener no more. Removing one that was never added changes nothing."""
        found = self._find(type, listener, _options(options).get("capture", False))
        if found:
            self._remove(found)

    def dispatchEvent(self, event: Event) -> bool:
        """Call the listeners for an event that the page made, before this returns.

        False when a listener called preventDefault. Raises InvalidStateError for an event on its
        way already.
        """
        if not isinstance(event, Event):
            raise TypeError(f"dispatchEvent takes an Event, not {event.__class__.__name__}")
        if event.currentTarget is not None:
            raise InvalidStateError("this event is being dispatched already")
        event._trusted = False
        return self._dispatch(event)

    def _dispatch(self, event: Event) -> bool:
        event._target = event._current_target = self
        event._phase = Event.AT_TARGET
        listening = [r for r in self._registrations if r.type == event.type]
        # DOM 2.9: at the target too, capturing listeners come first; stopPropagation ends the
        # dispatch between the two.
        for capture in (True, False):
            if not event._stopped:
                self._invoke([r for r in listening if r.capture is capture], event)
        event._phase = Event.NONE
        event._current_target = None
        event._stopped = event._stopped_at_once = False
        return not event.defaultPrevented

    def _invoke(self, registrations: list[_Registration], event: Event) -> None:
        for registration in registrations:
            if event._stopped_at_once:
                return
            if not registration.removed:
                if registration.once:
                    self._remove(registration)
                self._call(registration, event)

    def _call(self, registration: _Registration, event: Event) -> None:
        event._passive = registration.passive
        listener = registration.listener
        try:
            function = listener if callable(listener) else listener.handleEvent
            result = function(event) if registration.takes_event else function()
            if inspect.iscoroutine(result):
                task = asyncio.get_running_loop().create_task(result)
                self._running.add(task)
                task.add_done_callback(self._finished)
        except Exception as error:
            console.error(error)
        finally:
            event._passive = False

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            console.error(error)

    def _handler(self, type: str) -> _Registration | None:
        return next((r for r in self._registrations if r.is_handler and r.type == type), None)

    def _find(self, type: str, listener: Listener, capture: bool) -> _Registration | None:
        for r in self._registrations:
            if not r.is_handler and (r.type, r.listener, r.capture) == (type, listener, capture):
                return r
        return None

    def _remove(self, registration: _Registration) -> None:
        registration.removed = True  # seen by a dispatch that is under way
        self._registrations.remove(registration)


def _options(options: Mapping[str, bool] | bool | None) -> dict[str, bool]:
    if isinstance(options, Mapping):
        return {name: bool(value) for name, value in options.items()}
    return {"capture": bool(options)}


def _takes_event(listener: Listener) -> bool:
    """False for a function without parameters: JavaScript drops arguments that nobody asked for."""
    try:
        parameters = inspect.signature(listener).parameters.values()
    except (TypeError, ValueError):  # an object with handleEvent, or a silent C function
        return True
    return any(p.kind is not p.KEYWORD_ONLY and p.kind is not p.VAR_KEYWORD for p in parameters)
