"""A stage: its probes, sent one after another, and what is said of the first that fails.

It is an exercise like the others. Stages before it that were tried are asked once more: what has
broken is said, and what is right again.
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
from wslab.check.stages.peers import ask_peers
from wslab.check.stages.probe import SECONDS, Finding
from wslab.check.untouched import untouched
from wslab.net.loop import background

LESSON = "07"
CALM_SECONDS = 1.5  # to stop a server that gave the right answer, on a busy computer
AGAIN_SECONDS = 1.0  # to ask the stages before, beyond the one that is asked when they are over
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
        EXERCISES[self.name] = self

    def __call__(self, answer: object) -> None:
        super().__call__(answer)
        for earlier, state in self._changed_by(answer):
            what = "is right now" if state is State.RIGHT else "was right before and has broken"
            print(f"  Stage {earlier.number}, {earlier.title}, {what}.")

    def _changed_by(self, answer: object) -> Iterator[tuple[Stage, State]]:
        """The stages before this one that were right, and are no more; and once this one is right,
        those that were wrong, and are so no more.

        A server that is stuck would be stuck at each of them, and that was said. A stub breaks
        nothing: it comes with a fresh copy of the lesson.
        """
        if untouched(answer):
            return
        states = store.load()
        right = states.get(self.name) is State.RIGHT
        ends = time.monotonic() + AGAIN_SECONDS
        for earlier in self._earlier():
            if self.stuck or time.monotonic() > ends:
                return
            before = states.get(earlier.name)
            if before is State.RIGHT and earlier.fails(answer):
                store.note(earlier.name, State.WRONG)
                self.stuck = earlier.stuck
                yield earlier, State.WRONG
            elif before is State.WRONG and right and not earlier.fails(answer):
                store.note(earlier.name, State.RIGHT)
                yield earlier, State.RIGHT

    def fails(self, server: object) -> bool:
        """Whether a probe of this stage finds something wrong."""
        try:
            self.probe_all(server)
        except Wrong:
            return True
        return False

    def _check(self, answer: Answer) -> str:
        self.probe_all(answer.function)
        with running(answer.function) as server:
            why = ask_peers(server, self.number)
        if why and not any(earlier.fails(answer.function) for earlier in self._earlier()):
            raise Wrong(why)
        return self.why

    def _earlier(self) -> Iterator[Stage]:
        for exercise in EXERCISES.values():
            if isinstance(exercise, Stage) and exercise.number < self.number:
                yield exercise

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
            busy = server.at_work() if finding.why and isinstance(server, Served) else ""
            errors = list(getattr(server, "errors", []))
            if isinstance(server, Served) and not finding.why:
                server.close_seconds = CALM_SECONDS
        if busy:
            return Finding(f"{finding.why} {BUSY} {busy}", finding.lines)
        if errors:
            why = finding.why or "an exception ended the connection."
            return Finding(f"{why} Your server raised {errors[0]}", finding.lines)
        if not finding.why and isinstance(server, Served) and server.stuck:
            return Finding(STUCK)
        return finding


@contextmanager
def running(server: object) -> Iterator[Any]:
    """A handler as a server of its own, and a server that runs (it has a `port`) as it is."""
    if hasattr(server, "port"):
        yield server
    else:
        with serving(server) as served:
            yield served
