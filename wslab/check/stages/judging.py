"""A stage: its probes, sent one after another, and what is said of the first that fails.

It is an exercise like the others. Other stages that were tried are asked once more: what has broken
is said, and what is right again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from wslab.check import store
from wslab.check.exercise import EXERCISES, Exercise
from wslab.check.outcome import State, Wrong
from wslab.check.running.answer import Answer
from wslab.check.running.serving import Served, serving
from wslab.check.stages.again import Again
from wslab.check.stages.page import ask_page
from wslab.check.stages.peers import HANDSHAKE, ask_peers
from wslab.check.stages.probe import EARLIER, SECONDS, Finding
from wslab.check.untouched import untouched
from wslab.net.loop import background

LESSON = "07"
CALM_SECONDS = 1.5  # to stop a server that gave the right answer, on a busy computer
BUSY_SECONDS = 0.1  # to stop one that is known to be busy
MARGIN_SECONDS = 3.0  # beyond a probe's own limit, should the loop be busy

STUCK = (
    "the answer was right, but your server goes on when its client is gone. An empty read means"
    " that nothing more will come."
)

BUSY = (
    "Your server is busy with something that does not end, or that lets nobody else work, such as"
    " time.sleep():"
)


class Asking(Protocol):
    """A probe, of heads or of frames."""

    @property
    def name(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def section(self) -> str: ...
    async def ask(self, server: Any, seconds: float = SECONDS) -> Finding: ...


class Stage(Exercise):
    """One stage of the server: a number, a title, why it matters, and its probes."""

    def __init__(self, number: int, title: str, why: str, probes: Sequence[Asking]) -> None:
        super().__init__(f"{LESSON}.stage{number:02}", self._check)
        self.number, self.title, self.why, self.probes = number, title, why, tuple(probes)
        self.stuck = False  # the last server did not answer in time, or did not end
        self._again = Again(None)
        EXERCISES[self.name] = self

    def __call__(self, answer: object) -> None:
        super().__call__(answer)
        # A stub breaks nothing: it comes with a fresh copy of the lesson. And a server that is
        # stuck would be stuck at each stage, and that was said.
        if not untouched(answer) and not self.stuck:
            for line in self._changes():
                print(f"  {line}")

    def _changes(self) -> Iterator[str]:
        """The other stages that were right, and are no more; and once this one is right, those
        before it that were wrong, and are so no more.

        A server that passes neither of the last two stages that were right is an older one: the
        lesson is run again, from its top. What comes later in it has not broken.
        """
        states = store.load()
        to_mend = states.get(self.name) is State.RIGHT
        others = [
            stage
            for stage in self._earlier()
            if states.get(stage.name) is State.RIGHT
            or (to_mend and states.get(stage.name) is State.WRONG)
        ]
        for stage in others:
            self._again.fails(stage)
        later = [s for s in _all() if s.number > self.number and states.get(s.name) is State.RIGHT]
        if self._again.passes_one(later[:-3:-1]):
            others += later
        for stage in others:
            fails = self._again.fails(stage)
            state = State.WRONG if fails else State.RIGHT
            if fails is not None and state is not states[stage.name]:
                store.note(stage.name, state)
                what = "was right before and has broken" if fails else "is right now"
                yield f"Stage {stage.number}, {stage.title}, {what}."
        if rest := [str(stage.number) for stage in others if self._again.fails(stage) is None]:
            yield f"There was no time to ask again: stage {', '.join(rest)}."

    def fails(self, server: object) -> bool:
        """Whether a probe of this stage finds something wrong."""
        try:
            self.probe_all(server)
        except Wrong:
            return True
        return False

    def _check(self, answer: Answer) -> str:
        self._again = Again(answer.function)
        self.probe_all(answer.function)
        if not (why := self._asked_by_peers(answer.function)):
            return self.why
        broken = next((stage for stage in self._earlier() if self._again.fails(stage)), None)
        if broken is None:
            raise Wrong(why)
        first = f"Stage {broken.number}, {broken.title}, is not right"
        if broken.name not in store.load():
            raise Wrong(f"{why}\n  {first} either, and was never tried.")
        return f"{self.why}\n  Mind: {why}\n  {first}: mend it first."

    def _asked_by_peers(self, handler: object) -> str:
        """What real clients have against a server, and what it raised meanwhile; "" for nothing."""
        if self.number < HANDSHAKE:
            return ""
        with running(handler) as server:
            why = ask_peers(server, self.number) or ask_page(server, self.number)
            finding = _explained(Finding(why), server) if why else Finding()
        return finding.why

    def _earlier(self) -> list[Stage]:
        return [stage for stage in _all() if stage.number < self.number]

    def probe_all(self, server: object) -> None:
        """Raise Wrong for the first probe that finds something wrong."""
        ends = time.monotonic() + SECONDS
        self.stuck = False
        for probe in self.probes:
            finding = self._ask(probe, server, max(0.05, ends - time.monotonic()))
            if finding.why:
                self.stuck = finding.why == STUCK or time.monotonic() >= ends
                rule = f"RFC 6455, {probe.section}: {probe.rule}"
                raise Wrong(f"{probe.name}: {finding}", rule)

    def _ask(self, probe: Asking, handler: object, seconds: float) -> Finding:
        with running(handler) as server:
            finding = background().run(probe.ask(server, seconds), seconds + MARGIN_SECONDS)
            if isinstance(server, Served) and not finding.why:
                server.close_seconds = CALM_SECONDS
            finding = _explained(finding, server)
        if not finding.why and isinstance(server, Served) and server.stuck:
            return Finding(STUCK)
        return finding


def _all() -> list[Stage]:
    return [exercise for exercise in EXERCISES.values() if isinstance(exercise, Stage)]


def _explained(finding: Finding, server: Any) -> Finding:
    """A finding, and what is known of its cause: what the server is busy with, or has raised."""
    if not isinstance(server, Served):
        return finding
    if finding.why and (busy := server.at_work()):
        server.close_seconds = BUSY_SECONDS
        return Finding(f"{finding.why} {BUSY} {busy}", finding.lines)
    if server.errors:
        why = finding.why.removesuffix(EARLIER) or "an exception ended the connection."
        return Finding(f"{why} Your server raised {server.errors[0]}", finding.lines)
    return finding


@contextmanager
def running(server: object) -> Iterator[Any]:
    """A handler as a server of its own, and a server that runs (it has a `port`) as it is."""
    if hasattr(server, "port"):
        yield server
    else:
        with serving(server) as served:
            yield served
