"""`show.feeds`: what it cost to follow a price, as bars.

Takes the results of `wslab.net.feeds.measure`. matplotlib is imported when something is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from wslab.show.plots import SETTINGS, Plot
from wslab.show.theme import BLUE, GREEN, GREY, LIGHT_DIM, ORANGE, PURPLE, RED
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
    def head_bytes(self) -> int: ...
    @property
    def delivered(self) -> int: ...
    @property
    def bytes_per_update(self) -> float: ...
    @property
    def payload_per_update(self) -> float: ...
    @property
    def median(self) -> float: ...
    @property
    def p95(self) -> float: ...
    @property
    def cpu_per_10_000(self) -> float: ...
    @property
    def idle_bytes(self) -> float: ...
    @property
    def published(self) -> Sequence[UpdateLike]: ...
    @property
    def seen(self) -> Sequence[SeenLike]: ...


def feeds(results: Iterable[ResultLike]) -> Plot:
    """Bars beside each other, a row for each technique: connections and requests, bytes for each
    change, staleness, what the server computed, bytes in an idle minute.
    """
    found = some(results)
    left_out: list[str] = getattr(results, "left_out", [])
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(10.4, 0.52 * len(found) + 1.25), layout="constrained")
        axes = figure.subplots(1, 5, sharey=True, width_ratios=[2, 3.1, 2.9, 2.3, 2.1])
        _requests(axes[0], found)
        _bytes(axes[1], found)
        _staleness(axes[2], found)
        _computing(axes[3], found)
        _idle(axes[4], found)
        names = [result.technique.replace(", ", ",\n") for result in found]
        axes[0].set_yticks(range(len(found)), names)
        axes[0].invert_yaxis()
        for one in axes:
            one.tick_params(length=0)
            one.set_xticks([])
            one.spines["bottom"].set_visible(False)
            one.margins(x=0.42)
            one.set_xlim(left=0)
        if left_out:
            figure.supxlabel("\n".join(left_out), fontsize=9, color=LIGHT_DIM)
    return Plot(
        figure,
        title="What each technique cost, and how stale its prices were",
        description=(
            "A row of bars for each technique: "
            + "; ".join(result.technique for result in found)
            + ". Requests and connections; bytes on the wire for each change: news, heads and the "
            "rest, up and down; milliseconds until the client knew, median and 95th percentile; "
            "seconds of computing for 10,000 changes; bytes in a minute of silence. The figures "
            "are this run's own, and written at the bars." + "".join(f" {x}." for x in left_out)
        ),
        alt=" ".join(_told(result) for result in found),
        what=f"feeds: {len(found)} techniques",
    )


def _requests(axes: Axes, results: Sequence[ResultLike]) -> None:
    labels = [f"{result.requests:,} on {result.connections:,}" for result in results]
    _bars(axes, [result.requests for result in results], labels, BLUE)
    axes.set_title("HTTP requests\non connections", loc="left")


def _parts(result: ResultLike) -> tuple[float, float, float]:
    """The bytes of a change: news, heads, the rest. Compressed news is less than its text."""
    heads = result.head_bytes / result.delivered
    news = min(result.payload_per_update, result.bytes_per_update - heads)
    return news, heads, result.bytes_per_update - heads - news


def _bytes(axes: Axes, results: Sequence[ResultLike]) -> None:
    parts = [_parts(result) for result in results]
    looks = [(GREEN, ""), (ORANGE, "///"), (GREY, "")]
    begin = [0.0] * len(parts)
    for place, (colour, hatch) in enumerate(looks):
        sizes = [part[place] for part in parts]
        axes.barh(
            range(len(parts)), sizes, BAR, left=begin, color=colour, hatch=hatch,
            edgecolor="white", linewidth=0,
        )  # fmt: skip
        begin = [a + b for a, b in zip(begin, sizes, strict=True)]
    labels = [
        f"{news:,.0f} + {heads:,.0f} + {rest:,.0f}\n↑ {r.bytes_up / r.delivered:,.0f}"
        f"  ↓ {r.bytes_down / r.delivered:,.0f}"
        for (news, heads, rest), r in zip(parts, results, strict=True)
    ]
    _write(axes, begin, labels)
    axes.set_title("bytes for each change\nnews + ▨ heads + rest", loc="left")


def _staleness(axes: Axes, results: Sequence[ResultLike]) -> None:
    medians = [result.median * 1000 for result in results]
    tails = [result.p95 * 1000 for result in results]
    axes.barh(range(len(results)), medians, BAR, color=RED)
    for place, (median, tail) in enumerate(zip(medians, tails, strict=True)):
        axes.plot([median, tail], [place, place], color=RED, linewidth=1.5)
        axes.plot([tail], [place], color=RED, marker="|", markersize=9, markeredgewidth=1.5)
    labels = [f"{short(a)} – {short(b)}" for a, b in zip(medians, tails, strict=True)]
    _write(axes, tails, labels)
    axes.set_title("ms until the client knew\n■ median –| 95th percentile", loc="left")


def _computing(axes: Axes, results: Sequence[ResultLike]) -> None:
    values = [result.cpu_per_10_000 for result in results]
    _bars(axes, values, [short(value) for value in values], PURPLE)
    axes.set_title("server seconds\nin 10,000 changes", loc="left")


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


def short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def _told(result: ResultLike) -> str:
    news, heads, rest = _parts(result)
    return (
        f"{result.technique}: {plural(result.requests, 'request')} on"
        f" {plural(result.connections, 'connection')},"
        f" {news:.0f} bytes of news, {heads:.0f} of heads and {rest:.0f} more for each change,"
        f" known after {short(result.median * 1000)} ms at the median"
        f" and {short(result.p95 * 1000)} ms at the 95th percentile,"
        f" {short(result.cpu_per_10_000)} s of computing for 10,000 changes,"
        f" {result.idle_bytes:.0f} bytes in an idle minute."
    )


def some(results: Iterable[ResultLike]) -> list[ResultLike]:
    found = list(results)
    if not found:
        raise ValueError("there is nothing to show: give the results of feeds.measure()")
    return found
