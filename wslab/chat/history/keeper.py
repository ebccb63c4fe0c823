"""Runs a history in a thread of its own, so that no client waits for another's disk.

What is asked is done in order, and answered in order on the background loop. Messages that come
while the disk is busy are stored together then, with one commit for all.
"""

from __future__ import annotations

import time
from asyncio import AbstractEventLoop
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from wslab.chat.history.store import Draft, History, HistoryError
from wslab.net.console import console
from wslab.net.loop import background

MAX_WAITING = 10_000  # jobs; a disk that is this far behind does not catch up
TURN = 0.005  # seconds of answers, after which others have their turn on the loop
Question = Callable[[History], Any]
Done = Callable[[Any], None]  # gets the result, or a HistoryError


@dataclass(frozen=True, slots=True)
class _Job:
    work: Draft | Question
    done: Done


class Keeper:
    """Everything but `close` is called on the background loop."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wslab chat history")
        self._waiting: deque[_Job] = deque()
        self._results: deque[tuple[_Job, Any]] = deque()
        self._busy = False
        self._closed = False

    def add(self, draft: Draft, done: Done) -> None:
        """Store a message; `done` gets it with whether it is new, once it is stored."""
        self._put(_Job(draft, done))

    def ask(self, question: Question, done: Done) -> None:
        """Ask for something; the answer knows of all messages that were given before."""
        self._put(_Job(question, done))

    def close(self) -> None:
        """Store what waits, and close the history. A second time is harmless."""
        if self._closed:
            return
        self._closed = True
        jobs = list(self._waiting)
        self._waiting.clear()
        self._thread.submit(_work, self.history, jobs)
        self._thread.submit(self.history.close)
        self._thread.shutdown(wait=False)

    def join(self) -> None:
        """Wait until all is stored and closed. Not on the background loop."""
        self._thread.shutdown(wait=True)

    def _put(self, job: _Job) -> None:
        if self._closed:
            job.done(HistoryError("the history is closed"))
        elif len(self._waiting) + len(self._results) >= MAX_WAITING:
            job.done(HistoryError("the disk is too slow for so many messages"))
        else:
            self._waiting.append(job)
            self._next()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        jobs = list(self._waiting)
        self._waiting.clear()
        self._thread.submit(self._work, jobs, background().loop)

    def _work(self, jobs: list[_Job], loop: AbstractEventLoop) -> None:
        results = _work(self.history, jobs)
        with suppress(RuntimeError):  # the loop has ended: nobody waits for an answer
            loop.call_soon_threadsafe(self._done, jobs, results)

    def _done(self, jobs: list[_Job], results: list[Any]) -> None:
        self._busy = False
        if not self._closed:
            self._next()  # the disk works while the answers go out
        answering = bool(self._results)
        self._results += zip(jobs, results, strict=True)
        if not answering:
            self._answer()

    def _answer(self) -> None:
        """A message to many takes its time, so that many messages take several turns."""
        end = time.monotonic() + TURN
        while self._results:
            job, result = self._results[0]
            try:
                job.done(result)
            except Exception as error:  # one answer that fails takes none of the others along
                console.error(error)
            self._results.popleft()
            if time.monotonic() > end and self._results:
                background().loop.call_soon(self._answer)
                return


def _work(history: History, jobs: list[_Job]) -> list[Any]:
    """Each job's result, or its HistoryError."""
    results: list[Any] = []
    for drafts, group in groupby(jobs, lambda job: isinstance(job.work, Draft)):
        works = [job.work for job in group]
        try:
            if drafts:
                results += history.add(works)  # type: ignore[arg-type]
            else:
                results += [_asked(history, work) for work in works]
        except Exception as error:
            failed = error if isinstance(error, HistoryError) else HistoryError(str(error))
            results += [failed] * len(works)
    return results


def _asked(history: History, question: Any) -> Any:
    try:
        return question(history)
    except Exception as error:
        return error if isinstance(error, HistoryError) else HistoryError(str(error))
