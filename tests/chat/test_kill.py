"""kill -9: what was acknowledged is there when the server starts again."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from tests.peers.process import Program
from wslab.chat import SQLiteHistory, Talker

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")


class Killable(Program):
    """`python -m wslab chat`, and where it listens."""

    def __init__(self, port: int, file: Path) -> None:
        command = ["-m", "wslab", "chat", "--port", str(port), "--history", str(file)]
        super().__init__([sys.executable, *command])

    def url(self) -> str:
        line = self._lines.get(timeout=30)
        assert line is not None, self.errors()
        return line.split()[-1]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    file, port = tmp_path / "chat.db", free_port()
    server = Killable(port, file)
    acknowledged: dict[int, str] = {}

    async def talk(person: Talker) -> None:
        for number in range(40):
            text = f"{person.name}: {number}"
            acknowledged[await person.say(text)] = text

    try:
        url = await asyncio.to_thread(server.url)
        async with Talker(url, "Ada") as ada, Talker(url, "Bob") as bob:
            talking = asyncio.gather(talk(ada), talk(bob))
            for count in (20, 50):
                while len(acknowledged) < count:
                    await asyncio.sleep(0.01)
                os.kill(server.process.pid, signal.SIGKILL)
                await asyncio.to_thread(server.end)
                server = Killable(port, file)
                await asyncio.to_thread(server.url)
            await talking
            assert await ada.heard(80) == await bob.heard(80)
            assert {m["id"]: m["text"] for m in ada.messages} == acknowledged
            assert ada.reconnected >= 1  # two kills may be one loss to her
    finally:
        await asyncio.to_thread(server.end)
    history = SQLiteHistory(file)
    stored = history.after("lobby", 0, 1000)
    history.close()
    assert {message.id: message.text for message in stored} == acknowledged
    assert len(set(acknowledged.values())) == 80


async def test_a_bad_file_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are notes, and they are longer than a header. " * 10)
    server = Killable(0, file)
    assert await asyncio.to_thread(server.process.wait, 30) == 1
    said = server.errors()
    server.end()
    assert said.startswith("wslab: ") and said.count("\n") == 1
    assert "notes.txt can't be opened: file is not a database" in said
