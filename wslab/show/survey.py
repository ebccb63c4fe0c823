"""`show.tradeoff`, `show.crossover`, `show.crowd`: techniques in a plane, by what they cost.

They take the results of `wslab.net.feeds.measure`, and the points of `rates` and `crowds`. Several
techniques cost nearly the same, so each has a colour, a mark and a size of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from wslab.show.feeds import Axes, ResultLike, short, some
from wslab.show.plots import SETTINGS, Plot
from wslab.show.theme import BLUE, GREEN, LIGHT_DIM, LIGHT_INK, LIGHT_LINE, ORANGE, PURPLE, RED

# Colour, mark, size, line. Where points cover each other, the later ones are smaller.
LOOKS = (
    (ORANGE, "s", 9, "-"),
    (RED, "o", 8, "--"),
    (PURPLE, "^", 9, "-"),
    (GREEN, "D", 9, "-"),
    (LIGHT_INK, "P", 8, ":"),
    (BLUE, "o", 7, "-"),
    (BLUE, "x", 5, "--"),
)


class PointLike(Protocol):
    """What a point must have; `wslab.net.feeds.Point` has it."""

    @property
    def technique(self) -> str: ...
    @property
    def rate(self) -> float: ...
    @property
    def clients(self) -> int: ...
    @property
    def round_trip(self) -> float: ...
    @property
    def bytes_per_update(self) -> float: ...
    @property
    def median(self) -> float: ...
    @property
    def cpu_per_10_000(self) -> float: ...
    @property
    def computed(self) -> bool: ...


Value = Callable[[PointLike], float]


def tradeoff(results: Iterable[ResultLike]) -> Plot:
    """A point for each technique: bytes for each change to the right, staleness upwards."""
    found = some(results)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(9.4, 3.9), layout="constrained")
        axes: Any = figure.subplots()
        for place, result in enumerate(found):
            colour, mark, size, _ = LOOKS[place % len(LOOKS)]
            x, low, high = result.bytes_per_update, result.median * 1000, result.p95 * 1000
            axes.plot([x, x], [low, high], color=colour, linewidth=1.2, alpha=0.6)
            axes.plot([x], [low], color=colour, marker=mark, markersize=size, linestyle="none",
                      label=result.technique)  # fmt: skip
        _scales(
            axes, "bytes for each change", "ms until the client knew,\nmedian to 95th percentile"
        )
        axes.annotate(
            "cheap and fresh", (0.02, 0.03), xycoords="axes fraction", fontsize=9, color=LIGHT_DIM
        )
        figure.legend(loc="outside right center", frameon=False, labelspacing=0.9)
    return Plot(
        figure,
        title="How stale a price was, against the bytes that it cost",
        description=(
            "A point for each technique: "
            + "; ".join(result.technique for result in found)
            + ". To the right the bytes for each change, upwards the milliseconds until the client "
            "knew, both on logarithmic scales. A line leads from the median up to the 95th "
            "percentile. Bottom left is best."
        ),
        alt=" ".join(
            f"{r.technique}: {r.bytes_per_update:.0f} bytes, {short(r.median * 1000)} ms."
            for r in found
        ),
        what=f"tradeoff: {len(found)} techniques",
    )


def crossover(points: Iterable[PointLike]) -> Plot:
    """Lines against the rate of change: bytes for each change, and staleness."""
    return _lines(
        points,
        x=lambda point: point.rate,
        along="changes in a second",
        panels=[
            (lambda point: point.bytes_per_update, "bytes for each change"),
            (lambda point: point.median * 1000, "ms until the client knew, median"),
        ],
        title="What a change costs, and how late it is known, at each rate of change",
        what="crossover",
    )


def crowd(points: Iterable[PointLike]) -> Plot:
    """Lines against the number of clients: what the server computes, and staleness."""
    return _lines(
        points,
        x=lambda point: float(point.clients),
        along="clients",
        panels=[
            (lambda point: point.cpu_per_10_000, "server seconds in 10,000 changes"),
            (lambda point: point.median * 1000, "ms until the client knew, median"),
        ],
        title="What the server computes, and how late a change is known, in a crowd",
        what="crowd",
    )


def _lines(
    points: Iterable[PointLike],
    *,
    x: Value,
    along: str,
    panels: Sequence[tuple[Value, str]],
    title: str,
    what: str,
) -> Plot:
    found = list(points)
    if not found:
        raise ValueError("there is nothing to show: give the points of feeds.rates() or crowds()")
    names = list(dict.fromkeys(point.technique for point in found))
    if len({(point.technique, x(point), point.round_trip) for point in found}) < len(found):
        raise ValueError(f"a line would go back and forth: choose points that differ in {along}")
    if len({point.round_trip for point in found}) > 1:
        raise ValueError("near and far are two plots: choose points of one round trip")
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(10.4, 3.9), layout="constrained")
        drawn: Any = figure.subplots(1, len(panels), squeeze=False)[0]
        for axes, (value, label) in zip(drawn, panels, strict=True):
            for place, name in enumerate(names):
                mine = sorted((p for p in found if p.technique == name), key=x)
                _line(axes, place, mine, x, value)
            _scales(axes, along, "")
            axes.set_xticks(sorted({x(point) for point in found}), minor=False)
            axes.set_title(label, loc="left")
        handles, labels = drawn[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right center", frameon=False, labelspacing=0.9)
    hollow = " Hollow marks are computed, not measured." if any(p.computed for p in found) else ""
    return Plot(
        figure,
        title=title,
        description=(
            f"A line for each technique: {'; '.join(names)}. To the right: {along}. Upwards: "
            + "; ".join(label for _, label in panels)
            + f". All on logarithmic scales.{hollow}"
        ),
        alt=" ".join(
            f"{p.technique}, {along} {x(p):g}{', computed' * p.computed}: "
            + ", ".join(f"{short(value(p))} {label}" for value, label in panels)
            + "."
            for p in found
        ),
        what=f"{what}: {len(names)} techniques",
    )


def _line(axes: Axes, place: int, points: Sequence[PointLike], x: Value, value: Value) -> None:
    colour, mark, size, line = LOOKS[place % len(LOOKS)]
    axes.plot(
        [x(point) for point in points], [value(point) for point in points], line, color=colour,
        marker=mark, markersize=size, linewidth=1.6, label=points[0].technique,
    )  # fmt: skip
    for point in points:
        if point.computed:
            axes.plot([x(point)], [value(point)], mark, color=colour, markersize=size,
                      markerfacecolor="white")  # fmt: skip


def _scales(axes: Axes, along: str, up: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axis.set_minor_locator(NullLocator())
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.margins(0.12)
    axes.grid(color=LIGHT_LINE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)
    axes.set_xlabel(along)
    axes.set_ylabel(up)
