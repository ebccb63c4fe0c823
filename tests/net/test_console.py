"""wslab.net.console: handlers record, cells show."""

from __future__ import annotations

import asyncio
import sys
import threading

import pytest

from wslab.net.console import Console, Line, speaking_for
from wslab.net.loop import background


@pytest.fixture
def console() -> Console:
    return Console()


def _on_background(console: Console, source: str, *texts: str) -> None:
    async def write() -> None:
        with speaking_for(source):
            for text in texts:
                console.log(text)

    background().run(write())


def test_log_records_and_prints_nothing(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    console.log("hello", 3, b"\x01\xff")
    assert capsys.readouterr().out == ""
    assert console.lines == [Line("", "hello 3 <Buffer 01 ff>")]


def test_show_groups_by_connection_in_their_order(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    console.log("listening")
    _on_background(console, "connection 10", "ten")
    _on_background(console, "connection 2", "two", "two\nagain")
    _on_background(console, "connection 10", "ten again")
    console.show()
    assert capsys.readouterr().out == (
        "listening\n[connection 2]\n  two\n  two\n  again\n[connection 10]\n  ten\n  ten again\n"
    )
    console.show()
    assert capsys.readouterr().out == "(the log is empty)\n"


def test_a_cell_speaks_for_itself_whatever_handler_runs(console: Console) -> None:
    async def handler(began: threading.Event, go_on: asyncio.Event) -> None:
        with speaking_for("connection 1"):
            began.set()
            await go_on.wait()
            console.log("from a handler")
        console.log("after it")

    began, go_on = threading.Event(), asyncio.Event()
    running = background().submit(handler(began, go_on))
    assert began.wait(5)
    console.log("from a cell")
    background().call(console.log, "from a cell, on the loop")
    background().call(go_on.set)
    running.result(5)
    assert console.lines == [
        Line("", "from a cell"),
        Line("", "from a cell, on the loop"),
        Line("connection 1", "from a handler"),
        Line("", "after it"),
    ]


def test_what_a_handler_begins_speaks_for_its_connection(console: Console) -> None:
    async def handler() -> None:
        done = asyncio.Event()
        with speaking_for("connection 1"):
            task = asyncio.create_task(later())
            asyncio.get_running_loop().call_later(0.01, console.log, "a timer")
            asyncio.get_running_loop().call_later(0.02, done.set)
        await task
        await done.wait()

    async def later() -> None:
        await asyncio.sleep(0)
        console.log("a task")

    background().run(handler())
    assert console.lines == [Line("connection 1", "a task"), Line("connection 1", "a timer")]


async def test_until_waits_for_lines(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    threading.Timer(0.02, lambda: console.log("late")).start()
    await console.until(lines=1)
    assert capsys.readouterr().out == "late\n"


async def test_until_that_waits_in_vain_shows_what_there_is(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    console.log("one")
    await console.until(lines=2, timeout=0.02)
    assert capsys.readouterr().out == (
        "one\n(stopped waiting: waited 0.02 s for 2 lines in the log, and it did not happen)\n"
    )


def test_memory_is_bounded(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.modules["wslab.net.console"], "MAX_LINES", 3)
    for number in range(5):
        console.log(number)
    console.show()
    assert capsys.readouterr().out == "(2 older lines were left out)\n2\n3\n4\n"


def test_a_line_is_bounded_too(console: Console) -> None:
    console.log("x" * 20_000)
    (line,) = console.lines
    assert line.text == "x" * 10_000 + " … (10000 more characters)"


def test_an_error_is_recorded_with_the_line_that_raised_it(console: Console) -> None:
    try:
        int("seven")  # the line
    except ValueError as error:
        console.error("on message:", error)
    (line,) = console.lines
    assert line.text.startswith("error: on message: ValueError: invalid literal")
    assert 'int("seven")  # the line' in line.text
