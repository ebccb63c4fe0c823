"""What the judges of a module leave behind is gone when another module's tests begin."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _threads_have_ended() -> Iterator[None]:
    """An answer that sleeps can't be ended, and `leftovers` tells of it until it wakes up."""
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("wslab: "):
            thread.join(10)
