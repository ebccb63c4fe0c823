"""The file: opened again, written by two, full, broken, somebody else's."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from wslab.chat.history import Draft, HistoryError, SQLiteHistory

HELLO = Draft("tea", "Ada", "hello", 1.0)


def test_it_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    first = SQLiteHistory(file)
    [(message, _)] = first.add([HELLO])
    first.close()
    again = SQLiteHistory(file)
    assert again.after("tea", 0, 10) == [message]
    [(next_message, _)] = again.add([HELLO])
    assert next_message.id == message.id + 1
    assert repr(again) == f"<history in {file}>"
    again.close()


def test_a_new_history_begins_above_those_before_it() -> None:
    old, new = SQLiteHistory(clock=lambda: 1000.0), SQLiteHistory(clock=lambda: 1001.0)
    [(last, _)] = old.add([HELLO])
    [(first, _)] = new.add([HELLO])
    assert last.id == 1_000_001
    assert first.id == 1_001_001
    assert repr(new) == "<history in a temporary database>"
    old.close()
    new.close()


def test_two_may_write_into_one_file(tmp_path: Path) -> None:
    one, other = SQLiteHistory(tmp_path / "chat.db"), SQLiteHistory(tmp_path / "chat.db")
    for history in (one, other, one):
        history.add([HELLO])
    assert len(other.after("tea", 0, 10)) == 3
    one.close()
    other.close()


def test_the_oldest_go_first_and_each_room_keeps_its_newest() -> None:
    history = SQLiteHistory(keep=200, clock=lambda: 0)
    history.add([HELLO] * 150)
    for _ in range(20):
        history.add([Draft("spam", "Eve", "buy", 2.0)] * 50)
    spam = history.before("spam", None, 10_000)
    tea = history.after("tea", 0, 10_000)
    assert [message.id for message in tea] == list(range(51, 151))
    assert 200 <= len(tea) + len(spam) < 220
    assert spam[-1].id == 1_150
    history.close()


def test_no_number_of_rooms_is_more_than_is_kept() -> None:
    history = SQLiteHistory(keep=300, clock=lambda: 0)
    history.add([HELLO] * 100)
    for room in range(50):
        history.add([Draft(f"room {room}", "Eve", "buy", 2.0)] * 100)
    kept = {room: len(history.before(room, None, 10_000)) for room in history.rooms()}
    assert len(kept) == 51
    assert sum(kept.values()) == 300
    assert set(kept.values()) <= {5, 6}  # no room has emptied another
    assert [message.id for message in history.after("tea", 0, 9)][-1] == 100
    history.close()


def test_two_processes_make_one_new_file(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    histories: list[SQLiteHistory] = []
    threads = [
        threading.Thread(target=lambda: histories.append(SQLiteHistory(file))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(histories) == 8
    for history in histories:
        history.add([HELLO])
    assert len(histories[0].after("tea", 0, 100)) == 8
    for history in histories:
        history.close()


def test_all_or_none(tmp_path: Path) -> None:
    history = SQLiteHistory(tmp_path / "chat.db")
    bad = Draft("tea", "Ada", "x", 1.0, uid=object())  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        history.add([HELLO, bad])
    assert history.after("tea", 0, 10) == []
    history.add([HELLO])
    assert len(history.after("tea", 0, 10)) == 1
    history.close()


def test_a_disk_that_is_full_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "chat.db"
    history = SQLiteHistory(file)
    history.add([HELLO])
    pages = history._db.execute("PRAGMA page_count").fetchone()[0]
    history._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(HistoryError, match=r"chat\.db can't be written: .*full"):
        history.add([Draft("tea", "Ada", "x" * 10_000, 1.0)])
    assert len(history.after("tea", 0, 10)) == 1
    history._db.execute(f"PRAGMA max_page_count = {pages + 100}")
    history.add([HELLO])
    history.close()


def test_files_that_are_something_else(tmp_path: Path) -> None:
    text, other, newer = (tmp_path / name for name in ("notes.txt", "other.db", "newer.db"))
    text.write_text("These are my notes, and they are longer than a header. " * 10)
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE mine (x)")
    db.close()
    SQLiteHistory(newer).close()
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    for file, words in (
        (text, r"notes\.txt can't be opened: file is not a database"),
        (other, r"other\.db is the database of another program"),
        (newer, r"newer\.db was written by a newer version"),
        (tmp_path / "nowhere" / "chat.db", r"chat\.db can't be opened: unable to open"),
        (tmp_path, "can't be opened"),
    ):
        before = file.read_bytes() if file.is_file() else None
        with pytest.raises(HistoryError, match=words):
            SQLiteHistory(file)
        assert before is None or file.read_bytes() == before
