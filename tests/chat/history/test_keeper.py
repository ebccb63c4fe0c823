"""The history's thread: in order, together, and never the end of anything else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.waiting import wait_for
from wslab.chat.history import Draft, HistoryError, Keeper, Message, SQLiteHistory
from wslab.chat.history.keeper import MAX_WAITING
from wslab.net import console
from wslab.node.threads import wait_on_loop


class Slow(SQLiteHistory):
    """Waits with its first work until it may go on, and notes what came together."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: 0)
        self.may = threading.Event()
        self.batches: list[int] = []
        self.broken: Exception | None = None

    def add(self, drafts: Sequence[Draft]) -> list[tuple[Message, bool]]:
        self.may.wait(10)
        self.batches.append(len(drafts))
        if self.broken:
            raise self.broken
        return super().add(drafts)


def draft(text: str) -> Draft:
    return Draft("tea", "Ada", text, 0.0)


def run(keeper: Keeper, *works: Any) -> Callable[[], list[Any]]:
    """Give it works, all in one turn of the loop; a function that waits for the results."""
    results: list[Any] = []

    def put() -> None:
        for work in works:
            (keeper.add if isinstance(work, Draft) else keeper.ask)(work, results.append)

    wait_on_loop(put)

    def wait() -> list[Any]:
        wait_for(lambda: len(results) == len(works), "all results")
        return results

    return wait


def count(history: Any) -> int:
    return len(history.after("tea", 0, 100))


def test_in_order_and_together() -> None:
    history = Slow()
    keeper = Keeper(history)
    wait = run(keeper, draft("a"), draft("b"), count, draft("c"), draft("d"), count)
    history.may.set()
    results = wait()
    assert [r if isinstance(r, int) else r[0].text for r in results] == ["a", "b", 2, "c", "d", 4]
    assert history.batches == [1, 1, 2]  # the second came while the first was under way
    keeper.close()
    keeper.join()


def test_an_error_reaches_those_it_concerns() -> None:
    history = Slow()
    history.may.set()
    history.broken = ValueError("the disk burns")
    keeper = Keeper(history)

    def fail(_: Any) -> None:
        raise HistoryError("no")

    [error] = run(keeper, draft("a"))()
    assert isinstance(error, HistoryError)
    assert str(error) == "the disk burns"
    history.broken = None
    no, number, (message, new) = run(keeper, fail, count, draft("b"))()
    assert (str(no), number, message.text, new) == ("no", 0, "b", True)
    keeper.close()
    keeper.join()


def test_an_answer_that_fails_takes_no_other_along() -> None:
    keeper = Keeper(SQLiteHistory())
    results: list[Any] = []

    def broken(_: Any) -> None:
        raise RuntimeError("in the answer")

    def put() -> None:
        keeper.ask(count, broken)
        keeper.ask(count, results.append)
        keeper.ask(count, broken)
        keeper.ask(count, results.append)

    wait_on_loop(put)
    wait_for(lambda: results == [0, 0], "the others' answers")
    wait_for(lambda: sum("in the answer" in line.text for line in console.lines) == 2, "the log")
    keeper.close()
    keeper.join()


def test_closing_stores_what_waits(tmp_path: Any) -> None:
    history = SQLiteHistory(tmp_path / "chat.db")
    keeper = Keeper(history)

    def put() -> None:
        for number in range(50):
            keeper.add(draft(str(number)), lambda _: None)
        keeper.close()
        keeper.close()

    wait_on_loop(put)
    keeper.join()
    again = SQLiteHistory(tmp_path / "chat.db")
    assert [message.text for message in again.after("tea", 0, 100)] == [str(n) for n in range(50)]
    again.close()
    [error] = run(keeper, draft("late"))()
    assert "closed" in str(error)


def test_what_waits_is_bounded() -> None:
    history = Slow()
    keeper = Keeper(history)
    wait = run(keeper, *[draft("x")] * (MAX_WAITING + 2))
    history.may.set()
    errors = [result for result in wait() if isinstance(result, HistoryError)]
    assert [str(error) for error in errors] == ["the disk is too slow for so many messages"]
    keeper.close()
    keeper.join()


@pytest.mark.parametrize("answers", [False, True])
def test_nothing_stays_behind(answers: bool) -> None:
    keeper = Keeper(SQLiteHistory())
    if answers:
        run(keeper, count)()
    keeper.close()
    keeper.join()
    wait_for(
        lambda: not any("chat history" in thread.name for thread in threading.enumerate()),
        "the thread to end",
    )
