"""A conversation as the steps of a swimlane: one for each message, repetitive stretches folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wslab.net.dissect import (
    BodyItem,
    Direction,
    FrameItem,
    HTTP2Item,
    Item,
    RequestItem,
    ResponseItem,
)
from wslab.show import packets
from wslab.show.meaning import meaning
from wslab.show.source import Conversation, Tidy, content, kind_of
from wslab.show.words import plural, size, visible

REPEATS = 4  # from so many equal stretches on, the middle ones are folded
LONGEST = 4  # the longest stretch looked for, in steps


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow (or one fold, or one remark) of a swimlane.

    kind: request, response, body, unparsed, an opcode's name, "tcp", "fold" or "note".
    """

    kind: str
    label: str
    direction: Direction | None = None
    bytes: int = 0
    t: float = 0.0
    hover: str = ""
    switches: str = ""  # what the connection speaks from here on: WebSocket or HTTP/2
    wrong: bool = False
    sort: str = ""  # of the packets in it; of an answer, its first line
    items: tuple[Item, ...] = ()

    @property
    def shape(self) -> tuple[str, str | None, str]:
        """What makes two steps alike: messages may differ in content, requests may not."""
        words = self.label if self.kind in ("request", "response", "tcp") else ""
        return self.kind, self.direction, self.sort or words


def steps_of(conversation: Conversation, tidy: Tidy, *, fold: bool = True) -> list[Step]:
    """The steps of one connection, from TCP open to TCP close."""
    steps = _merge(conversation.items, tidy)
    record = conversation.record
    if record is not None:
        steps.insert(0, Step("tcp", "TCP connect", "up", t=record.opened))
        if record.left_out:
            steps.append(
                Step("note", f"{plural(record.left_out, 'byte')} not recorded: memory was full")
            )
        if record.closed is None:
            steps.append(Step("note", "still open"))
        else:
            way: Direction = "down" if record.ended_by == "server" else "up"
            ends = {"reset": "TCP reset", "refused": "the server could not be reached"}
            label = ends.get(record.ended_by or "", "TCP close")
            if record.reset_by:
                label += f" by the {record.reset_by}"
            closes = label == "TCP close"
            steps.append(Step("tcp", label, way if closes else None, t=record.closed))
    return [_worded(step, tidy) for step in (fold_steps(steps) if fold else steps)]


def _merge(items: Sequence[Item], tidy: Tidy) -> list[Step]:
    """Items to steps; a body of known length, and the end of a chunked one, join what is before."""
    steps: list[Step] = []
    last: dict[str, int] = {}
    for item in items:
        before = last.get(item.direction)
        joins = isinstance(item, BodyItem) and (
            item.framing == "length" or (item.last and not item.data)
        )
        has_packets = isinstance(item, BodyItem) and item.packets
        if joins and before is not None and not item.problems and not has_packets:
            step = steps[before]
            steps[before] = replace(step, bytes=step.bytes + item.size, items=(*step.items, item))
            continue
        last[item.direction] = len(steps)
        steps.append(_bare(item, tidy))
    return steps


def _bare(item: Item, tidy: Tidy) -> Step:
    """A step as far as folding needs it: only HTTP heads have their words already."""
    kind = kind_of(item)
    label = ""
    if isinstance(item, RequestItem):
        label = content(item, tidy, 48).removesuffix(f" {item.version}")
    elif isinstance(item, ResponseItem):
        label = content(item, tidy, 48).removeprefix(f"{item.version} ")
    return Step(
        kind,
        label,
        item.direction,
        item.size,
        item.t,
        switches=_switches(item),
        wrong=bool(item.problems) or kind == "unparsed",
        sort=packets.sorts(item.packets) if isinstance(item, FrameItem | BodyItem) else "",
        items=(item,),
    )


def _switches(item: Item) -> str:
    if not isinstance(item, ResponseItem) or item.status != 101:
        return ""
    if item.upgrade:
        return "WebSocket"
    return "HTTP/2" if item.get("Upgrade").lower() == "h2c" else ""


