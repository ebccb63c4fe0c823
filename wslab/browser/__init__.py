"""Floor 2: WebSocket as a web developer knows it, the DOM's names and rules in Python.

    from wslab.browser import WebSocket

`WebSocket` follows the WHATWG WebSockets standard, whose names are kept as they are. The errors
are here too, among them `SyntaxError`, which is the DOM's and hides Python's where it is imported
by name.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wslab.browser.blob import Blob
from wslab.browser.errors import DOMException, InvalidAccessError, InvalidStateError, NeverComes
from wslab.browser.errors import SyntaxError as SyntaxError
from wslab.browser.events import CloseEvent, Event, MessageEvent
from wslab.browser.target import EventTarget
from wslab.browser.websocket import WebSocket

if TYPE_CHECKING:
    from wslab.browser import here
    from wslab.browser.library import SCENARIOS, Recording, recorded
    from wslab.browser.scenarios import Scenario, play
    from wslab.browser.upgrade import RecordedUpgrade, recorded_upgrade

# The recordings and what plays them are for lessons; a program that connects does without, and
# starts sooner.
_WHEN_ASKED_FOR = {
    "SCENARIOS": "library",
    "Recording": "library",
    "recorded": "library",
    "Scenario": "scenarios",
    "play": "scenarios",
    "RecordedUpgrade": "upgrade",
    "recorded_upgrade": "upgrade",
}


def __getattr__(name: str) -> Any:
    if name == "here":
        return import_module(f"{__name__}.here")
    if name not in _WHEN_ASKED_FOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHEN_ASKED_FOR[name]}"), name)


__all__ = [  # without SyntaxError, so that `import *` leaves Python's alone
    "SCENARIOS",
    "Blob",
    "CloseEvent",
    "DOMException",
    "Event",
    "EventTarget",
    "InvalidAccessError",
    "InvalidStateError",
    "MessageEvent",
    "NeverComes",
    "RecordedUpgrade",
    "Recording",
    "Scenario",
    "WebSocket",
    "here",
    "play",
    "recorded",
    "recorded_upgrade",
]
