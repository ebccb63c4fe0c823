"""wslab.net.explain: errors in the learner's own words and lines."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from wslab.net.explain import describe_error, shown_plainly
from wslab.net.servers import PortInUse
from wslab.protocol.errors import BadKey, WebSocketError


def _caught(error: BaseException) -> BaseException:
    try:
        raise error  # the line to be named
    except BaseException as caught:
        return caught


def test_the_handlers_own_line_is_named() -> None:
    def on_message(text: str) -> int:
        return int(text)  # the line to be named

    with pytest.raises(ValueError) as caught:
        on_message("seven")
    text = describe_error(caught.value)
    assert text.startswith("ValueError: invalid literal for int() with base 10: 'seven'\n")
    assert "in on_message, line" in text
    assert text.endswith("test_explain.py: return int(text)  # the line to be named")


def test_an_error_that_was_never_raised_needs_no_line() -> None:
    assert describe_error(OSError("gone")) == "OSError: gone"
    assert describe_error(KeyError()) == "KeyError"


@pytest.mark.parametrize("error", [PortInUse(7, "another program"), BadKey(), WebSocketError("x")])
def test_a_notebook_shows_our_errors_without_our_inside(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    shell = InteractiveShell.instance()
    try:
        shell.run_cell("import wslab.net")
        shell.push({"error": error})
        shell.run_cell("raise error")
        shown = capsys.readouterr()
        assert str(error) in shown.out + shown.err
        assert "Traceback" not in shown.out + shown.err
    finally:
        InteractiveShell.clear_instance()


def test_the_decorator_gives_back_the_class() -> None:
    @shown_plainly
    class Mine(Exception):
        pass

    assert Mine.__name__ == "Mine"
    assert Mine("why")._render_traceback_()[0].endswith("why")  # type: ignore[attr-defined]
    assert "Mine: why" in describe_error(_caught(Mine("why")))
