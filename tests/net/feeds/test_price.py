from __future__ import annotations

import json
from itertools import pairwise

import pytest

from wslab.net.feeds.price import FIRST_PRICE, Schedule, Update, number_in


def test_an_update_is_a_small_json_object() -> None:
    update = Update(3, 101.5, 0.0)
    assert update.text == '{"number":3,"price":101.50}'
    assert json.loads(update.text) == {"number": 3, "price": 101.5}
    assert number_in(update.text) == number_in(update.text.encode()) == 3


def test_offers_make_it_longer_the_same_each_time() -> None:
    update = Update(3, 101.5, 0.0, depth=20)
    assert update.text == Update(3, 101.5, 9.0, depth=20).text != Update(4, 101.5, 0.0, 20).text
    message = json.loads(update.text)
    assert (message["number"], message["price"], len(message["offers"])) == (3, 101.5, 20)
    assert all(price > 101.5 for price, _ in message["offers"])
    assert 256 < len(update.text) < 400


@pytest.mark.parametrize("text", ["[]", "{}", '{"number":"3"}', "no json", ""])
def test_what_has_no_number_is_no_update(text: str) -> None:
    with pytest.raises(ValueError):
        number_in(text)


def test_the_same_schedule_gives_the_same_changes() -> None:
    one, same, other = Schedule(), Schedule(), Schedule(seed="others")
    assert (one.moments, one.prices) == (same.moments, same.prices)
    assert one.moments != other.moments
    assert one.prices != other.prices


def test_changes_are_in_order_irregular_and_about_as_often_as_said() -> None:
    schedule = Schedule(updates=200, every=0.1)
    moments = [0.0, *schedule.moments]
    gaps = [b - a for a, b in pairwise(moments)]
    assert len(gaps) == 200
    assert all(0.05 <= gap <= 0.15 for gap in gaps)
    assert len({round(gap, 6) for gap in gaps}) > 100
    assert 18 < moments[-1] < 22


def test_every_change_changes_the_price() -> None:
    prices = [FIRST_PRICE, *Schedule(updates=100).prices]
    assert len(prices) == 101
    assert all(a != b for a, b in pairwise(prices))
    assert all(price == round(price, 2) for price in prices)


@pytest.mark.parametrize("name", ["updates", "every", "idle", "poll_every", "heartbeat"])
def test_a_time_that_is_not_above_0_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Schedule(**{name: 0})  # type: ignore[arg-type]


def test_it_says_how_long_it_takes() -> None:
    assert Schedule(updates=10, every=0.5, idle=3).seconds == 8
