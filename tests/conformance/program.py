"""A program in a process of its own, whose output goes into a log and can be waited for."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 30.0  # to start, or to end: generous, the machine may be busy


class ProgramFailed(Exception):
    """A program ended, or was silent, before it did what it was started for."""


class Program:
    """A running program; `log` gets what it prints, stdout and stderr together."""

    def __init__(self, command: Sequence[str | Path], log: Path) -> None:
        self.log = log
        self.name = Path(command[0]).name
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.log.open("w", encoding="utf-8") as log:
            for line in self.process.stdout:
                log.write(line)
                log.flush()
                self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, pattern: str, seconds: float = SECONDS) -> str:
        """What the first group of `pattern` matches in the next line that has it.

        Raises ProgramFailed when the program has ended, or was silent for so many seconds.
        """
        while True:
            try:
                line = self._lines.get(timeout=seconds)
            except queue.Empty:
                raise ProgramFailed(
                    f"{pattern!r} did not come in {seconds:g} s of silence"
                ) from None
            if line is None:
                raise ProgramFailed(f"it ended before {pattern!r} came; see {self.log}")
            if match := re.search(pattern, line):
                return match[1]

    def wait(self, seconds: float) -> None:
        """Wait for it to end by itself."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProgramFailed(f"it was not done in {seconds:g} s; see {self.log}") from None
        if code:
            raise ProgramFailed(f"it ended with exit code {code}; see {self.log}")

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def running(command: Sequence[str | Path], log: Path) -> Iterator[Program]:
    """Run a program, and end it in any case."""
    program = Program(command, log)
    try:
        yield program
    finally:
        program.end()
