"""wslab.browser.upgrade: the recorded request, held against the engine and against Chromium."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import find_chromium
from tests.browser.upgrade_recording import record_upgrade, update, without_random
from wslab import browser
from wslab.browser import recorded_upgrade
from wslab.net.dissect import REDACTED, RequestItem, ResponseItem
from wslab.protocol import accept_value

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def heads() -> tuple[RequestItem, ResponseItem]:
    request, response = recorded_upgrade().items
    assert isinstance(request, RequestItem)
    assert isinstance(response, ResponseItem)
    return request, response


def test_it_says_where_it_comes_from() -> None:
    upgrade = recorded_upgrade()
    assert re.fullmatch(r"recorded from Chromium \d+ on \d{4}-\d\d-\d\d", upgrade.label)
    assert repr(upgrade) == f"<upgrade request: {len(upgrade.request)} lines, {upgrade.label}>"
    assert browser.recorded_upgrade is recorded_upgrade


def test_it_is_a_handshake_that_went_well() -> None:
    request, response = heads()
    assert request.upgrade
    assert response.upgrade
    assert request.problems == response.problems == ()
    assert response.get("Sec-WebSocket-Accept") == accept_value(request.get("Sec-WebSocket-Key"))


def test_it_has_what_a_browser_adds_and_no_secret() -> None:
    request, _ = heads()
    assert request.get("Origin") == recorded_upgrade().page.rstrip("/")
    assert request.get("Sec-WebSocket-Extensions").startswith("permessage-deflate")
    assert request.get("Cookie") == REDACTED
    assert request.get("User-Agent")
    assert not re.search(
        r"127\.0\.0\.1|localhost|:\d{4,5}\b", "\n".join(recorded_upgrade().request)
    )


def test_a_file_is_written_only_when_more_than_the_random_is_new(tmp_path: Path) -> None:
    file = tmp_path / "upgrade.json"
    first = {"page": "p", "request": ["GET /", "Sec-WebSocket-Key: a"], "response": []}
    assert update(file, first)
    assert not update(file, {**first, "request": ["GET /", "Sec-WebSocket-Key: b"]})
    assert update(file, {**first, "request": ["GET /room", "Sec-WebSocket-Key: b"]})


@pytest.mark.browser
def test_this_chromium_sends_what_was_recorded(browser: Browser) -> None:
    now = record_upgrade(browser.browser_type, find_chromium() or "")
    recorded = recorded_upgrade()
    # What may differ: the version, and the system that is named beside it.
    steady = [
        [x for x in lines if "User-Agent" not in x] for lines in (now["request"], recorded.request)
    ]
    assert without_random(steady[0]) == without_random(steady[1]), "run make traces"
    assert without_random(now["response"]) == without_random(recorded.response)
