"""What the exercises say of a notebook's answers, when its cells that ask for it are run again."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wslab.check.exercise import EXERCISES, heard
from wslab.check.outcome import Outcome, State
from wslab.check.running.answer import described

ASKS = re.compile(r"^check\.(?:lesson(\d\d)\.(\w+)|stage)\(\s*(\d*)", re.M)
STAGES = "07"
MISSING = "no cell of the notebook checks it"
UNHEARD = "its cell judges nothing: the notebook has another check"


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


def asking(sources: Iterable[str]) -> list[str]:
    """The cells among these that ask for a judgement."""
    return [source for source in sources if ASKS.match(source.strip())]


def judged(cells: Sequence[str], names: dict[str, Any]) -> list[dict[str, str]]:
    """Run cells that ask for judgements once more, and note what is said of each exercise of their
    lessons. Raises nothing that an answer could cause.
    """
    found: dict[str, Result] = {}

    def note(name: str, outcome: Outcome) -> None:
        text = outcome.text if outcome.state is State.WRONG else ""
        found[name] = Result(name, outcome.state.name, text)

    for source in cells:
        with heard(note), contextlib.redirect_stdout(io.StringIO()):
            try:
                exec(source, names)
            except Exception as error:  # an answer that was never defined, for one
                for name in _names_in(source):
                    note(name, Outcome(State.WRONG, described(error)))
    asked = {name for source in cells for name in _names_in(source)}
    for name in _all_of({_lesson(name) for name in asked | found.keys()}):
        why = UNHEARD if name in asked else MISSING
        found.setdefault(name, Result(name, State.WRONG.name, why))
    return [asdict(found[name]) for name in sorted(found, key=_place)]


def _names_in(source: str) -> list[str]:
    return [
        f"{lesson}.{name}" if lesson else f"{STAGES}.stage{int(number or 0):02}"
        for lesson, name, number in ASKS.findall(source)
    ]


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
