"""What a learner sees of an exercise, and that an exercise never raises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.check.test_lesson01 import follow, report
from tests.check.test_lesson02 import accept, may_enter, upgrade
from tests.check.test_lesson03 import ask, close_throws, visit
from tests.check.test_lesson04 import close_answer, texts, unmask_with_numbers
from tests.check.test_lesson05 import choose
from tests.check.test_lesson06 import event_packet, say
from wslab.check import lesson01, lesson02, lesson03, lesson04, lesson05, lesson06
from wslab.check.difference import same_text
from wslab.check.exercise import EXERCISES, Exercise, exercise
from wslab.check.outcome import UNTRIED, State
from wslab.check.running.answer import Answer
from wslab.net.loop import background

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


PLAIN: list[tuple[Exercise, Callable[..., Any]]] = [
    (lesson01.report, report),
    (lesson01.follow, follow),
    (lesson02.accept, accept),
    (lesson02.origin, may_enter),
    (lesson02.upgrade, upgrade),
    (lesson03.close_throws, close_throws),
    (lesson04.unmask, unmask_with_numbers),
    (lesson04.texts, texts),
    (lesson04.close_answer, close_answer),
    (lesson05.subprotocol, choose),
    (lesson06.event_packet, event_packet),
]


@pytest.mark.parametrize(("judge", "right"), PLAIN, ids=[judge.name for judge, _ in PLAIN])
def test_a_coroutine_is_no_answer_where_a_plain_function_is_called(
    judge: Exercise, right: Callable[..., Any]
) -> None:
    async def answer(*arguments: Any) -> Any:
        return right(*arguments)

    assert judge.judge(right).state is State.RIGHT
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG
    assert "answer() returned a coroutine. It is called without await" in outcome.text


@pytest.mark.parametrize(
    ("judge", "right"),
    [(lesson03.visit, visit), (lesson03.ask, ask), (lesson06.say, say)],
    ids=["visit", "ask", "say"],
)
def test_a_plain_function_is_no_answer_where_it_is_awaited(
    judge: Exercise, right: Callable[..., Any]
) -> None:
    def answer(*arguments: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(right(*arguments), background().loop).result()

    assert judge.judge(right).state is State.RIGHT
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG
    assert "It is called with await: begin it with `async def`" in outcome.text


def pops(answers: list[str]) -> object:
    copy = answers[:]
    answers.clear()
    return report(copy)


def inserts(name: str, values: list[Any], number: int | None) -> str:
    text = event_packet(name, values, number)
    values.insert(0, name)
    return text


def takes(frames: list[tuple[bool, int, bytes]]) -> list[Any]:
    left, frames[:] = frames[:], []
    return texts(left)


def sorts(offered: list[str]) -> str | None:
    offered.sort()
    return choose(offered)


@pytest.mark.parametrize(
    ("judge", "answer"),
    [
        (lesson01.report, pops),
        (lesson04.texts, takes),
        (lesson05.subprotocol, sorts),
        (lesson06.event_packet, inserts),
    ],
    ids=["report", "texts", "subprotocol", "event_packet"],
)
def test_who_changes_what_is_the_caller_s_is_told(judge: Exercise, answer: object) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert "it changes the list that it is given" in outcome.text
    right = next(right for known, right in PLAIN if known is judge)
    assert "changes" not in judge.judge(right).text


def test_what_is_put_into_an_argument_can_t_harm_the_judge() -> None:
    class Endless:
        def __eq__(self, other: object) -> bool:
            while True:
                pass

    def answer(answers: list[str]) -> object:
        counted = report(answers)
        answers[0] = Endless()  # type: ignore[call-overload]
        return counted

    outcome = lesson01.report.judge(answer, seconds=0.3)
    assert outcome.state is State.WRONG
    assert "did not return" in outcome.text


async def asks_for_one(url: str, question: str) -> object:
    return (await ask(url, question))[0]


async def clears(url: str, online: set[str]) -> None:
    await visit(url, online)
    online.clear()


@pytest.mark.parametrize(
    ("judge", "answer", "rule"),
    [
        (lesson01.report, lambda answers: report(answers)[::-1], "RFC 6202, 2.1"),
        (lesson01.report, lambda answers: report(answers)[0], "RFC 6202, 2.1"),
        (lesson02.origin, lambda page: page, "RFC 6455, 10.2"),
        (lesson03.visit, clears, "WHATWG WebSockets, 4"),
        (lesson03.ask, asks_for_one, "WHATWG WebSockets, 6"),
        (lesson05.subprotocol, lambda offered: "", "RFC 6455, 4.2.2"),
    ],
)
def test_a_value_of_another_kind_breaks_a_rule_too(
    judge: Exercise, answer: object, rule: str
) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG
    assert outcome.rule == rule
