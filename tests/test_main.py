"""python -m wslab, as real processes with real signals."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from wslab.__main__ import main


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "wslab", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "://" in line, process.communicate(timeout=10)
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.wait(10)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_echo_answers_and_closes_with_1001(end: signal.Signals) -> None:
    async def talk(process: subprocess.Popen[str], url: str) -> None:
        async with connect(url, max_size=None) as client:
            for message in ("héllo", b"\x00\xff", "x" * 1_048_576):
                await client.send(message)
                assert await client.recv() == message
            process.send_signal(end)
            await client.wait_closed()
            assert client.close_code == 1001

    with running("echo", "--port", "0") as (process, url):
        asyncio.run(talk(process, url))
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_echo_broadcasts_to_all() -> None:
    async def talk(url: str) -> None:
        async with connect(url) as one, connect(url) as two:
            await one.send("to all")
            assert [await one.recv(), await two.recv()] == ["to all", "to all"]

    with running("echo", "--port", "0", "--broadcast") as (_, url):
        asyncio.run(talk(url))


def test_chat_serves_its_page() -> None:
    with running("chat", "--port", "0") as (process, url):
        with urllib.request.urlopen(url, timeout=10) as page:
            assert page.headers["Content-Type"].startswith("text/html")
            assert "<html" in page.read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_busy_port_is_said_in_one_line() -> None:
    with running("echo", "--port", "0") as (_, url):
        port = url.rstrip("/").rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "wslab", "echo", "--port", port],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert second.returncode == 1
    assert second.stderr.startswith(f"wslab: port {port} is in use by another program")
    assert second.stderr.count("\n") == 1
    assert "--port 0" in second.stderr
    assert "listen(0)" not in second.stderr  # which is Python


def test_lab_without_lessons_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lab", "--notebooks", str(tmp_path)]) == 1
    assert "no lessons in" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["-1", "70000", "http"])
def test_a_port_that_is_none(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["echo", "--port", port])
    assert "is not a port" in capsys.readouterr().err
