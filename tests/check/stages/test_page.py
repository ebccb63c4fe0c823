"""The learner's own browser among the clients; in a real one: tests/browser/here/test_stages.py."""

from __future__ import annotations

import pytest

from tests.check.servers import right_streams
from wslab.browser.here.verdict import Verdict
from wslab.check.running.serving import serving
from wslab.check.stages import STAGES, page
from wslab.check.stages.page import ask_page


def asked(monkeypatch: pytest.MonkeyPatch, found: Verdict | None, stage: int) -> tuple[str, str]:
    """What is said, and the lines that the page was given."""
    given: list[str] = []

    def verdict(lines: str, url: str) -> Verdict | None:
        given.append(lines)
        return found

    monkeypatch.setattr(page, "verdict", verdict)
    with serving(right_streams.serve) as server:
        said = ask_page(server, stage)
    return said, given[0]


def test_nothing_is_said_without_a_browser_and_of_a_right_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert asked(monkeypatch, None, 4)[0] == ""
    assert asked(monkeypatch, Verdict("Chromium 1", ""), 4)[0] == ""


def test_what_it_finds_is_told_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    said, _ = asked(monkeypatch, Verdict("Chromium 1", "it waited in vain"), 4)
    assert "but your browser, Chromium 1, does: it waited in vain." in said


def test_it_does_only_what_the_stage_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    begins = {
        stage: asked(monkeypatch, None, stage)[1].split("\n")[0].replace("x" * 70_000, "x7")
        for stage in (3, 4, 5, 8, 10)
    }
    words, middle = '"Gr\\u00fc\\u00dfe"', f'"{"x" * 1_000}"'
    assert begins == {
        3: "const texts = [], closes = false;",
        4: f"const texts = [{words}], closes = false;",
        5: f"const texts = [{words}, {middle}], closes = false;",
        8: f'const texts = [{words}, {middle}, "x7"], closes = false;',
        10: f'const texts = [{words}, {middle}, "x7"], closes = true;',
    }


def test_a_stage_that_libraries_find_right_is_wrong_for_a_browser(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page, "verdict", lambda *_: Verdict("Chromium 1", "it waited in vain"))
    outcome = STAGES[9].judge(right_streams.serve)
    assert "but your browser, Chromium 1, does" in str(outcome)
