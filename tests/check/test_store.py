"""What was solved is remembered, and no broken file does harm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wslab.check import store
from wslab.check.outcome import State


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "deep" / "progress.json"
    monkeypatch.setenv("WSLAB_PROGRESS", str(path))
    return path


def test_it_outlives_the_process(file: Path) -> None:
    assert store.load() == {}
    assert not store.note("02.accept", State.WRONG)
    assert not store.note("02.accept", State.RIGHT)
    assert not store.note("02.accept", State.UNTRIED)  # a fresh copy of the lesson
    assert store.load() == {"02.accept": State.RIGHT}
    assert [each.name for each in file.parent.iterdir()] == ["progress.json"]


def test_what_was_right_and_breaks_is_said() -> None:
    store.note("02.accept", State.RIGHT)
    assert store.note("02.accept", State.WRONG)
    assert not store.note("02.accept", State.WRONG)


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"02.accept": "EATEN"}', '{"a": 1}', "\x00"])
def test_a_broken_file_counts_as_none(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content)
    assert store.load() == {}
    store.note("02.accept", State.RIGHT)
    assert store.load() == {"02.accept": State.RIGHT}


def test_where_nothing_can_be_kept_nothing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSLAB_PROGRESS", "/dev/null/progress.json")
    assert not store.note("02.accept", State.RIGHT)
    assert store.load() == {}


def test_without_the_variable_it_is_the_user_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WSLAB_PROGRESS")
    assert store.path().parent.name == "wslab"


def test_without_a_file_it_is_kept_as_long_as_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_here", {})
    monkeypatch.setenv("WSLAB_PROGRESS", "")
    store.note("02.accept", State.RIGHT)
    assert store.load() == {"02.accept": State.RIGHT}
    assert store.note("02.accept", State.WRONG)


def test_what_is_no_file_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device such as /dev/null would become a file, for the whole computer."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setattr(store, "load", dict)  # a pipe has nothing to read, for ever
    monkeypatch.setenv("WSLAB_PROGRESS", str(pipe))
    store.note("02.accept", State.RIGHT)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
