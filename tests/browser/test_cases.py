"""The cases of browser_websocket_cases.json, a test for each id: what browsers do, by the twin.

Where a case says "adapt", Python does it in its own way, and the test's docstring says how.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.browser.support import serving
from wslab import browser
from wslab.browser import Blob, Event, InvalidAccessError, InvalidStateError, WebSocket
from wslab.browser.scripted import ScriptedServer
from wslab.net.peer import Peer
from wslab.protocol import Event as ProtocolEvent
from wslab.protocol import TextMessage

CASES = {
    case["id"]: case
    for case in json.loads(Path(__file__).with_name("browser_websocket_cases.json").read_text())
}
TESTED: dict[str, Callable[..., object]] = {}
T = TypeVar("T", bound=Callable[..., object])
ECHO = [["accept"], ["echo"]]
HOLD = [["hold"]]


def case(name: str) -> Callable[[T], T]:
    """This test is the one for the case of this id."""

    def mark(test: T) -> T:
        assert name not in TESTED, f"two tests for {name}"
        TESTED[name] = test
        return test

    return mark


def test_every_case_has_a_test_of_its_name() -> None:
    assert set(TESTED) == set(CASES)
    for name, test in TESTED.items():
        assert test.__name__ == f"test_{name.replace('-', '_')}"


def events(ws: WebSocket) -> list[str]:
    return [row["event"] for row in ws.trace]


async def fails(ws: WebSocket) -> None:
    """The connection fails without having been open: error, then close, and nothing else."""
    close = await ws.wait("close", timeout=30)
    assert (close.code, close.reason, close.wasClean) == (1006, "", False)
    assert events(ws) == ["error", "close"]
    assert ws.readyState == 3


# The URL


@case("url-no-args")
def test_url_no_args() -> None:
    with pytest.raises(TypeError):
        WebSocket()  # type: ignore[call-arg]


@case("url-wrong-scheme")
def test_url_wrong_scheme() -> None:
    for url in ("ftp://127.0.0.1/", "mailto:example@example.org", "about:blank"):
        with pytest.raises(browser.SyntaxError, match=re.escape(url)):
            WebSocket(url)


@case("url-relative")
async def test_url_relative() -> None:
    """A notebook has no base URL of its own: `base` gives one. Without it, a SyntaxError."""
    with ScriptedServer(HOLD) as server:
        base = f"{server.http_url}lesson/page.html?old"
        for url, end in [
            ("test", "lesson/test"),
            ("?", "lesson/page.html?"),
            (None, "lesson/null"),
            (123, "lesson/123"),
        ]:
            ws = WebSocket(url, base=base)
            assert ws.url == server.url + end
            ws.close()
            await fails(ws)
    with pytest.raises(browser.SyntaxError, match="base="):
        WebSocket("test")


@case("url-serialised")
async def test_url_serialised() -> None:
    with serving() as server:
        ws = WebSocket(f"ws://{server.host}")
        assert ws.url == f"ws://{server.host}/"
        await ws.wait("open")


@case("url-query-utf8")
async def test_url_query_utf8() -> None:
    with serving() as server:
        ws = WebSocket(f"{server.url}?€")
        assert ws.url == f"{server.url}?%E2%82%AC"
        await ws.wait("open")
        assert server.requests[0].target == "/?%E2%82%AC"


@case("url-nul")
async def test_url_nul() -> None:
    with serving() as server:
        server.on_open = lambda peer, request: peer.send_text(request.target.partition("?")[2])
        ws = WebSocket(f"{server.url}echo-query?x\u0000y\u0000")
        assert (await ws.wait("message")).data == "x%00y"


@case("url-upper-host")
async def test_url_upper_host() -> None:
    with serving() as server:
        ws = WebSocket(f"ws://LOCALHOST:{server.http.port}/echo")
        assert ws.url == f"ws://localhost:{server.http.port}/echo"
        await ws.wait("open")
        assert events(ws) == ["open"]


@case("url-few-slashes")
async def test_url_few_slashes() -> None:
    with serving() as server:
        for start in ("ws:", "ws:/"):
            ws = WebSocket(f"{start}{server.host}/echo")
            assert ws.url == f"ws://{server.host}/echo"
            await ws.wait("open")


@case("url-readonly")
async def test_url_readonly() -> None:
    """Assigning raises AttributeError, where JavaScript ignores it."""
    with serving() as server:
        ws = WebSocket(server.url)
        with pytest.raises(AttributeError):
            ws.url = "ws://127.0.0.1/test"  # type: ignore[misc]
        assert ws.url == server.url
        await ws.wait("open")


# Subprotocols


@case("proto-above-7e")
def test_proto_above_7e() -> None:
    for number in range(0x7F, 0x100):
        with pytest.raises(browser.SyntaxError):
            WebSocket("ws://127.0.0.1/", f"a{chr(number)}b")


@case("proto-space")
def test_proto_space() -> None:
    with pytest.raises(browser.SyntaxError, match="'ec ho' is not a token"):
        WebSocket("ws://127.0.0.1/", "ec ho")


@case("proto-comma-in-item")
def test_proto_comma_in_item() -> None:
    with pytest.raises(browser.SyntaxError):
        WebSocket("ws://127.0.0.1/", ["foobar, foobar"])


@case("proto-repeated")
def test_proto_repeated() -> None:
    with pytest.raises(browser.SyntaxError, match="twice"):
        WebSocket("ws://127.0.0.1/", ["echo", "echo"])


@case("proto-repeated-case")
def test_proto_repeated_case() -> None:
    with pytest.raises(browser.SyntaxError, match="twice"):
        WebSocket("ws://127.0.0.1/", ["echo", "eCho"])


@case("proto-unrequested")
async def test_proto_unrequested() -> None:
    with ScriptedServer(
        [["accept", {"Sec-WebSocket-Protocol": "foobar"}], ["text", "hi"]]
    ) as server:
        ws = WebSocket(server.url)
        await fails(ws)
        assert "Sec-WebSocket-Protocol" in (ws.failure or "")


@case("proto-mismatch-case")
async def test_proto_mismatch_case() -> None:
    with ScriptedServer([["accept", {"Sec-WebSocket-Protocol": "foobar"}], ["hold"]]) as server:
        await fails(WebSocket(server.url, "FOOBAR"))


@case("proto-missing")
async def test_proto_missing() -> None:
    with ScriptedServer([["accept"], ["text", "hi"], ["hold"]]) as server:
        await fails(WebSocket(server.url, "foobar"))


# Extensions


@case("ext-initial")
async def test_ext_initial() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        assert ws.extensions == ""
        await ws.wait("open")


@case("ext-none")
async def test_ext_none() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        assert ws.extensions == ""


# The handshake


@case("hs-redirect")
async def test_hs_redirect() -> None:
    with ScriptedServer([["respond", 301, {"Location": "/echo"}]]) as server:
        ws = WebSocket(server.url)
        await fails(ws)
        assert "301" in (ws.failure or "")


@case("hs-close-same-packet")
async def test_hs_close_same_packet() -> None:
    # Written without a pause, so that all of it leaves in one segment.
    with ScriptedServer([["accept"], ["raw", "88 06 03 e9 50 41 53 53"], ["end"]]) as server:
        ws = WebSocket(server.url)
        ws.onopen = lambda: ws.close()
        close = await ws.wait("close", timeout=30)
        assert events(ws) == ["open", "close"]
        assert (close.wasClean, close.code, close.reason) == (True, 1001, "PASS")


@case("hs-serialised")
async def test_hs_serialised() -> None:
    """Not by the clock: the second request comes after the first answer."""
    with serving() as server:
        server.delay = 0.2
        one = WebSocket(f"ws://127.0.0.1:{server.http.port}/")
        two = WebSocket(f"ws://localhost:{server.http.port}/")
        await asyncio.gather(one.wait("open"), two.wait("open"))
        assert server.log == ["request", "answer", "request", "answer"]


# Constants


@case("const-readonly")
async def test_const_readonly() -> None:
    """Assigning raises AttributeError, to the class and to an instance."""
    with serving() as server:
        ws = WebSocket(server.url)
        for owner in (WebSocket, ws):
            with pytest.raises(AttributeError, match="OPEN is a constant"):
                owner.OPEN = 5  # type: ignore[misc]
            assert owner.OPEN == 1
        assert (ws.CONNECTING, ws.OPEN, ws.CLOSING, ws.CLOSED) == (0, 1, 2, 3)
        await ws.wait("open")


# bufferedAmount


@case("buf-utf8-sync")
async def test_buf_utf8_sync() -> None:
    amounts: list[int] = []
    with serving() as server:
        ws = WebSocket(server.url)

        def on_open() -> None:
            for text in ("x", "\u00e5", "\u5336", "\ud801\udc7e"):
                ws.send(text)
                amounts.append(ws.bufferedAmount)

        ws.onopen = on_open
        echoes = [(await ws.wait("message")).data for _ in range(4)]
        assert amounts == [1, 3, 6, 10]
        assert echoes == ["x", "\u00e5", "\u5336", "\U0001047e"]
        assert ws.bufferedAmount == 0


@case("buf-unicode")
async def test_buf_unicode() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.send("¥" * 6)
        assert ws.bufferedAmount == 12
        assert (await ws.wait("message")).data == "¥" * 6


# binaryType


@case("bin-default")
async def test_bin_default() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        assert ws.binaryType == "blob"
        await ws.wait("open")
        ws.send(b"four")
        event = await ws.wait("message")
        assert isinstance(event.data, Blob)
        assert event.data.size == 4


@case("bin-arraybuffer")
async def test_bin_arraybuffer() -> None:
    """An ArrayBuffer is bytes."""
    with serving() as server:
        ws = WebSocket(server.url)
        ws.binaryType = "arraybuffer"
        await ws.wait("open")
        for size in (10, 100_000):
            sent = bytes(range(10)) * (size // 10)
            ws.send(sent)
            assert (await ws.wait("message")).data == sent


# send


@case("send-connecting")
async def test_send_connecting() -> None:
    with ScriptedServer(HOLD) as server:
        ws = WebSocket(server.url)
        with pytest.raises(InvalidStateError, match="CONNECTING"):
            ws.send("a")
        assert ws.bufferedAmount == 0
        ws.close()
        await fails(ws)


@case("send-connecting-surrogate")
async def test_send_connecting_surrogate() -> None:
    with ScriptedServer(HOLD) as server:
        ws = WebSocket(server.url)
        for text in ("a\udc00x", "a\ud800x", "a\udc00\ud800x"):
            with pytest.raises(InvalidStateError):
                ws.send(text)
        ws.close()
        await fails(ws)


@case("send-stringify")
async def test_send_stringify() -> None:
    """TypeError: a Python programmer who sends None or a dict wants to hear of it."""
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        for value in (None, 1, {}, []):
            with pytest.raises(TypeError, match=f"not {type(value).__name__}"):
                ws.send(value)  # type: ignore[arg-type]
        assert ws.bufferedAmount == 0
        ws.send("the only one")
        assert (await ws.wait("message")).data == "the only one"


@case("send-after-close")
async def test_send_after_close() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.close()
        ws.send("test")
        assert ws.bufferedAmount == 4
        await ws.wait("close")
        assert events(ws) == ["open", "close"]
        assert ws.bufferedAmount == 4, "what was sent too late stays in it"


@case("send-in-onclose")
async def test_send_in_onclose() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        ws.onopen = lambda: ws.close()
        ws.onclose = lambda: ws.send("test")
        await ws.wait("close")
        assert ws.bufferedAmount == 4
        assert events(ws) == ["open", "close"]


# close


async def stays_open(ws: WebSocket) -> None:
    assert ws.readyState == ws.OPEN
    ws.send("still here")
    assert (await ws.wait("message")).data == "still here"


@case("close-1005")
async def test_close_1005() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        with pytest.raises(InvalidAccessError, match="1005"):
            ws.close(1005, "1005 - reserved code")
        await stays_open(ws)


@case("close-2999")
async def test_close_2999() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        with pytest.raises(InvalidAccessError, match="2999"):
            ws.close(2999, "Close not in range 3000-4999")
        await stays_open(ws)


@case("close-reason-124")
async def test_close_reason_124() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        for reason in ("O" * 124, "é" * 62):
            with pytest.raises(browser.SyntaxError, match="124 bytes"):
                ws.close(1000, reason)
        await stays_open(ws)
        ws.close(1000, "O" * 123)
        assert (await ws.wait("close")).wasClean


@case("close-reason-surrogate")
async def test_close_reason_surrogate() -> None:
    with ScriptedServer([["accept"], ["mirror"], ["end"]]) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.close(1000, "\ud807")
        assert (await ws.wait("close")).reason == "\ufffd"


@case("close-server")
async def test_close_server() -> None:
    def leave(peer: Peer, event: ProtocolEvent) -> None:
        if isinstance(event, TextMessage) and event.data == "Goodbye":
            peer.close(1000)

    with serving(leave) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.send("Goodbye")
        close = await ws.wait("close")
        assert close.wasClean
        assert ws.readyState == 3
        assert events(ws) == ["open", "close"]


@case("close-delayed")
async def test_close_delayed() -> None:
    """Not by the clock: the event comes after the server's Close frame."""
    with ScriptedServer([["accept"], ["mirror", 0.2], ["end"]]) as server:
        ws = WebSocket(server.url)
        ws.onclose = lambda: server.log.append("close event")
        await ws.wait("open")
        ws.close()
        close = await ws.wait("close")
        assert close.wasClean
        assert server.log.index("mirror") < server.log.index("close event")


