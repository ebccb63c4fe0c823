"""The errors that a page gets, under the DOM's names (WHATWG Web IDL, "DOMException").

In a browser all of these are one class, and `name` tells them apart. Here each name is a class
too, so that `except InvalidStateError` reads as Python. `SyntaxError` is the DOM's and not
Python's: it says that a URL, a subprotocol or a close reason is malformed. Ask for it as
`browser.SyntaxError`.

NeverComes is no browser's: it belongs to `WebSocket.wait`, which pages do not have.
"""

from __future__ import annotations

from typing import ClassVar

from wslab.net.explain import shown_plainly

# Web IDL keeps these numbers for old pages; a name without one has 0.
LEGACY_CODES = {"SyntaxError": 12, "InvalidStateError": 11, "InvalidAccessError": 15}


@shown_plainly
class DOMException(Exception):
    """An error of the DOM. `name` says which, `message` why, `code` is its number from before
    names.
    """

    default_name: ClassVar[str] = "Error"

    def __init__(self, message: str = "", name: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.name = self.default_name if name is None else name

    @property
    def code(self) -> int:
        return LEGACY_CODES.get(self.name, 0)


class InvalidStateError(DOMException):
    """The object is in a state that does not allow this, as `send` before `open`."""

    default_name = "InvalidStateError"


class InvalidAccessError(DOMException):
    """The object does not allow this, as a close code that is not a page's to use."""

    default_name = "InvalidAccessError"


class SyntaxError(DOMException):
    """A string does not have the form that it must have. Not Python's SyntaxError."""

    default_name = "SyntaxError"


@shown_plainly
class NeverComes(RuntimeError):
    """`wait` was asked for an event that can no longer happen. No browser has this error."""
