from __future__ import annotations

import threading
from collections.abc import AsyncIterator

import httpx
import pytest

from wslab.net import capture, until
from wslab.net.feeds import http2
from wslab.net.feeds.clients import LIKE_A_BROWSER, Watch
from wslab.net.feeds.heads import PREFACE, heads
from wslab.net.feeds.http2 import HTTP2Server, http2_stream
from wslab.net.feeds.price import number_in
from wslab.net.loop import BackgroundLoop


@pytest.fixture
async def feed() -> AsyncIterator[tuple[HTTP2Server, BackgroundLoop]]:
    loop = BackgroundLoop()
    server = HTTP2Server(heartbeat=0.05, loop=loop)
    await loop.join(server.start())
    yield server, loop
    await server.aclose()
    loop.stop()


async def test_a_stream_brings_every_change_and_ends(
    feed: tuple[HTTP2Server, BackgroundLoop],
) -> None:
    server, loop = feed
    wire = capture(server.port)
    seen: list[int] = []

    def saw(text: str) -> int:
        seen.append(number_in(text))
        return seen[-1]

    watch = Watch(wire.host, wire.port, saw, headers=LIKE_A_BROWSER)
    client = threading.Thread(target=http2_stream, args=(watch,), daemon=True)
    client.start()
    for price in (101.0, 102.0):
        known = server.latest.number
        await until(lambda known=known: known in seen, f"update {known}")
        loop.call(server.publish, price)
        await until(lambda known=known: server.latest.number > known, "the change")
    await until(lambda: 3 in seen, "the last update")
    assert (seen, server.streams) == ([1, 2, 3], 1)
    await until(lambda: wire.connections[0].data("down").count(b":\n\n") >= 2, "signs of life")
    loop.call(server.end)
    await until(lambda: not client.is_alive(), "the client to end")
    assert server.streams == 0
    up = wire.connections[0].data("up")
    assert up.startswith(PREFACE)
    assert sum(head.asks for head in heads(wire.connections[0])) == 1
    assert len(up) > len(PREFACE) + 150, "a browser's headers went along"
    wire.close()


async def test_there_is_one_resource(feed: tuple[HTTP2Server, BackgroundLoop]) -> None:
    server, _ = feed
    with httpx.Client(http1=False, http2=True, trust_env=False) as client:
        answer = client.get(f"http://127.0.0.1:{server.port}/price")
    assert (answer.status_code, answer.http_version) == (404, "HTTP/2")


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert http2.missing() == ""
    monkeypatch.setattr(http2, "LIBRARIES", ("h2", "no_such_library"))
    assert http2.missing() == "no_such_library"


def test_the_libraries_are_imported_only_when_used() -> None:
    import subprocess
    import sys

    code = (
        "import sys, wslab.net.feeds; print([n for n in ('hypercorn','httpx') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
