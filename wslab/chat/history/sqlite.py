"""Messages in an SQLite file.

What was committed is in the file, whatever happens to the process, and to the power as well:
SQLite's write-ahead log is flushed at each commit (https://www.sqlite.org/wal.html).
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wslab.chat.history.store import Draft, HistoryError, Message

APPLICATION = 0x77736C62  # "wslb": who made the file, in its header (PRAGMA application_id)
VERSION = 1
KEEP = 100_000  # messages in a file
KEEP_TEMPORARY = 10_000
SPARED = 100  # of each room, however old; fewer when the rooms are so many that they don't fit
BUSY_SECONDS = 5.0  # another process may be writing

SCHEMA = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    time REAL NOT NULL,  -- seconds since 1970
    uid TEXT UNIQUE      -- made up by the sender
);
CREATE INDEX messages_by_room ON messages (room, id);
"""
# One statement, one look: another process may be making the file at this moment.
HEADER = """
SELECT application_id, user_version, (SELECT count(*) FROM sqlite_master)
FROM pragma_application_id, pragma_user_version
"""
# First what no room is spared, the oldest of it first. Then each room gives one, and one again.
PRUNE = """
DELETE FROM messages WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY room ORDER BY id DESC) AS nth FROM messages
    ) ORDER BY min(nth, ? + 1) DESC, id LIMIT ?
)
"""
COLUMNS = "id, name, text, time"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class SQLiteHistory:
    """A history in a file; without one, in a temporary database that goes with this object.

    keep: how many messages, and a tenth more. The oldest go first, but the newest hundred of each
    room stay, or fewer of each where there are many rooms.
    clock: seconds since 1970. Raises HistoryError for a file that is something else, or can't be
    opened.
    """

    def __init__(
        self,
        file: str | Path = "",
        *,
        keep: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.file = str(file)
        self.keep = keep or (KEEP if self.file else KEEP_TEMPORARY)
        self._added = self.keep // 10  # since the oldest were forgotten: do it soon
        with self._errors("opened"):
            self._db = sqlite3.connect(
                self.file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._errors("opened"):
                self._prepare(clock)
        except BaseException:
            self._db.close()
            raise

    def __repr__(self) -> str:
        return f"<history in {self.file or 'a temporary database'}>"

    def _prepare(self, clock: Callable[[], float]) -> None:
        run = self._db.execute
        self._check_file()
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")  # in WAL mode: the log is flushed at each commit
        run("BEGIN IMMEDIATE")
        if not self._check_file():  # again: another process may have been quicker
            for statement in SCHEMA.split(";"):
                run(statement)
            # A new history begins above the ids of those before it, so that a client that asks for
            # what came after its last message gets all of this one.
            first = max(0, int(clock() * 1000))
            run("INSERT INTO sqlite_sequence (name, seq) VALUES ('messages', ?)", (first,))
            run(f"PRAGMA application_id = {APPLICATION}")
            run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")

    def _check_file(self) -> bool:
        """Whether the tables are there. Raises HistoryError for somebody else's."""
        made_by, version, tables = self._db.execute(HEADER).fetchone()
        if made_by == APPLICATION and version > VERSION:
            raise HistoryError(f"{self.file} was written by a newer version of wslab")
        if made_by != APPLICATION and tables:
            raise HistoryError(
                f"{self.file} is the database of another program: name a new file for the history"
            )
        return bool(made_by == APPLICATION)

    def add(self, drafts: Sequence[Draft]) -> list[tuple[Message, bool]]:
        """As `History.add`. A lone surrogate, which is no character, becomes U+FFFD."""
        with self._errors("written"):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                added = [self._add(draft) for draft in drafts]
                self._added += len(drafts)
                if self._added >= self.keep // 10:
                    self._added = 0
                    self._prune()
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        return added

    def _prune(self) -> None:
        """Forget the oldest, but of each room the newest, so that no room can empty another."""
        (count,) = self._db.execute("SELECT count(*) FROM messages").fetchone()
        if count > self.keep:
            self._db.execute(PRUNE, (SPARED, count - self.keep))

    def _add(self, draft: Draft) -> tuple[Message, bool]:
        uid, text = draft.uid, _LONE_SURROGATE.sub("\ufffd", draft.text)
        if uid is not None:
            uid = _LONE_SURROGATE.sub("\ufffd", uid)
            query = f"SELECT room, {COLUMNS} FROM messages WHERE uid = ?"
            if found := self._db.execute(query, (uid,)).fetchone():
                room, message = found[0], Message(*found[1:])
                if (room, message.name, message.text) == (draft.room, draft.name, text):
                    return message, False
                uid = None  # somebody else's
        cursor = self._db.execute(
            "INSERT INTO messages (room, name, text, time, uid) VALUES (?, ?, ?, ?, ?)",
            (draft.room, draft.name, text, draft.time, uid),
        )
        assert cursor.lastrowid is not None
        return Message(cursor.lastrowid, draft.name, text, draft.time), True

    def after(self, room: str, id: int, limit: int) -> list[Message]:
        """As `History.after`."""
        return self._read("id > ? ORDER BY id LIMIT ?", room, id, limit)

    def before(self, room: str, id: int | None, limit: int) -> list[Message]:
        """As `History.before`."""
        top = 2**63 - 1 if id is None else id
        return self._read("id < ? ORDER BY id DESC LIMIT ?", room, top, limit)[::-1]

    def _read(self, where: str, room: str, id: int, limit: int) -> list[Message]:
        query = f"SELECT {COLUMNS} FROM messages WHERE room = ? AND {where}"
        with self._errors("read"):
            return [Message(*row) for row in self._db.execute(query, (room, id, limit))]

    def rooms(self) -> list[str]:
        """As `History.rooms`."""
        query = "SELECT room FROM messages GROUP BY room ORDER BY max(id) DESC"
        with self._errors("read"):
            return [room for (room,) in self._db.execute(query)]

    def close(self) -> None:
        """Close the file; a second time is harmless."""
        self._db.close()

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        """SQLite's errors as ours, with the file's name."""
        try:
            yield
        except (sqlite3.Error, OverflowError) as error:
            name = self.file or "the temporary history"
            raise HistoryError(f"{name} can't be {what}: {error}") from None
