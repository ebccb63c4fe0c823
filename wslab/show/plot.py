"""One look for the plots of the lessons: the pictures' colours, and SVG that is the same on each
run.

matplotlib is imported when it is first needed, not with wslab.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

from wslab.show.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, RED

CYCLE = (BLUE, RED, GREEN, PURPLE, ORANGE, GREY)
# Never colour alone: each line has its own dashes and its own marker too.
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")


def plot_settings() -> dict[str, Any]:
    """The matplotlib settings (rcParams), for `with
    matplotlib.rc_context(show.plot_settings()):`."""
    from cycler import cycler

    dashes = list(islice(cycle(DASHES), len(CYCLE)))
    return {
        "axes.prop_cycle": cycler(color=CYCLE) + cycler(linestyle=dashes) + cycler(marker=MARKERS),
        "axes.grid": True,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.edgecolor": GREY,
        "axes.labelcolor": GREY,
        "axes.titlecolor": GREY,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "text.color": GREY,
        "grid.color": GREY,
        "grid.alpha": 0.3,
        # Grey on nothing can be read on white and on dark alike.
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        "legend.frameon": False,
        "figure.figsize": (8.0, 4.0),
        "font.family": "sans-serif",
        "lines.linewidth": 2.0,
        "lines.markersize": 6.0,
        # The same drawing gives the same bytes: no random ids, texts as texts.
        "svg.hashsalt": "wslab",
        "svg.fonttype": "none",
    }


def plot_style() -> None:
    """Use the settings for all plots from here on, and have notebooks show plots as fixed SVG."""
    import matplotlib

    settings: Any = plot_settings()
    matplotlib.rcParams.update(settings)
    try:
        from IPython.core.getipython import get_ipython
        from matplotlib_inline import backend_inline
    except ImportError:
        return
    inline: Any = backend_inline
    if get_ipython() is not None:
        inline.set_matplotlib_formats("svg", metadata={"Date": None, "Creator": None})
