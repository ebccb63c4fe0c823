"""A peer in a process of its own: started, read line by line, ended."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SECONDS = 30.0  # for one line: generous, the machine may be busy

CLIENTS = {
    "npm websocket": ["node", str(HERE / "npm_websocket_client.js")],
    "npm ws": ["node", str(HERE / "ws_client.js")],
    "websockets": [sys.executable, "-m", "tests.peers.websockets_client"],
}
SERVERS = {
    "npm websocket": ["node", str(HERE / "npm_websocket_server.js")],
    "npm ws": ["node", str(HERE / "ws_server.js")],
    "websockets": [sys.executable, "-m", "tests.peers.websockets_server"],
}


class Program:
    """A running peer. Its lines are JSON lists."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=HERE.parent.parent,
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._errors = ""
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._err)]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _err(self) -> None:
        assert self.process.stderr is not None
        self._errors = self.process.stderr.read()

    def line(self) -> list[Any] | None:
        """The next line, None when the program has ended."""
        try:
            line = self._lines.get(timeout=SECONDS)
        except queue.Empty:
            raise AssertionError(f"no line in {SECONDS} s from {self.process.args}") from None
        return None if line is None else json.loads(line)

    def all_lines(self) -> list[list[Any]]:
        """Every line until the program ends by itself."""
        lines = []
        while (line := self.line()) is not None:
            lines.append(line)
        assert self.process.wait(SECONDS) == 0, self.errors()
        return lines

    def errors(self) -> str:
        """What it wrote to stderr, once it has ended."""
        self._threads[1].join(SECONDS)
        return self._errors

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(SECONDS)
        for thread in self._threads:
            thread.join(SECONDS)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


@contextmanager
def running(command: list[str]) -> Iterator[Program]:
    """Run a peer, and end it in any case."""
    program = Program(command)
    try:
        yield program
    finally:
        program.end()
