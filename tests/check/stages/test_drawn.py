"""The picture of the progress says what is done, in shapes and in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from wslab import check
from wslab.check import store
from wslab.check.outcome import State
from wslab.check.stages import STAGES
from wslab.check.stages.drawn import progress


def test_nothing_is_done_at_first() -> None:
    picture = progress({})
    assert repr(picture) == "<progress: 0 of 14 stages>"
    assert picture.svg.count("to do") == 14
    assert all(stage.title in picture.text for stage in STAGES)


def test_each_state_has_its_word() -> None:
    states = {STAGES[0].name: State.RIGHT, STAGES[6].name: State.WRONG}
    picture = progress(states)
    assert "1 of 14 are done: 1." in picture.svg
    for words in ("answer the upgrade: done", "ping and pong: not yet", "sizes: to do"):
        assert words in picture.svg
    assert "✓ done" in picture.text and "✗ not yet" in picture.text


def test_it_is_drawn_from_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSLAB_PROGRESS", str(tmp_path / "progress.json"))
    store.note("07.stage01", State.RIGHT)
    store.note("02.accept", State.RIGHT)
    assert repr(check.progress()) == "<progress: 1 of 14 stages>"


def test_no_title_is_cut() -> None:
    """A text that does not fit would be shortened, with the whole in a title of its own."""
    assert "…" not in progress({}).svg
