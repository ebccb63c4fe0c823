"""Other stages are asked once each, and no longer than there is time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from wslab.check.stages import again
from wslab.check.stages.again import Again


@dataclass
class Fake:
    """A stage that counts how often it was asked."""

    number: int
    wrong: bool = False
    stuck: bool = False
    asked: int = 0

    def fails(self, server: object) -> bool:
        assert server == "server"
        self.asked += 1
        return self.wrong


def test_each_is_asked_once() -> None:
    right, wrong, asking = Fake(1), Fake(2, wrong=True), Again("server")
    assert [asking.fails(each) for each in (right, wrong, right, wrong)] == [False, True] * 2
    assert (right.asked, wrong.asked) == (1, 1)


def test_who_passes_one_is_asked_no_more() -> None:
    stages = [Fake(3, wrong=True), Fake(2), Fake(1)]
    assert Again("server").passes_one(stages)
    assert [each.asked for each in stages] == [1, 1, 0]
    assert not Again("server").passes_one(stages[:1])
    assert not Again("server").passes_one([])


@pytest.mark.parametrize(("limit", "wrong"), [("FAILING_SECONDS", True), ("ALL_SECONDS", False)])
def test_when_the_time_is_over_nothing_is_asked(
    limit: str, wrong: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, late = Again("server"), Fake(2)
    first = Fake(1, wrong)
    assert asking.fails(first) is wrong
    monkeypatch.setattr(again, limit, -1.0)
    assert asking.fails(late) is None and late.asked == 0
    assert asking.fails(first) is wrong  # it is known


def test_a_server_that_is_stuck_is_asked_no_more() -> None:
    asking = Again("server")
    assert asking.fails(Fake(1, wrong=True, stuck=True)) is True
    assert asking.fails(Fake(2)) is None
