"""The page through a kill -9 of its server: nobody loses a word, and all see what happens."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.chat.pages import Visit, browser_test, log_in, say, texts, users
from tests.chat.test_kill import Killable, free_port

pytestmark = [
    browser_test,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here"),
]


def test_two_people_and_a_server_that_is_killed(visit: Visit, tmp_path: Path) -> None:
    file, port = tmp_path / "chat.db", free_port()
    server = Killable(port, file)
    try:
        url = server.url()
        ada, bob = visit(url), visit(url)
        log_in(ada, "Ada")
        log_in(bob, "Bob")
        say(ada, "before")
        os.kill(server.process.pid, signal.SIGKILL)
        server.end()
        for page in (ada, bob):
            expect(page.get_by_role("status")).to_contain_text("Trying again")
        box = bob.get_by_label("Message", exact=True)
        box.fill("meanwhile")
        box.press("Enter")
        expect(bob.locator("#unsent")).to_have_text(
            "Not sent. There is no connection to the server."
        )
        expect(box).to_have_value("meanwhile")

        server = Killable(port, file)
        server.url()
        for page in (ada, bob):
            expect(page.get_by_role("status")).to_have_text("Connected", timeout=30_000)
        box.press("Enter")
        for page in (ada, bob):
            expect(texts(page)).to_have_text(["before", "meanwhile"])
            expect(users(page)).to_have_count(2)
        expect(bob.locator("#unsent")).to_be_empty()
        bob.reload()
        expect(texts(bob)).to_have_text(["before", "meanwhile"])
    finally:
        server.end()


def test_what_was_missed_is_shown_once_and_in_order(visit: Visit, tmp_path: Path) -> None:
    file, port = tmp_path / "chat.db", free_port()
    server = Killable(port, file)
    try:
        url = server.url()
        ada, bob = visit(url), visit(url)
        log_in(ada, "Ada")
        log_in(bob, "Bob")
        say(bob, "one")
        expect(texts(ada)).to_have_text(["one"])
        # Ada's connection breaks, and stays away while Bob talks.
        ada.evaluate("socket.connectAgain = socket.connect; socket.connect = () => {}")
        ada.evaluate("socket.ws.close()")
        expect(ada.get_by_role("status")).to_contain_text("Trying again")
        for text in ("two", "three"):
            say(bob, text)
        expect(texts(ada)).to_have_text(["one"])
        ada.evaluate("socket.connect = socket.connectAgain; socket.connect()")
        expect(texts(ada)).to_have_text(["one", "two", "three"])
        say(ada, "four")
        for page in (ada, bob):
            expect(texts(page)).to_have_text(["one", "two", "three", "four"])
    finally:
        server.end()
