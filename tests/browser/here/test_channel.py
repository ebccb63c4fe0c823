"""The way to the page: who gets in, what is believed, and what becomes of jobs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from wslab.browser.here import channel as module
from wslab.browser.here.channel import Channel, Job, channel, check_page
from wslab.browser.here.errors import PageClosed, ScriptFailed
from wslab.net import console
from wslab.net.conditions import until
from wslab.net.loop import background
from wslab.protocol.errors import ForbiddenOrigin

LAB = "http://localhost:8888"


@pytest.fixture
def opened(shown: object) -> Channel:
    """A channel that listens, until the test ends."""
    return background().run(channel())


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def new_job(opened: Channel) -> Job:
    async def make() -> Job:
        return opened.job()

    return background().run(make())


async def knock(opened: Channel, origin: str | None = LAB, **more: Any) -> ClientConnection:
    return await connect(opened.server.url, origin=origin, proxy=None, **more)  # type: ignore[arg-type]


async def hello(opened: Channel, browser: str = "Chromium 1") -> ClientConnection:
    ws = await knock(opened)
    await say(ws, type="hello", token=opened.token, browser=browser, proxied=False)
    await until(lambda: any(p.browser == browser for p in opened.pages.values()), "hello")
    return ws


async def say(ws: ClientConnection, **message: Any) -> None:
    await ws.send(json.dumps(message))


async def closed_with(ws: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        await ws.recv()
    return ws.close_code


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://localhost.evil"])
def test_a_page_from_elsewhere_does_not_get_in(opened: Channel, origin: str | None) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        run(knock(opened, origin))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (LAB, "127.0.0.1:5000"),
        ("http://127.0.0.1:8888", "127.0.0.1:5000"),
        ("http://[::1]:8888", "127.0.0.1:5000"),
        ("https://hub.example", "hub.example"),
        ("http://hub.example:8000", "hub.example:8000"),
    ],
)
def test_pages_of_this_computer_and_those_behind_the_same_proxy_may(origin: str, host: str) -> None:
    check_page(origin, host)


def test_a_page_behind_another_proxy_may_not() -> None:
    with pytest.raises(ForbiddenOrigin):
        check_page("https://other.example", "hub.example")


def test_without_the_token_nothing_is_believed(opened: Channel) -> None:
    job = new_job(opened)

    async def guess() -> list[int | None]:
        codes = []
        for message in (
            {"type": "hello", "token": "guess", "browser": "x", "proxied": False},
            {"type": "here", "job": job.number, "token": opened.token},
            {"type": "here", "job": job.number},
            {"type": "hello", "token": None, "browser": "x", "proxied": False},
        ):
            ws = await knock(opened)
            await say(ws, **message)
            codes.append(await closed_with(ws))
        return codes

    assert run(guess()) == [1008] * 4
    assert not job.taken.done()


@pytest.mark.parametrize("message", ["[" * 900, "[" * 200_000, "x" * 1_001, "null"])
def test_a_stranger_can_not_write_into_the_log(opened: Channel, message: str) -> None:
    async def shout() -> int | None:
        ws = await knock(opened)
        await ws.send(message)
        return await closed_with(ws)

    assert run(shout()) == 1008
    assert console.lines == []


def test_who_does_not_say_hello_is_closed(opened: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HELLO_SECONDS", 0.05)

    async def wait() -> int | None:
        return await closed_with(await knock(opened))

    assert run(wait()) == 1008


@pytest.mark.parametrize("message", ["no JSON", "[]", "{}", '{"type": "rows", "job": {}}', "1"])
def test_what_is_no_message_closes_that_page_alone(opened: Channel, message: str) -> None:
    job = new_job(opened)

    async def send() -> int | None:
        other = await hello(opened, "Other 1")
        ws = await hello(opened)
        if message.startswith('{"type'):
            await say(ws, type="here", job=job.number)
            await ws.send(json.dumps({"type": "rows", "job": job.number, "rows": 7}))
        else:
            await ws.send(message)
        code = await closed_with(ws)
        await say(other, type="here", job=job.number)
        await other.close()
        return code

    assert run(send()) == 1008
    logged = "error: a page sent what its script does not send, and was closed"
    assert [line.text for line in console.take()] == [logged]


def test_the_first_page_takes_a_job_and_its_answer_counts(opened: Channel) -> None:
    job = new_job(opened)

    async def play() -> list[dict[str, Any]]:
        first, second = await hello(opened, "A 1"), await hello(opened, "B 2")
        await say(first, type="here", job=job.number)
        page = await background().join(job.page(5))
        assert page is not None and page.browser == "A 1"
        await say(second, type="here", job=job.number)
        await say(first, type="rows", job=job.number, rows=[{"event": "open"}])
        await say(first, type="rows", job=job.number, rows=[])
        rows = await background().join(_done(job))
        await first.close()
        await second.close()
        return rows

    assert run(play()) == [{"event": "open"}]


async def _done(job: Job) -> list[dict[str, Any]]:
    return await job.done


def test_an_error_of_the_script_and_the_end_of_the_page_are_told(opened: Channel) -> None:
    failing, ending, untouched = new_job(opened), new_job(opened), new_job(opened)

    async def play() -> None:
        ws = await hello(opened)
        for job in (failing, ending):
            await say(ws, type="here", job=job.number)
        await say(ws, type="failed", job=failing.number, name="TypeError", message="no")
        with pytest.raises(ScriptFailed, match="TypeError: no"):
            await background().join(_done(failing))
        await ws.close()
        with pytest.raises(PageClosed):
            await background().join(_done(ending))

    run(play())
    assert not untouched.done.done()
    assert opened.pages == {}


def test_a_job_that_no_page_takes(opened: Channel) -> None:
    assert background().run(new_job(opened).page(0.01)) is None


def test_contents_are_kept_for_an_island_that_appears_later(opened: Channel) -> None:
    async def play() -> list[Any]:
        ws = await hello(opened)
        (page,) = opened.pages.values()
        background().call(page.put, "key", {"html": "<p>"})
        answers = [json.loads(await ws.recv())]  # to the islands that are there
        await say(ws, type="want", key="other")
        await say(ws, type="want", key="key")
        answers.append(json.loads(await ws.recv()))
        await ws.close()
        await until(lambda: not page.open, "the end")
        background().call(page.put, "key", {"html": "to nobody"})
        return answers

    wanted = {"type": "island", "key": "key", "content": {"html": "<p>"}}
    assert run(play()) == [wanted, wanted]


def test_the_number_of_pages_has_a_limit(opened: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 1)

    async def play() -> None:
        first = await hello(opened)
        with pytest.raises(InvalidStatus, match="403"):
            await knock(opened)
        await first.close()

    run(play())


def test_there_is_one_channel_and_a_new_one_when_it_was_closed(opened: Channel) -> None:
    assert background().run(channel()) is opened
    background().run(opened.server.aclose())
    again = background().run(channel())
    assert again is not opened
    assert again.token != opened.token


def test_jobs_that_are_over_are_forgotten(opened: Channel) -> None:
    job = new_job(opened)
    background().call(job.done.cancel)
    assert list(background().run(_next(opened)).values()) != [job]
    assert job.number not in opened.jobs


async def _next(opened: Channel) -> dict[str, Job]:
    opened.job()
    return opened.jobs
