"""Handlers of events that come from clients: `wslab.node`'s emitter, made safe for what a client
sends.

As in JavaScript, a handler that takes fewer arguments gets fewer, and one that takes more gets None
for those that are missing. Otherwise a client could raise a TypeError in any handler, with one
argument too many.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from wslab.node.events import EventEmitter

Handler = Callable[..., Any]


class FlexibleHandler:
    """A handler that may be called with any number of arguments."""

    __slots__ = ("least", "listener", "most")

    def __init__(self, listener: Handler) -> None:
        self.listener = listener  # the name by which EventEmitter finds the original again
        self.least, self.most = _arity(listener)

    def __call__(self, *args: Any) -> Any:
        missing = self.least - len(args)
        if missing > 0:
            args += (None,) * missing
        return self.listener(*args if self.most is None else args[: self.most])


def _arity(handler: Handler) -> tuple[int, int | None]:
    """How many positional arguments a function needs, and how many it takes (None: any number)."""
    if not callable(handler):
        raise TypeError(f"a handler must be a function, not {handler!r}")
    try:
        parameters = list(inspect.signature(handler).parameters.values())
    except (TypeError, ValueError):  # some builtins don't say what they take
        return 0, None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    least = sum(p.default is p.empty for p in positional)
    anything = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return least, None if anything else len(positional)


class Listeners(EventEmitter):
    """The handlers of one socket or namespace; `failed` gets what an `async` one raised."""

    def __init__(self, failed: Callable[[Exception], None] | None = None) -> None:
        super().__init__()
        self._failed = failed

    def listen(self, event: str, handler: Handler | None) -> Any:
        """Add a handler; without one, a decorator."""
        if handler is None:
            return lambda decorated: (self.listen(event, decorated), decorated)[1]
        self.on(event, FlexibleHandler(handler))
        return handler

    def _listener_failed(self, error: Exception) -> None:
        if self._failed is not None:
            self._failed(error)
        else:
            super()._listener_failed(error)
