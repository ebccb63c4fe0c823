"""A plot as a notebook output: a PNG on light paper of its own, so that it reads in any theme.

For figures that differ on each run. The picture is not part of what a stored output is compared
by; the text beside it is, and stays the same.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Container
from typing import Any

from wslab.show.display import Display
from wslab.show.svg import clean
from wslab.show.theme import LIGHT_DIM, LIGHT_INK, LIGHT_LINE, LIGHT_PAPER

Figure = Any  # matplotlib's: it is imported only when something is drawn
# Small enough for a message under 64 KiB: for larger ones pyzmq starts a thread in the kernel, and
# the end of a lesson would find it left over.
DPI = 170  # finer than it is shown, for screens with small pixels
SHOWN_DPI = 100
COLOURS = 64  # enough for flat bars and the soft edges of letters
SETTINGS: Any = {  # matplotlib types these by name, one by one
    "font.size": 10,
    "font.family": "sans-serif",
    "axes.edgecolor": LIGHT_LINE,
    "axes.labelcolor": LIGHT_INK,
    "axes.titlecolor": LIGHT_INK,
    "axes.titlesize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "xtick.color": LIGHT_DIM,
    "ytick.color": LIGHT_INK,
    "text.color": LIGHT_INK,
    "hatch.linewidth": 0.6,
    "figure.facecolor": LIGHT_PAPER,
    "axes.facecolor": LIGHT_PAPER,
}


class Plot(Display):
    """A drawn matplotlib figure. `title` and `description` hold on every run; `alt` may have the
    figures of this one.
    """

    def __init__(
        self, figure: Figure, *, title: str, description: str, alt: str, what: str = "plot"
    ) -> None:
        self.png = _png(figure)
        self.width = round(figure.get_figwidth() * SHOWN_DPI)
        self.title = title
        self.description = description
        self.alt = alt
        self._what = what

    def __repr__(self) -> str:
        return f"<{self._what}>"

    @property
    def text(self) -> str:
        """Title and description."""
        return f"{self.title}\n{self.description}"

    @property
    def html(self) -> str:
        """The picture as HTML, alternative text included."""
        data = base64.b64encode(self.png).decode()
        return (
            f'<img alt="{clean(self.alt)}" width="{self.width}" style="max-width:100%"'
            f' src="data:image/png;base64,{data}">'
        )

    def _repr_mimebundle_(  # type: ignore[override]
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.text}
        return data, {"image/png": {"width": self.width, "alt": self.alt}}


def _png(figure: Figure) -> bytes:
    """The figure with a palette: a third of the size, for notebooks that are kept in git."""
    from PIL import Image  # matplotlib brings it

    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    octree = Image.Quantize.FASTOCTREE  # it keeps colours that few pixels have
    picture = Image.open(drawn).convert("RGB").quantize(COLOURS, octree, dither=Image.Dither.NONE)
    picture.save(small, "png", optimize=True)
    return small.getvalue()
