"""What a learner sees of an exercise, and that an exercise never raises."""

from __future__ import annotations

from pathlib import Path

import pytest

from wslab.check.difference import same_text
from wslab.check.exercise import EXERCISES, Exercise, exercise
from wslab.check.outcome import UNTRIED, State
from wslab.check.running.answer import Answer

ONE = "Not yet: the word is 1; a str was expected.\n  The rule: RFC 0, 1"


@pytest.fixture
def word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exercise:
    monkeypatch.setenv("WSLAB_PROGRESS", str(tmp_path / "progress.json"))

    @exercise(lesson=2)
    def word(answer: Answer) -> str:
        """Turn a word round."""
        same_text(answer("ab"), "ba", "the word", "RFC 0, 1")
        return "It is round."

    monkeypatch.delitem(EXERCISES, "02.word")
    return word


def test_what_a_learner_sees(word: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    def printing(text: str) -> str:
        print("hello")
        return text[::-1]

    word(...)
    word(printing)
    word(lambda text: 1)
    assert capsys.readouterr().out == (
        f"○ {UNTRIED}\n"
        "hello\n✓ Right. It is round.\n"
        f"✗ {ONE}\n  It was right before: what you changed since then broke it.\n"
    )


def test_it_has_a_name_and_words(word: Exercise) -> None:
    assert repr(word) == "<exercise 02.word>"
    assert word.__doc__ == "Turn a word round."


def test_an_answer_that_prints_for_ever_fills_nothing(word: Exercise) -> None:
    def chatty(text: str) -> None:
        while True:
            print("hello")

    outcome = word.judge(chatty, seconds=0.2)
    assert outcome.state is State.WRONG
    assert len(outcome.printed) == 2000
