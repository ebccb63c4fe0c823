"""What was said: kept so that it survives the loss of a connection, and of the server.

`History` is the seam. `SQLiteHistory` keeps messages in a file, and a store that several processes
share could take its place. `Keeper` runs it in a thread of its own, since a disk takes its time.
"""

from __future__ import annotations

from wslab.chat.history.keeper import Keeper
from wslab.chat.history.sqlite import SQLiteHistory
from wslab.chat.history.store import Draft, History, HistoryError, Message

__all__ = ["Draft", "History", "HistoryError", "Keeper", "Message", "SQLiteHistory"]
