"""wslab.net.entropy: random by default, repeatable when a lesson asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from wslab.net.entropy import random_source, repeatable


@pytest.fixture(autouse=True)
def _back_to_random() -> Iterator[None]:
    yield
    repeatable(None)


def test_the_default_is_the_operating_system() -> None:
    assert random_source() is os.urandom


def test_a_seed_gives_the_same_bytes_again() -> None:
    def draw() -> list[bytes]:
        repeatable("a lesson")
        first, second = random_source(), random_source()
        return [first(16), second(16), first(4)]

    once = draw()
    assert draw() == once
    assert len({*once}) == 3  # connections differ from each other


def test_none_goes_back() -> None:
    repeatable("a lesson")
    repeatable(None)
    assert random_source() is os.urandom
