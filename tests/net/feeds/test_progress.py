from __future__ import annotations

import asyncio

import pytest

from wslab.net.feeds.progress import MARKS, Bar

Out = pytest.CaptureFixture[str]


async def test_what_is_printed_is_the_same_however_long_it_took(capsys: Out) -> None:
    said = []
    for pause in (0.0, 0.25):
        bar = Bar(True, 0.3)
        bar.begin("Two steps")
        for _ in range(2):
            bar.step(0.15)
            assert await bar.during(asyncio.sleep(pause, "done")) == "done"
        bar.finish()
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == "Two steps, about 0 s\n" + "■" * MARKS + " done\n"


def test_a_step_draws_its_share_and_no_more(capsys: Out) -> None:
    bar = Bar(True, 100.0)
    bar.step(50.0)
    bar.step(50.0)
    assert capsys.readouterr().out == "■" * (MARKS // 2)
    bar.step(0.0)
    assert capsys.readouterr().out == "■" * (MARKS // 2 - 1), "the last one is for the end"


def test_a_bar_that_is_not_shown_prints_nothing(capsys: Out) -> None:
    bar = Bar(False, 1.0)
    bar.begin("Silence")
    bar.step(1.0)
    bar.finish()
    assert capsys.readouterr().out == ""


async def test_what_the_work_raises_comes_through() -> None:
    async def fail() -> None:
        raise OSError("no such luck")

    with pytest.raises(OSError, match="no such luck"):
        await Bar(False, 1.0).during(fail())
