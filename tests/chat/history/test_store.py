"""What every store must do; a new one is added to the list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wslab.chat.history import Draft, History, Message, SQLiteHistory


@pytest.fixture(params=["file", "temporary"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[History]:
    file = tmp_path / "chat.db" if request.param == "file" else ""
    history = SQLiteHistory(file, clock=lambda: 0)
    yield history
    history.close()


def said(room: str, *texts: str, uid: str | None = None) -> list[Draft]:
    return [Draft(room, "Ada", text, 5.5, uid) for text in texts]


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


def test_ids_grow_over_all_rooms(history: History) -> None:
    added = history.add([*said("tea", "a"), *said("lobby", "b"), *said("tea", "c")])
    assert added == [(Message(n, "Ada", text, 5.5), True) for n, text in enumerate("abc", 1)]


def test_after_and_before(history: History) -> None:
    history.add([*said("tea", *"abcd"), *said("lobby", *"xyz")])
    assert texts(history.after("tea", 0, 10)) == ["a", "b", "c", "d"]
    assert texts(history.after("tea", 2, 1)) == ["c"]
    assert texts(history.before("tea", None, 2)) == ["c", "d"]
    assert texts(history.before("tea", 3, 10)) == ["a", "b"]
    assert history.after("tea", 4, 10) == history.before("tea", 1, 10) == []
    assert texts(history.after("lobby", 0, 10)) == ["x", "y", "z"]
    assert history.after("nowhere", 0, 10) == []


def test_the_rooms_with_the_newest_first(history: History) -> None:
    assert history.rooms() == []
    history.add([*said("tea", "a"), *said("lobby", "b"), *said("Coffee", "c"), *said("tea", "d")])
    assert history.rooms() == ["tea", "Coffee", "lobby"]


def test_what_is_sent_again_is_kept_once(history: History) -> None:
    [(first, new)] = history.add(said("tea", "a", uid="u"))
    assert new
    assert history.add(said("tea", "a", uid="u")) == [(first, False)]
    [(third, new), (fourth, newer)] = history.add(said("tea", "b", "b", uid="u"))  # not the same
    assert new and newer
    assert len(history.after("tea", 0, 10)) == 3
    assert first.id < third.id < fourth.id


def test_any_text_comes_back(history: History) -> None:
    wild = "\x00 ' \" ; DROP TABLE messages; -- \u202e 👩\u200d💻 \n"
    history.add(said("tea", wild, "half \ud83d"))
    assert texts(history.after("tea", 0, 10)) == [wild, "half \ufffd"]
    history.add(said("tea", "half \ud83d", uid="\ud83d"))
    assert len(history.add(said("tea", "half \ud83d", uid="\ud83d"))) == 1


def test_closing_twice_is_harmless(history: History) -> None:
    history.close()
    history.close()
