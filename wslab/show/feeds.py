"""`show.feeds` and `show.staleness`: what it cost to follow a price, and what each client believed.

Both take the results of `wslab.net.feeds.measure`. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from wslab.show.plots import SETTINGS, Plot
from wslab.show.theme import BLUE, GREEN, LIGHT_DIM, ORANGE, RED
from wslab.show.words import plural

Axes = Any  # matplotlib's: it is imported only when something is drawn

BAR = 0.62


class UpdateLike(Protocol):
    """A published value."""

    @property
    def number(self) -> int: ...
    @property
    def price(self) -> float: ...
    @property
    def at(self) -> float: ...


class SeenLike(Protocol):
    """The moment at which a client knew it."""

    @property
    def number(self) -> int: ...
    @property
    def at(self) -> float: ...


class ResultLike(Protocol):
    """What a result must have; `wslab.net.feeds.Result` has it."""

    @property
    def technique(self) -> str: ...
    @property
    def connections(self) -> int: ...
    @property
    def requests(self) -> int: ...
    @property
    def bytes_up(self) -> int: ...
    @property
    def bytes_down(self) -> int: ...
    @property
    def payload_per_update(self) -> float: ...
    @property
    def overhead_per_update(self) -> float: ...
    @property
    def median(self) -> float: ...
    @property
    def p95(self) -> float: ...
    @property
    def idle_bytes(self) -> float: ...
    @property
    def published(self) -> Sequence[UpdateLike]: ...
    @property
    def seen(self) -> Sequence[SeenLike]: ...


def feeds(results: Iterable[ResultLike]) -> Plot:
    """Bars beside each other, a row for each technique: connections and requests, bytes for each
    change, staleness, bytes in an idle minute.
    """
    found = _some(results)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9.4, 0.52 * len(found) + 1.25), layout="constrained")
        axes = figure.subplots(1, 4, sharey=True, gridspec_kw={"width_ratios": [2, 3, 3, 2.6]})
        _requests(axes[0], found)
        _bytes(axes[1], found)
        _staleness(axes[2], found)
        _idle(axes[3], found)
        names = [result.technique.replace(", ", ",\n") for result in found]
        axes[0].set_yticks(range(len(found)), names)
        axes[0].invert_yaxis()
        for one in axes:
            one.tick_params(length=0)
            one.set_xticks([])
            one.spines["bottom"].set_visible(False)
            one.margins(x=0.42)
            one.set_xlim(left=0)
    return Plot(
        figure,
        title="What each technique cost, and how stale its prices were",
        description=(
            "A row of bars for each technique: "
            + ", ".join(result.technique for result in found)
            + ". Requests and connections; bytes on the wire for each change, "
            "news and overhead, up and down; "
            "milliseconds until the client knew, median and 95th percentile; bytes in a minute of "
            "silence. The figures are this run's own, and written at the bars."
        ),
        alt=" ".join(_told(result) for result in found),
        what=f"feeds: {len(found)} techniques",
    )


def _requests(axes: Axes, results: Sequence[ResultLike]) -> None:
    labels = [f"{result.requests:,} on {result.connections:,}" for result in results]
    _bars(axes, [result.requests for result in results], labels, BLUE)
    axes.set_title("HTTP requests\non connections", loc="left")


def _bytes(axes: Axes, results: Sequence[ResultLike]) -> None:
    news = [result.payload_per_update for result in results]
    rest = [result.overhead_per_update for result in results]
    axes.barh(range(len(results)), news, BAR, color=GREEN, label="news")
    axes.barh(
        range(len(results)), rest, BAR, left=news, color=ORANGE, alpha=0.75, hatch="///",
        edgecolor="white", linewidth=0, label="overhead",
    )  # fmt: skip
    labels = [
        f"{a:,.0f} + {b:,.0f}\n↑ {r.bytes_up / len(r.published):,.0f}"
        f"  ↓ {r.bytes_down / len(r.published):,.0f}"
        for a, b, r in zip(news, rest, results, strict=True)
    ]
    _write(axes, [a + b for a, b in zip(news, rest, strict=True)], labels)
    axes.set_title("bytes for each change\n■ news + ▨ overhead", loc="left")


def _staleness(axes: Axes, results: Sequence[ResultLike]) -> None:
    medians = [result.median * 1000 for result in results]
    tails = [result.p95 * 1000 for result in results]
    axes.barh(range(len(results)), medians, BAR, color=RED)
    for place, (median, tail) in enumerate(zip(medians, tails, strict=True)):
        axes.plot([median, tail], [place, place], color=RED, linewidth=1.5)
        axes.plot([tail], [place], color=RED, marker="|", markersize=9, markeredgewidth=1.5)
    labels = [f"{_short(a)} – {_short(b)}" for a, b in zip(medians, tails, strict=True)]
    _write(axes, tails, labels)
    axes.set_title("ms until the client knew\n■ median –| 95th percentile", loc="left")


def _idle(axes: Axes, results: Sequence[ResultLike]) -> None:
    values = [result.idle_bytes for result in results]
    _bars(axes, values, [f"{value:,.0f}" for value in values], BLUE)
    axes.set_title("bytes in a minute\nwithout a change", loc="left")


def _bars(axes: Axes, values: Sequence[float], labels: Sequence[str], colour: str) -> None:
    axes.barh(range(len(values)), values, BAR, color=colour)
    _write(axes, values, labels)


def _write(axes: Axes, ends: Sequence[float], labels: Sequence[str]) -> None:
    for place, (end, label) in enumerate(zip(ends, labels, strict=True)):
        axes.annotate(
            label, (end, place), xytext=(5, 0), textcoords="offset points", va="center", fontsize=9
        )


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _told(result: ResultLike) -> str:
    return (
        f"{result.technique}: {plural(result.requests, 'request')} on"
        f" {plural(result.connections, 'connection')},"
        f" {result.payload_per_update:.0f} bytes of news and {result.overhead_per_update:.0f} of"
        f" overhead for each change, known after {_short(result.median * 1000)} ms at the median"
        f" and {_short(result.p95 * 1000)} ms at the 95th percentile,"
        f" {result.idle_bytes:.0f} bytes in an idle minute."
    )


def staleness(results: Iterable[ResultLike]) -> Plot:
    """The price against time, grey, and what each client believed it was: a strip for each
    technique.
    """
    found = _some(results)
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
            + ", ".join(result.technique for result in found)
            + ". A thick grey line for the price as it was, steps up and down; over it a thin "
            "line for the price as the client knew it. Where the thin line lags, the client was "
            "out of date."
        ),
        alt="The price against time, a thick line, and what each client believed, a thin one. "
        + " ".join(
            f"{r.technique}: behind by {_short(r.median * 1000)} ms at the median." for r in found
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


def _some(results: Iterable[ResultLike]) -> list[ResultLike]:
    found = list(results)
    if not found:
        raise ValueError("there is nothing to show: give the results of feeds.measure()")
    return found
