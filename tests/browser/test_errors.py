"""wslab.browser.errors: the DOM's names."""

from __future__ import annotations

import builtins

import pytest

from wslab import browser
from wslab.browser import DOMException, InvalidAccessError, InvalidStateError


@pytest.mark.parametrize(
    ("error", "name", "code"),
    [
        (InvalidStateError("why"), "InvalidStateError", 11),
        (browser.SyntaxError("why"), "SyntaxError", 12),
        (InvalidAccessError("why"), "InvalidAccessError", 15),
        (DOMException("why"), "Error", 0),
        (DOMException("why", "SyntaxError"), "SyntaxError", 12),
        (DOMException("why", "Other"), "Other", 0),
    ],
)
def test_name_message_and_code(error: DOMException, name: str, code: int) -> None:
    assert (error.name, error.message, error.code, str(error)) == (name, "why", code, "why")


def test_the_doms_syntax_error_is_not_pythons_and_is_not_imported_by_a_star() -> None:
    assert not issubclass(browser.SyntaxError, builtins.SyntaxError)
    assert "SyntaxError" not in browser.__all__
    assert all(hasattr(browser, name) for name in browser.__all__)
