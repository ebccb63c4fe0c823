"""What the tests need from the machine: Chromium, Node and its packages, tshark.

A test with the marker `browser`, `peers` or `tshark` is skipped where these are missing. With
WSLAB_REQUIRE_BROWSER=1, WSLAB_REQUIRE_PEERS=1 or WSLAB_REQUIRE_TSHARK=1, as CI sets them, such a
skip is a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import find_chromium, launch

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# The progress of who runs the tests stays as it is, and the lessons' outputs do not depend on it.
os.environ["WSLAB_PROGRESS"] = ""

PEERS = Path(__file__).parent / "peers"
REQUIRED = {name: f"WSLAB_REQUIRE_{name.upper()}" for name in ("browser", "peers", "tshark")}


def missing(marker: str) -> str | None:
    """Why tests with this marker can't run here; None if they can."""
    if marker == "browser" and find_chromium() is None:
        return "no Chromium or Chrome was found; install one or set WSLAB_CHROMIUM"
    if marker == "peers" and shutil.which("node") is None:
        return "node was not found; install Node.js 18 or newer"
    if marker == "peers" and not (PEERS / "node_modules" / "ws").is_dir():
        return "the npm packages are not installed; run npm ci in tests/peers"
    if marker == "tshark" and shutil.which("tshark") is None:
        return "tshark was not found; install it (it comes with Wireshark)"
    return None


# Whole files are shared out among the workers. One of these takes as long as a hundred others, so
# that it must not come last, when the other workers have nothing left to do.
LONGEST = (
    "tests/lessons/test_jupyterlab.py",
    "tests/lessons/test_here.py",
    "tests/lessons/test_kernels.py",
    "tests/lessons/test_rerun.py",
    "tests/browser/test_chromium.py",
    "notebooks/01",
)


def pytest_configure() -> None:
    """nbval's kernels, too, are talked to over sockets in files."""
    import nbval.kernel

    from tests.lessons.kernel import FileKernelManager

    nbval.kernel.KernelManager = FileKernelManager


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        fits = [item.nodeid.startswith(name) for name in LONGEST]
        return fits.index(True) if any(fits) else len(LONGEST)

    items.sort(key=place)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in REQUIRED:
        if item.get_closest_marker(marker) and (reason := missing(marker)):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    for marker, variable in REQUIRED.items():
        wanted = item.get_closest_marker(marker) and os.environ.get(variable) == "1"
        if report.skipped and wanted and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            report.outcome = "failed"
            report.longrepr = f"{variable}=1, but this test was skipped. {reason}"
    return report


@pytest.fixture(scope="session")
def peers() -> Path:
    """The folder tests/peers, its npm packages installed; use it with the marker `peers`."""
    if reason := missing("peers"):
        pytest.skip(reason)
    return PEERS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium for one test module; use it with the marker `browser`.

    Playwright keeps an event loop running in this thread for as long as the module's tests last,
    so a module that uses it holds no async test and calls no asyncio.run.
    """
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        pytest.skip(missing("browser") or "")
    with sync_playwright() as playwright:
        started = launch(playwright, path)
        yield started
        started.close()


@pytest.fixture(autouse=True)
def keys_and_masks_are_random_again() -> Iterator[None]:
    """A test that fixes the random bytes, as lessons do, must let go of them."""
    from wslab.net.entropy import is_repeatable, repeatable

    yield
    if is_repeatable():
        repeatable(None)
        pytest.fail("this test leaves keys and masks repeatable: end with repeatable(None)")
