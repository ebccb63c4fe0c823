"""An exercise: what a lesson asks for, and the judge of an answer.

    @exercise(lesson=2)
    def accept(answer: Answer) -> str:
        same_text(answer(KEY), ACCEPT, "the accept value", "RFC 6455, 4.2.2")
        return "It proves that the server knows WebSocket."

    accept(learners_function)            # prints one line, raises nothing
    accept.judge(learners_function)      # the Outcome, for tests and for `make grade`

A judge raises Wrong for the first thing that is wrong, or says why the answer is right.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator

from wslab.check import store
from wslab.check.outcome import UNTRIED, Outcome, State, Wrong
from wslab.check.running.answer import SECONDS, Answer
from wslab.check.untouched import untouched

MOST_PRINTED = 2_000  # characters of what an answer prints

CHANGED = "Mind that it changes the list that it is given, which the caller may still need."

Judge = Callable[[Answer], str]
Listener = Callable[[str, Outcome], object]

EXERCISES: dict[str, Exercise] = {}
_listeners: list[Listener] = []


class Exercise:
    """One exercise. name: "02.accept". stub: the code that the lesson gives, if it is no `...`.

    awaited: whether its answer is called with `await`; None where it may be or not.
    """

    def __init__(
        self, name: str, check: Judge, stub: object = None, awaited: bool | None = None
    ) -> None:
        self.name = name
        self.check = check
        self.stub = stub
        self.awaited = awaited
        self.__doc__ = check.__doc__

    def __repr__(self) -> str:
        return f"<exercise {self.name}>"

    def __call__(self, answer: object) -> None:
        """Judge an answer, print what comes of it, and keep it in the learner's progress."""
        outcome = self.judge(answer)
        for hear in _listeners:
            hear(self.name, outcome)
        broken = store.note(self.name, outcome.state)
        print(outcome.printed, end="")
        print(outcome)
        if broken:
            print("  It was right before: what you changed since then broke it.")

    def judge(self, answer: object, seconds: float = SECONDS) -> Outcome:
        """What is to be said of an answer that may take so many seconds. Raises nothing."""
        if untouched(answer, self.stub):
            return Outcome(State.UNTRIED, UNTRIED)
        printed = _FirstWords()
        try:
            with contextlib.redirect_stdout(printed):
                called = Answer(answer, seconds, self.awaited)
                why = self.check(called) + (f" {CHANGED}" if called.changed else "")
        except Wrong as wrong:
            return Outcome(State.WRONG, str(wrong), wrong.rule, printed.getvalue())
        return Outcome(State.RIGHT, why, printed=printed.getvalue())


def exercise(
    lesson: int, stub: object = None, awaited: bool | None = None
) -> Callable[[Judge], Exercise]:
    """Make a judge the exercise of a lesson that has the judge's name."""

    def wrap(check: Judge) -> Exercise:
        name = f"{lesson:02}.{check.__name__}"
        EXERCISES[name] = Exercise(name, check, stub, awaited)
        return EXERCISES[name]

    return wrap


@contextlib.contextmanager
def heard(listener: Listener) -> Iterator[None]:
    """While the block lasts, tell a function each outcome that is printed."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


class _FirstWords(io.StringIO):
    """Keeps the first characters that are written, since an endless loop may print, too."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, MOST_PRINTED - self.tell())])
        return len(text)
