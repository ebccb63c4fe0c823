"""From the rounds of a run to its table: medians, and ratios taken round by round."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.benchmarks.figures import Figure, Numbers

FILE = Path(__file__).with_name("RESULTS.md")
Rounds = Mapping[str, Sequence[Numbers]]


def ratios(rounds: Rounds, peer: str) -> list[float]:
    """wslab's score over the peer's, for each round that both were in."""
    pairs = zip(rounds["wslab"], rounds[peer], strict=True)
    return [ours["score"] / theirs["score"] for ours, theirs in pairs]


def met(figure: Figure, rounds: Rounds, peer: str) -> bool:
    """Whether wslab reached what it is to reach beside this peer; "" stands for a plain number."""
    if peer:
        found = median(ratios(rounds, peer))
    else:
        found = median(numbers["score"] for numbers in rounds["wslab"])
    wanted = figure.targets[peer]
    return found <= wanted if figure.cost else found >= wanted


def lines(figure: Figure, rounds: Rounds) -> Iterator[str]:
    """The figure's part of the table, in Markdown."""
    yield f"## {figure.name}"
    yield ""
    yield " ".join((figure.measure.__doc__ or "").split())
    yield ""
    more = list(rounds["wslab"][0])[1:]
    head = ["server", figure.unit, "wslab / it", "lowest to highest", "wanted", *more]
    yield f"| {' | '.join(head)} |"
    yield "| --- |" + " ---: |" * (len(head) - 1)
    for peer, numbers in rounds.items():
        compared = ["", ""]
        if peer != "wslab":
            found = ratios(rounds, peer)
            compared = [f"{median(found):.2f}", f"{min(found):.2f} to {max(found):.2f}"]
        target = "" if peer == "wslab" and "" in figure.targets else peer
        wanted = ""
        if target in figure.targets:
            sign = "≤" if figure.cost else "≥"
            mark = "✓" if met(figure, rounds, target) else "✗"
            wanted = f"{sign} {figure.targets[target]:g} {mark}"
        values = [f"{median(n[name] for n in numbers):,.1f}" for name in more]
        score = median(n["score"] for n in numbers)
        shown = f"{score:,.0f}" if score >= 100 else f"{score:.2f}"
        yield f"| {' | '.join([peer, shown, *compared, wanted, *values])} |"
    yield ""


def document(
    results: Mapping[str, tuple[Figure, Rounds]], versions: Mapping[str, str], how: str
) -> str:
    """The whole of RESULTS.md."""
    rounds = max(len(r["wslab"]) for _, r in results.values())
    parts = [
        "# wslab beside its peers",
        "",
        f"Measured on {datetime.date.today()} in one run: `{how}`. Each number is the median of"
        f" {rounds} rounds, in which the servers took turns; a ratio is the median of the rounds'"
        " ratios. Numbers of a busy machine differ from run to run, ratios less so.",
        "",
        f"- {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}."
        " Server on one core, load on the other.",
        f"- {', '.join(f'{name} {version}' for name, version in versions.items())}",
        "- `server µs`: processor time of the server for one message. `load %`: how busy the load"
        " generator was; near 100 it is the load that is measured, and `server µs` tells more.",
        "",
    ]
    for figure, rounds_of in results.values():
        parts += lines(figure, rounds_of)
    return "\n".join(parts)


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()
