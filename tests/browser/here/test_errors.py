"""The errors say what happened and what to do."""

from __future__ import annotations

from wslab.browser.here.errors import PageClosed, ScriptFailed


def test_a_script_s_error_keeps_javascript_s_words() -> None:
    error = ScriptFailed("TypeError", "x is not a function")
    assert str(error) == "the page's script raised TypeError: x is not a function"
    assert (error.name, error.message) == ("TypeError", "x is not a function")


def test_a_page_that_went_says_what_to_do() -> None:
    assert "run the cell again" in str(PageClosed())
