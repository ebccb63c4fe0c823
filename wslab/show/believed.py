"""`show.staleness`: the price, and what each client believed it was.

Takes the results of `wslab.net.feeds.measure`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wslab.show.feeds import Axes, ResultLike, short, some
from wslab.show.plots import SETTINGS, Plot
from wslab.show.theme import LIGHT_DIM, RED


def staleness(results: Iterable[ResultLike]) -> Plot:
    """The price against time, grey, and what each client believed it was: a strip for each
    technique.
    """
    found = some(results)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9.4, 1.15 * len(found) + 0.6), layout="constrained")
        strips: Any = figure.subplots(len(found), 1, sharex=True, squeeze=False)
        for place, result in enumerate(found):
            _strip(strips[place][0], result)
        strips[-1][0].set_xlabel("seconds")
        strips[0][0].set_title(
            "thick: the price · thin: what the client believed", loc="right", pad=2
        )
    return Plot(
        figure,
        title="The price, and what each client believed",
        description=(
            "A strip for each technique: "
            + "; ".join(result.technique for result in found)
            + ". A thick grey line for the price as it was, steps up and down; over it a thin "
            "line for the price as the client knew it. Where the thin line lags, the client was "
            "out of date."
        ),
        alt="The price against time, a thick line, and what each client believed, a thin one. "
        + " ".join(
            f"{r.technique}: behind by {short(r.median * 1000)} ms at the median." for r in found
        ),
        what=f"staleness: {len(found)} techniques",
    )


def _strip(axes: Axes, result: ResultLike) -> None:
    prices = {update.number: update.price for update in result.published}
    began = result.published[0].at - 0.1
    end = result.published[-1].at + 0.25
    truth = [(update.at - began, update.price) for update in result.published]
    known = [(s.at - began, prices[s.number]) for s in result.seen if s.number in prices]
    for points, colour, width in ((truth, "#c4c9cf", 6.0), (known, RED, 1.8)):
        drawn = [*points, (end - began, points[-1][1])] if points else []
        times, heights = [t for t, _ in drawn], [price for _, price in drawn]
        axes.step(times, heights, where="post", color=colour, linewidth=width)
    axes.set_title(result.technique, loc="left", pad=2)
    axes.set_yticks([])
    axes.margins(x=0.005, y=0.18)
    axes.tick_params(length=0, labelcolor=LIGHT_DIM)
    axes.spines["left"].set_visible(False)
