"""EventEmitter, as in Node: the object that `on('message', …)` comes from.

Two things are decided here that Node leaves to luck:

- When one of several listeners raises, the others still run. The first error is then raised to the
  emitter, which knows what to close; further ones go to `console.error`.
- A listener may be an `async def`. It becomes a task on the background loop; what it raises goes to
  `_listener_failed`, which a connection answers by closing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, overload

from wslab.net.console import console
from wslab.net.loop import background

Listener = Callable[..., Any]
L = TypeVar("L", bound=Listener)
E = TypeVar("E", bound="EventEmitter")

_running: set[object] = set()  # the loop itself holds its tasks only weakly


class EventEmitter:
    """Listeners by event name, called in the order in which they were added."""

    def __init__(self) -> None:
        # Tuples, replaced as a whole: a listener that adds or removes one does not disturb the
        # round that runs, and a cell may do it while the loop emits.
        self._listeners: dict[str, tuple[Listener, ...]] = {}

    @overload
    def on(self: E, eventName: str, listener: Listener) -> E: ...
    @overload
    def on(self, eventName: str) -> Callable[[L], L]: ...
    def on(self, eventName: str, listener: Listener | None = None) -> Any:
        """Add a listener and return this object; without a listener, a decorator."""
        return self._add(eventName, listener, self.on, lambda old, new: (*old, new))

    def addListener(self: E, eventName: str, listener: Listener) -> E:
        """The same as `on`."""
        return self.on(eventName, listener)

    @overload
    def prependListener(self: E, eventName: str, listener: Listener) -> E: ...
    @overload
    def prependListener(self, eventName: str) -> Callable[[L], L]: ...
    def prependListener(self, eventName: str, listener: Listener | None = None) -> Any:
        """Add a listener before the others."""
        return self._add(eventName, listener, self.prependListener, lambda old, new: (new, *old))

    @overload
    def once(self: E, eventName: str, listener: Listener) -> E: ...
    @overload
    def once(self, eventName: str) -> Callable[[L], L]: ...
    def once(self, eventName: str, listener: Listener | None = None) -> Any:
        """Add a listener that is removed before its first call."""
        if listener is None:
            return self._decorator(self.once, eventName)
        _check(eventName, listener)
        self._listeners[eventName] = (
            *self._listeners.get(eventName, ()),
            _Once(self, eventName, listener),
        )
        return self

    def off(self: E, eventName: str, listener: Listener) -> E:
        """Remove a listener, the last one added if it is there several times."""
        known = list(self._listeners.get(eventName, ()))
        for index in range(len(known) - 1, -1, -1):
            if known[index] == listener or getattr(known[index], "listener", None) == listener:
                del known[index]
                self._keep(eventName, tuple(known))
                break
        return self

    def removeListener(self: E, eventName: str, listener: Listener) -> E:
        """The same as `off`."""
        return self.off(eventName, listener)

    def removeAllListeners(self: E, eventName: str | None = None) -> E:
        """Remove the listeners of one event, or of all."""
        if eventName is None:
            self._listeners.clear()
        else:
            self._listeners.pop(eventName, None)
        return self

    def listeners(self, eventName: str) -> list[Listener]:
        """The listeners of an event, as they were given."""
        return [getattr(known, "listener", known) for known in self._listeners.get(eventName, ())]

    def listenerCount(self, eventName: str) -> int:
        """How many listeners an event has."""
        return len(self._listeners.get(eventName, ()))

    def eventNames(self) -> list[str]:
        """The events that have listeners."""
        return list(self._listeners)

    def emit(self, eventName: str, *args: Any) -> bool:
        """Call the listeners now; whether there were any.

        'error' without a listener, for which Node ends the process, is recorded by `console.error`.
        """
        listeners = self._listeners.get(eventName)
        if listeners is None:
            if eventName == "error":
                console.error(*args)
            return False
        if len(listeners) == 1:
            result = listeners[0](*args)
            if result is not None and asyncio.iscoroutine(result):
                self._run_async(result)
            return True
        failure: Exception | None = None
        for listener in listeners:
            try:
                result = listener(*args)
                if result is not None and asyncio.iscoroutine(result):
                    self._run_async(result)
            except Exception as error:
                if failure is None:
                    failure = error
                else:
                    console.error(error)
        if failure is not None:
            raise failure
        return True

    # Inside

    def _add(
        self,
        name: str,
        listener: Listener | None,
        again: Callable[..., Any],
        place: Callable[[tuple[Listener, ...], Listener], tuple[Listener, ...]],
    ) -> Any:
        if listener is None:
            return self._decorator(again, name)
        _check(name, listener)
        self._listeners[name] = place(self._listeners.get(name, ()), listener)
        return self

    def _decorator(self, add: Callable[..., Any], name: str) -> Callable[[L], L]:
        def decorate(listener: L) -> L:
            add(name, listener)
            return listener

        return decorate

    def _keep(self, name: str, listeners: tuple[Listener, ...]) -> None:
        if listeners:
            self._listeners[name] = listeners
        else:
            self._listeners.pop(name, None)

    def _run_async(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        home = background()
        task = home.loop.create_task(coroutine) if home.inside() else home.submit(coroutine)
        _running.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: Any) -> None:
        _running.discard(task)
        if not task.cancelled():
            error = task.exception()
            if isinstance(error, Exception):
                self._listener_failed(error)

    def _listener_failed(self, error: Exception) -> None:
        """An `async` listener raised."""
        console.error(error)


class _Once:
    """A listener that takes itself off the list before it runs."""

    __slots__ = ("_emitter", "_name", "listener")

    def __init__(self, emitter: EventEmitter, name: str, listener: Listener) -> None:
        self._emitter = emitter
        self._name = name
        self.listener = listener

    def __call__(self, *args: Any) -> Any:
        left = tuple(x for x in self._emitter._listeners.get(self._name, ()) if x is not self)
        self._emitter._keep(self._name, left)
        return self.listener(*args)


def _check(name: object, listener: object) -> None:
    if not isinstance(name, str):
        raise TypeError(f"an event's name is a str, not {type(name).__name__}")
    if not callable(listener):
        raise TypeError(f"the listener for {name!r} must be a function, not {listener!r}")
