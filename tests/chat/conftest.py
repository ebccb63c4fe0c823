"""The log is one for the whole process: each test of the chat begins with an empty one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wslab.net import console


@pytest.fixture(autouse=True)
def empty_log() -> Iterator[None]:
    console.clear()
    yield
    console.clear()
