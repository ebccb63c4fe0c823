"""Between a cell and the background loop.

All sockets live on the background loop, and so do the handlers. A method of this package may be
called there, or from a cell, which is another thread. In a handler it runs at once; from a cell it
is handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from wslab.net.console import console
from wslab.net.loop import background

T = TypeVar("T")


def on_loop(function: Callable[..., object], *args: object) -> None:
    """Run a function on the background loop: at once when already there, else soon, in order.

    What it raises comes back to a handler; from a cell, which has gone on, it goes to the log.
    """
    home = background()
    if home.inside():
        function(*args)
    else:
        home.loop.call_soon_threadsafe(_logged, function, args)


def wait_on_loop(function: Callable[..., T], *args: object) -> T:
    """Run a function on the background loop and return its result, or raise what it raised."""
    home = background()
    if home.inside():
        return function(*args)

    async def call() -> T:
        return function(*args)

    return home.run(call())


def soon(function: Callable[..., object], *args: object) -> None:
    """Run a function on the background loop after the handler that runs now: process.nextTick."""
    home = background()
    if home.inside():
        home.loop.call_soon(_logged, function, args)
    else:
        home.loop.call_soon_threadsafe(_logged, function, args)


def _logged(function: Callable[..., object], args: tuple[object, ...]) -> None:
    try:
        function(*args)
    except Exception as error:
        console.error(error)
