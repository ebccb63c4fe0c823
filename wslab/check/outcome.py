"""What an exercise says of an answer: not tried yet, right and why, or the first thing that is
wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How far an exercise is. The value is the mark that is printed."""

    UNTRIED = "○"
    WRONG = "✗"
    RIGHT = "✓"


UNTRIED = "Not tried yet. Change the cell above and run it, then run this one again."


class Wrong(Exception):
    """An answer is wrong: what the first difference is, and the rule that it breaks.

    The message never holds the solution. rule: where it stands, "RFC 6455, 5.1".
    """

    def __init__(self, what: str, rule: str = "") -> None:
        super().__init__(what)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judgement. text: a sentence or two; rule: where the broken rule stands; printed: what the
    answer itself printed meanwhile.
    """

    state: State
    text: str
    rule: str = ""
    printed: str = ""

    def __str__(self) -> str:
        word = {State.RIGHT: " Right. ", State.WRONG: " Not yet: ", State.UNTRIED: " "}[self.state]
        rule = f"\n  The rule: {self.rule}" if self.rule else ""
        return f"{self.state.value}{word}{self.text}{rule}"
