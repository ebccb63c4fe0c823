"""How long a cell waits for a page, and what becomes of it when none comes."""

from __future__ import annotations

import time

import pytest

from tests.browser.here.support import FrontEnd, Shown
from wslab.browser.here import channel
from wslab.browser.here.asking import AGAIN, SECONDS, put, seconds_to_wait
from wslab.browser.here.outputs import Island

ISLAND = Island("<p>stored</p>", "stored")


def test_a_second_and_less_after_a_wait_in_vain() -> None:
    assert (seconds_to_wait(True), seconds_to_wait(False)) == (SECONDS, AGAIN)


@pytest.mark.parametrize(("given", "wanted"), [("5", 5.0), ("0.1", 0.1), ("", SECONDS)])
def test_a_slow_machine_can_be_given_more(
    monkeypatch: pytest.MonkeyPatch, given: str, wanted: float
) -> None:
    monkeypatch.setenv("WSLAB_BROWSER_SECONDS", given)
    assert seconds_to_wait(True) == wanted
    assert seconds_to_wait(False) == min(wanted, AGAIN)


def test_what_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSLAB_BROWSER_SECONDS", "soon")
    with pytest.raises(ValueError, match=r"WSLAB_BROWSER_SECONDS must be a number.*'soon'"):
        seconds_to_wait(True)


def test_outside_a_kernel_nobody_is_waited_for() -> None:
    begun = time.monotonic()
    assert put(ISLAND, {"html": ""}) is False
    assert time.monotonic() - begun < 0.5


def test_where_nobody_reads_the_stored_content_stays(shown: Shown) -> None:
    assert put(ISLAND, {"html": "<p>live</p>"}) is False
    first, between, last = shown.only
    assert first == last
    assert channel._channel is not None
    assert channel._channel.token in between["text/html"]
    assert channel._channel.answered is False


@pytest.mark.browser
def test_in_a_page_the_live_content_takes_its_place(front_end: FrontEnd) -> None:
    begun: list[str] = []
    content = {"html": "<p>live</p>"}
    assert front_end.cell(lambda: put(ISLAND, content, lambda page: begun.append(page.browser)))
    assert front_end.page.locator(".wslab-island").inner_text() == "live"
    assert begun[0].startswith("Chromium ")
    first, _, last = front_end.shown.only
    assert first == last == ISLAND._repr_mimebundle_()