def _worded(step: Step, tidy: Tidy) -> Step:
    """The step with its words: those of most steps are folded away, and never made."""
    if not step.items:
        return step
    item = step.items[0]
    label = step.label
    if not label:
        name = {"body": "data", "unparsed": "not parsed:"}.get(step.kind, step.kind)
        if isinstance(item, FrameItem) and item.opcode < 8 and not item.fin:
            name += ", more follows"
        if isinstance(item, HTTP2Item) and item.stream:
            name += f" {item.stream}"
        label = f"{name} {content(item, tidy, 48)}".rstrip()
    if isinstance(item, FrameItem | BodyItem) and item.packets:
        label = tidy(packets.short(item.packets))
    elif step.kind == "response" and len(step.items) > 1:  # what it brings
        label = f"{label} {content(step.items[1], tidy, 40)}".rstrip()
        step = replace(step, sort=step.label)
    hover = [content(item, tidy, 200), visible(tidy(meaning(item)))]
    hover += [content(body, tidy, 200) for body in step.items[1:]]
    return replace(step, label=label, hover="\n".join(line for line in hover if line))


def fold_steps(steps: list[Step]) -> list[Step]:
    """The same steps, of four or more equal stretches only the first and the last kept."""
    out: list[Step] = []
    shapes = [step.shape for step in steps]
    i = 0
    while i < len(steps):
        length, end = _repeats(shapes, i)
        first = i + _phase(steps[i:end], length)
        times = (end - first) // length
        if times < REPEATS:
            out.append(steps[i])
            i += 1
            continue
        last = first + length * (times - 1)
        hidden = steps[first + length : last]
        out += steps[i : first + length]
        out.append(_fold(hidden, times - 2, length))
        out += steps[last : last + length]
        i = last + length
    return out


def _repeats(shapes: Sequence[tuple[str, str | None, str]], start: int) -> tuple[int, int]:
    """The shortest stretch from `start` on that repeats often enough, and where that ends."""
    for length in range(1, LONGEST + 1):
        end = start + length
        while end < len(shapes) and shapes[end] == shapes[end - length]:
            end += 1
        if end - start >= length * REPEATS:
            return length, end
    return 1, start + 1


def _phase(run: Sequence[Step], length: int) -> int:
    """Where in what repeats the first stretch begins: with what a client says after a server, so
    that a question and its answer stay together, whoever spoke first. Where the server's messages
    are the ones that are answered, it is the first and the last sizes that tell.
    """
    sizes = [step.bytes for step in run]
    alike = sizes[:length] == sizes[length : 2 * length]
    alike = alike and sizes[-length:] == sizes[-2 * length : -length]
    if len(run) < 2 * length or (alike and len(run) % length == 0):
        return 0
    turns = (
        place
        for place in range(length)
        if run[place].direction == "up" and run[place + length - 1].direction == "down"
    )
    return next(turns, 0)


def _fold(hidden: Sequence[Step], times: int, length: int) -> Step:
    up = sum(step.bytes for step in hidden if step.direction == "up")
    down = sum(step.bytes for step in hidden if step.direction == "down")
    sums = [f"{arrow} {size(count)}" for arrow, count in (("→", up), ("←", down)) if count]
    what = "more like this" if length == 1 else f"more like these {length}"
    return Step("fold", " · ".join([f"{times:,} {what}", *sums]))


def fold_connections(all_steps: list[tuple[int, list[Step]]]) -> list[tuple[str, list[Step]]]:
    """Connections with a heading each; of four or more equal ones in a row only the first is
    kept."""
    out: list[tuple[str, list[Step]]] = []
    i = 0
    while i < len(all_steps):
        number, steps = all_steps[i]
        shape = [step.shape for step in steps]
        same = i + 1
        while same < len(all_steps) and [step.shape for step in all_steps[same][1]] == shape:
            same += 1
        out.append((f"connection {number}", steps))
        if same - i >= REPEATS:
            hidden = [step for _, group in all_steps[i + 1 : same] for step in group]
            first, last = all_steps[i + 1][0], all_steps[same - 1][0]
            fold = _fold(hidden, same - i - 1, 1)
            label = fold.label.replace("more like this", "more connections like this")
            out.append((f"connections {first} to {last}", [replace(fold, label=label)]))
            i = same
        else:
            i += 1
    return out