@case("close-while-connecting")
async def test_close_while_connecting() -> None:
    with ScriptedServer(HOLD) as server:
        ws = WebSocket(server.url)
        ws.close()
        assert ws.readyState == 2
        assert ws.trace == [], "nothing is dispatched inside close()"
        await fails(ws)


@case("close-twice")
async def test_close_twice() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        ws.onclose = lambda: ws.close()
        await ws.wait("open")
        for _ in range(3):
            ws.close()
        await ws.wait("close")
        ws.close()
        assert ws.readyState == 3
        assert events(ws) == ["open", "close"]


# Events


@case("ev-order")
async def test_ev_order() -> None:
    called: list[str] = []
    with serving() as server:
        ws = WebSocket(server.url)
        for name in ("open", "message", "close"):
            ws.addEventListener(name, lambda event: called.append(f"{event.type} a"))
            setattr(ws, f"on{name}", lambda event: called.append(f"{event.type} b"))
            ws.addEventListener(name, lambda event: called.append(f"{event.type} c"))
        await ws.wait("open")
        ws.send("x")
        await ws.wait("message")
        ws.close()
        await ws.wait("close")
        assert called == [f"{name} {x}" for name in ("open", "message", "close") for x in "abc"]


@case("ev-target")
async def test_ev_target() -> None:
    """`this` has no twin: `event.currentTarget` is what it would be."""
    seen: dict[str, list[Any]] = {}

    def look(event: Event) -> None:
        fields = [event.target, event.currentTarget, event.eventPhase, event.bubbles]
        seen[event.type] = [*fields, event.cancelable, event.isTrusted]

    with serving() as server:
        ws = WebSocket(server.url)
        for name in ("open", "message", "close"):
            ws.addEventListener(name, look)
        await ws.wait("open")
        ws.send("x")
        event = await ws.wait("message")
        ws.close()
        await ws.wait("close")
        assert list(seen) == ["open", "message", "close"]
        assert all(fields == [ws, ws, 2, False, False, True] for fields in seen.values())
        assert (event.target, event.currentTarget, event.eventPhase) == (ws, None, 0)
        assert (event.origin, event.lastEventId) == (server.url[:-1], "")


@case("ev-unresolvable")
async def test_ev_unresolvable() -> None:
    ws = WebSocket("ws://example.invalid/")
    error = await ws.wait("error", timeout=30)
    assert type(error) is Event
    await fails(ws)
