"""What is stored is the same on each run, and the script is there for a moment only."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from tests.browser.here.support import Shown
from wslab.browser.here.outputs import Island, Output, in_a_kernel, script


def test_an_island_is_the_same_for_the_same_content() -> None:
    one, same, other = Island("<p>a</p>", "a"), Island("<p>a</p>", "a"), Island("<p>b</p>", "b")
    assert one.html == same.html != other.html
    assert f'data-wslab="{one.key}"' in one.html
    assert one._repr_mimebundle_() == {"text/html": one.html, "text/plain": "a"}
    assert (str(one), repr(one)) == ("a", "<island>")


def test_in_another_cell_it_has_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    keys = []
    for code in ("one()", "two()", "one()\n"):
        shell = SimpleNamespace(parent_header={"content": {"code": code}})
        monkeypatch.setattr(IPython, "get_ipython", lambda shell=shell: shell)
        keys.append(Island("<p>a</p>", "a").key)
    assert keys[0] == keys[2] != keys[1]


def test_equal_islands_of_one_run_have_keys_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    def keys(run: str) -> list[str]:
        parent = {"content": {"code": "two()"}, "header": {"msg_id": run}}
        monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(parent_header=parent))
        return [Island("<p>a</p>", "a").key for _ in range(2)]

    first, again = keys("1"), keys("2")
    assert first == again
    assert first[0] != first[1]


def test_what_is_first_and_last_shown_is_what_is_stored(shown: Shown) -> None:
    island = Island("<p>a</p>", "a")
    output = Output(island)
    output.show_with("<script>1</script>")
    output.settle()
    first, between, last = shown.only
    assert first == last == island._repr_mimebundle_()
    assert between["text/html"] == island.html + "<script>1</script>"
    assert between["text/plain"] == "a"


def test_outside_a_kernel_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    monkeypatch.setattr(IPython.display, "display", lambda *args, **more: pytest.fail("shown"))
    assert not in_a_kernel()
    Output(Island("", "")).settle()


def test_the_script_is_one_element_with_its_settings() -> None:
    text = script(5000, "t</script>", "7")
    assert text.startswith("<script>") and text.endswith("</script>")
    settings = re.findall(r"wslabAgent\((\{.*\})\);\n\}\)\(\);</script>$", text)
    assert settings and json.loads(settings[0])["job"] == "7"
    assert text.count("</script>") == 1
