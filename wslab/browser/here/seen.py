"""What a page did, or what was recorded for where no page answers; and how a cell shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from wslab.browser.here.channel import Page
from wslab.browser.here.outputs import Island
from wslab.net.loop import background

NOTHING = "This is drawn where a browser shows the notebook and the cell has run in it."
S = TypeVar("S", bound="Seen")


class Drawn(Protocol):
    """What a view makes: everything of wslab.show is such a thing."""

    @property
    def html(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Seen:
    """label: where this comes from, as a heading. recorded: the same from the recording, None
    where there is none. page: the page that did it, None for what was recorded.
    """

    label: str
    recorded: Any = None  # of the same class
    page: Page | None = None

    @property
    def live(self) -> bool:
        """Whether the page that shows this notebook did it just now."""
        return self.page is not None

    def draw(self: S, view: Callable[[S], Drawn]) -> Island:
        """What `view` makes of this, for the page alone; and what it makes of the recording, to be
        stored in the notebook.

        So a notebook that was run in a browser and one that was not are the same.
        """
        if self.recorded is None:
            stored = Island(f"<p>{NOTHING}</p>", NOTHING)
        else:
            drawn = view(self.recorded)
            stored = Island(drawn.html, drawn.text)
        if self.page is not None and self.page.open:
            background().call(self.page.put, stored.key, {"html": view(self).html})
        return stored
