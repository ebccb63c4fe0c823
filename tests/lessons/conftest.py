"""What the tests in JupyterLab share: one server and one browser context for each module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.lessons.jupyterlab import Lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A JupyterLab on this computer."""
    from tests.lessons.jupyterlab import running

    with running() as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    """One browser context for all tests of a module."""
    from tests.lessons.jupyterlab import new_context

    return new_context(browser)
