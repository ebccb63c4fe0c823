"""wslab.net.export: a capture saved and loaded shows the same; the name's ending decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.net.export.recordings import polling
from tests.show.recorded import captured, chat
from wslab import show
from wslab.net import load_capture, save


def test_pcapng_shows_the_same(tmp_path: Path) -> None:
    wire = captured(chat(), polling(number=2))
    path = save(wire, tmp_path / "talk.pcapng", secrets=True)
    loaded = load_capture(path)
    assert str(show.table(loaded, times=True)) == str(show.table(wire, times=True))
    assert repr(loaded) == "<capture from talk.pcapng: 2 connections>"
    assert loaded.notes == ()


def test_hidden_secrets_show_the_same_too(tmp_path: Path) -> None:
    """What is shown has no secrets either; only the token's mark is another one in the URL."""
    wire = captured(chat(), polling(number=2))
    loaded = load_capture(save(wire, tmp_path / "talk.pcapng"))
    assert len(show.table(loaded).rows) == len(show.table(wire).rows)
    for mine, theirs in zip(wire.connections, loaded.connections, strict=True):
        assert [len(c.data) for c in mine.chunks] == [len(c.data) for c in theirs.chunks]


def test_har_shows_the_messages_and_says_that_they_are_rebuilt(tmp_path: Path) -> None:
    loaded = load_capture(save(captured(chat()), tmp_path / "talk.har"))
    text = str(show.table(loaded))
    for shown in ("GET /chat", "101 Switching", '"Hello"', '"Hellö"', '1000 "bye"', "a binary"):
        assert shown in text
    assert "rebuilt from a HAR" in loaded.notes[0]
    assert loaded.notes[0] in text
    assert b"Note: rebuilt from a HAR" in save(loaded, tmp_path / "again.pcapng").read_bytes()


@pytest.mark.parametrize("name", ["talk.txt", "talk", "talk.pcap", "har"])
def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=rf"as {name}: the name ends in \.har or \.pcapng"):
        save(captured(chat()), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["talk.txt", "talk"])
def test_another_ending_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ValueError, match=f"from {name}: the name ends in"):
        load_capture(tmp_path / name)


@pytest.mark.parametrize("ending", ["har", "pcapng"])
def test_what_is_loaded_can_be_saved_again(tmp_path: Path, ending: str) -> None:
    first = save(captured(chat(), polling(number=2)), tmp_path / f"a.{ending}")
    second = save(load_capture(first), tmp_path / f"b.{ending}")
    once, twice = load_capture(first), load_capture(second)
    assert str(show.table(once)) == str(show.table(twice))


@pytest.mark.parametrize("ending", ["har", "pcapng"])
def test_a_capture_without_connections(tmp_path: Path, ending: str) -> None:
    assert load_capture(save(captured(), tmp_path / f"none.{ending}")).connections == []
