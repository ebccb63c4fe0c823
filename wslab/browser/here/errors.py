"""What can go wrong in a page that a cell talks to."""

from __future__ import annotations

from wslab.net.explain import shown_plainly


@shown_plainly
class ScriptFailed(RuntimeError):
    """The page's script raised an error and did not catch it. name: JavaScript's, "TypeError"."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"the page's script raised {name}: {message}")
        self.name = name
        self.message = message


@shown_plainly
class PageClosed(RuntimeError):
    """The page went away while a cell waited for it."""

    def __init__(self) -> None:
        super().__init__(
            "the page was closed or loaded anew before its script had ended: run the cell again"
        )
