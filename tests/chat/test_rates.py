"""The token bucket, with a clock of its own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.chat.rates import Bucket, Left, Rate


def test_a_burst_then_the_average() -> None:
    bucket = Bucket(Rate(per_second=2, burst=3), now=100.0)
    assert [bucket.take(100.0) for _ in range(5)] == [True, True, True, False, False]
    assert bucket.refused == 2
    assert bucket.wait == pytest.approx(0.5)
    assert bucket.take(100.25) is False
    assert bucket.wait == pytest.approx(0.25)
    assert bucket.take(100.5) is True
    assert bucket.refused == 0
    assert [bucket.take(1000.0) for _ in range(4)] == [True, True, True, False]


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(Rate(per_second=1, burst=1), now=100.0)
    assert bucket.take(100.0)
    assert not bucket.take(50.0)
    assert not bucket.take(100.5)
    assert bucket.take(101.0)


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_rates_that_allow_nothing_are_refused(per_second: float, burst: int) -> None:
    with pytest.raises(ValueError, match="per_second > 0 and burst >= 1"):
        Rate(per_second, burst)


@given(st.lists(st.floats(0, 2), max_size=200), st.integers(1, 20), st.integers(1, 10))
@settings(deadline=None)
def test_never_more_than_burst_plus_rate(gaps: list[float], per_second: int, burst: int) -> None:
    bucket = Bucket(Rate(per_second, burst), now=0.0)
    now = 0.0
    taken = 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now)
    assert taken <= burst + per_second * now + 1e-6


def test_who_comes_back_finds_what_was_left() -> None:
    rate = Rate(per_second=1, burst=3)
    left, first, second = Left(), Bucket(rate, now=0.0), Bucket(rate, now=1.0)
    assert [first.take(0.0) for _ in range(3)] == [True] * 3
    left.keep("ada", first, 0.5)
    left.give_back("bob", second, 1.0)
    left.give_back("ada", second, 1.0)
    assert [second.take(1.0) for _ in range(2)] == [True, False]
    assert len(left) == 0


def test_nobody_is_remembered_for_longer_than_the_bucket_takes_to_fill() -> None:
    rate = Rate(per_second=1, burst=2)
    left, buckets = Left(most=2), {name: Bucket(rate, now=0.0) for name in "abcd"}
    for name, bucket in buckets.items():
        bucket.take(0.0)
        left.keep(name, bucket, 0.0)
    assert len(left) == 2  # the first two have gone
    late = Bucket(rate, now=1.0)
    late.take(1.0)
    left.keep("late", late, 1.0)
    assert len(left) == 1
    left.keep("new", Bucket(rate, now=5.0), 5.0)
    assert len(left) == 0
