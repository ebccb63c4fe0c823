"""What the tests of the page do in it, as a person would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

browser_test = pytest.mark.browser
Visit = Callable[..., Page]


def log_in(page: Page, name: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Message", exact=True)).to_be_focused()


def say(page: Page, text: str) -> None:
    box = page.get_by_label("Message", exact=True)
    box.fill(text)
    box.press("Enter")
    expect(box).to_have_value("")


def users(page: Page) -> Any:
    return page.locator("#users bdi")


def texts(page: Page) -> Any:
    return page.get_by_role("log").locator(".text")
