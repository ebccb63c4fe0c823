"""What the exercises say of a notebook's answers, when they are asked once more."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wslab import check
from wslab.check.exercise import EXERCISES, heard
from wslab.check.grading.asking import CHECK, STAGES, names_in
from wslab.check.outcome import Outcome, State
from wslab.check.running.answer import described

MISSING = "no cell of the notebook checks it"
UNHEARD = "its check was not reached when the notebook was judged"


@dataclass(frozen=True, slots=True)
class Result:
    """One exercise of one notebook: its name, the state's name, and what is wrong."""

    exercise: str
    state: str
    text: str = ""

    @property
    def mark(self) -> str:
        """The mark of the state."""
        return State[self.state].value


def judged(asked: Sequence[str], names: dict[str, Any]) -> list[dict[str, str]]:
    """Run what `asking` found with the notebook's names, and note what is said of each exercise of
    its lessons. Raises nothing that an answer could cause.
    """
    found: dict[str, Result] = {}

    def note(name: str, outcome: Outcome) -> None:
        text = outcome.text if outcome.state is State.WRONG else ""
        found[name] = Result(name, outcome.state.name, text)

    for statement in asked:
        with heard(note), contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(statement, {**names, CHECK: check})
            except Exception as error:  # an answer that was never defined, for one
                for name in names_in(statement):
                    note(name, Outcome(State.WRONG, described(error)))
    named = {name for statement in asked for name in names_in(statement)}
    for name in _all_of({_lesson(name) for name in named | found.keys()}):
        why = UNHEARD if name in named else MISSING
        found.setdefault(name, Result(name, State.WRONG.name, why))
    return [asdict(found[name]) for name in sorted(found, key=_place)]


def _lesson(name: str) -> str:
    return name.partition(".")[0]


def _all_of(lessons: Iterable[str]) -> list[str]:
    for lesson in lessons:
        with contextlib.suppress(ModuleNotFoundError):  # a number that is no lesson's
            importlib.import_module(f"wslab.check.lesson{lesson}")
    if STAGES in lessons:
        importlib.import_module("wslab.check.stages")
    return [name for name in EXERCISES if _lesson(name) in lessons]


def _place(name: str) -> tuple[str, int]:
    order = list(EXERCISES)
    return _lesson(name), order.index(name) if name in EXERCISES else len(order)
