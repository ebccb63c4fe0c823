"""wslab.browser.constants: neither the class nor an instance lets them be changed."""

from __future__ import annotations

import pytest

from wslab.browser.constants import Constant, Interface


class Thing(metaclass=Interface):
    ONE = Constant(1)
    other = 2


def test_constants_are_read_and_not_written() -> None:
    thing = Thing()
    assert (Thing.ONE, thing.ONE) == (1, 1)
    for owner in (Thing, thing):
        with pytest.raises(AttributeError, match="ONE is a constant, 1"):
            owner.ONE = 2  # type: ignore[assignment]
    assert (Thing.ONE, thing.ONE) == (1, 1)
    Thing.other = 3
    assert thing.other == 3
