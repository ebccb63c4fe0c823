"""Take the picture of the chat page in lesson 06: two people talk in a real Chromium.

    python -m tests.chat.picture images/chat_page.png

The clock of their room stands still, so that the picture does not change with the hour.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import find_chromium, launch
from wslab.chat import serve_chat

TALKERS = ("Ada", "Bob")
TALK = (
    ("Ada", "Hello Bob, are you there?"),
    ("Bob", "I am. Who else is?"),
    ("Ada", "<b>Nobody</b>, it is just us"),
)
TEN_O_CLOCK = 1_700_042_400.0  # seconds since 1970


def take(browser: Browser, path: Path) -> None:
    """Let Ada and Bob talk in two windows, and take a picture of Bob's."""
    contexts = [
        browser.new_context(
            viewport={"width": 820, "height": 460},
            color_scheme="light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
        )
        for _ in TALKERS
    ]
    with serve_chat(clock=lambda: TEN_O_CLOCK) as room:
        pages: dict[str, Page] = {}
        for name, context in zip(TALKERS, contexts, strict=True):
            page = pages[name] = context.new_page()
            page.goto(room.http_url)
            page.get_by_label("Your name").fill(name)
            page.get_by_role("button", name="Join").click()
            expect(page.locator("#users bdi").last).to_have_text(name)
        for count, (name, text) in enumerate(TALK, 1):
            box = pages[name].get_by_label("Message", exact=True)
            box.fill(text)
            box.press("Enter")
            for page in pages.values():
                expect(page.get_by_role("log").locator(".text")).to_have_count(count)
        expect(pages["Bob"].locator("#room-list small")).to_have_text(str(len(TALKERS)))
        pages["Bob"].screenshot(path=path, caret="hide")
        for context in contexts:
            context.close()


def main() -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Take the picture of the chat page.")
    parser.add_argument("file", type=Path)
    path = parser.parse_args().file
    chromium = find_chromium()
    if chromium is None:
        print("no Chromium or Chrome was found; install one or set WSLAB_CHROMIUM", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        take(browser, path)
        browser.close()
    print(f"{path} is taken")
    return 0


if __name__ == "__main__":
    sys.exit(main())
