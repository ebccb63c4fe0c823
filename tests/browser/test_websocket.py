"""wslab.browser.websocket: what the 43 cases leave out, from the standard and from Python."""

from __future__ import annotations

import asyncio
import time
from array import array
from typing import Any

import pytest

from tests.browser.support import serving
from wslab import browser
from wslab.browser import Blob, InvalidAccessError, WebSocket
from wslab.browser.scripted import ScriptedServer
from wslab.net.console import console
from wslab.net.peer import Peer
from wslab.protocol import Event as ProtocolEvent

ECHO = [["accept"], ["echo"]]


def block_until_connected(ws: WebSocket) -> None:
    """Until the network is done, of which the page can't know yet; without letting its loop run."""
    deadline = time.monotonic() + 10
    while ws._link._peer is None:
        assert time.monotonic() < deadline, "the server does not answer while this cell blocks"
        time.sleep(0.001)


async def test_nothing_changes_before_the_page_awaits() -> None:
    with serving() as server:
        server.on_open = lambda peer, request: peer.send_text("early")
        ws = WebSocket(server.url)
        block_until_connected(ws)
        assert (ws.readyState, ws.protocol, ws.trace) == (0, "", [])
        await ws.wait("open")
        assert ws.readyState == 1


async def test_the_repr_tells_the_state_and_nothing_that_changes_from_run_to_run() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        assert repr(ws) == "<WebSocket CONNECTING>"
        await ws.wait("open")
        assert repr(ws) == "<WebSocket OPEN>"
        ws.close()
        assert repr(ws) == "<WebSocket CLOSING>"
        await ws.wait("close")
        assert repr(ws) == "<WebSocket CLOSED>"


async def test_attributes_are_read_only() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        for name in ("readyState", "bufferedAmount", "protocol", "extensions", "trace", "failure"):
            with pytest.raises(AttributeError):
                setattr(ws, name, 1)
        await ws.wait("open")


async def test_the_origin_is_the_servers_own_or_the_base_s_or_as_given() -> None:
    with serving() as server:
        await WebSocket(server.url).wait("open")
        await WebSocket("chat", base=f"http://{server.host}/lesson/").wait("open")
        await WebSocket(server.url, base="https://example.org/lesson/").wait("open")
        await WebSocket(server.url, origin="null").wait("open")
        origins = [request.headers.get("Origin") for request in server.requests]
        own = f"http://{server.host}"
        assert origins == [own, own, "https://example.org", "null"]
        assert server.requests[1].target == "/lesson/chat"


async def test_the_subprotocol_is_there_with_the_open_event() -> None:
    with ScriptedServer([["accept", {"Sec-WebSocket-Protocol": "b"}], ["echo"]]) as server:
        ws = WebSocket(server.url, ["a", "b"])
        seen: list[str] = []
        ws.onopen = lambda: seen.append(ws.protocol)
        await ws.wait("open")
        assert seen == ["b"]


@pytest.mark.parametrize("code", [None, 1000, 3000, 4000, 4999])
async def test_codes_that_a_page_may_use(code: int | None) -> None:
    with ScriptedServer([["accept"], ["mirror"], ["end"]]) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        if code is None:
            ws.close()
        else:
            ws.close(code, "reason")
        close = await ws.wait("close")
        wanted = (1005, "") if code is None else (code, "reason")
        assert (close.code, close.reason, close.wasClean) == (*wanted, True)


@pytest.mark.parametrize(
    "code",
    [0, 1, 999, 1001, 1002, 1006, 1011, 1015, 2999, 5000, 65535, 99999, -1, "x", float("nan")],
)
async def test_codes_that_a_page_may_not_use(code: Any) -> None:
    with ScriptedServer(ECHO) as server:
        ws = WebSocket(server.url)
        with pytest.raises(InvalidAccessError):
            ws.close(code)
        assert ws.readyState == ws.CONNECTING
        await ws.wait("open")
        with pytest.raises(InvalidAccessError):
            ws.close(code, "x" * 124)  # the code is looked at first
        assert ws.readyState == ws.OPEN


async def test_a_reason_without_a_code_goes_out_with_1000_and_numbers_are_clamped() -> None:
    with ScriptedServer([["accept"], ["mirror"], ["end"]]) as server:
        one, two = WebSocket(server.url), WebSocket(server.url)
        await one.wait("open")
        await two.wait("open")
        one.close(reason="why")
        two.close("3000.4")  # type: ignore[arg-type]
        close = await one.wait("close")
        assert (close.code, close.reason) == (1000, "why")
        assert (await two.wait("close")).code == 3000


@pytest.mark.parametrize(
    ("data", "sent", "binary"),
    [
        ("", b"", False),
        ("h\u00e9\ud800", "h\u00e9\ufffd".encode(), False),
        (b"\x00\x01", b"\x00\x01", True),
        (bytearray(b"ab"), b"ab", True),
        (memoryview(b"abcd")[1:3], b"bc", True),
        (memoryview(b"abcd")[::2], b"ac", True),
        (array("H", [1, 2]), array("H", [1, 2]).tobytes(), True),
        (Blob(["h\u00e9"]), "h\u00e9".encode(), True),
    ],
)
async def test_every_kind_of_data_goes_out_and_counts(data: Any, sent: bytes, binary: bool) -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        ws.binaryType = "arraybuffer"
        await ws.wait("open")
        ws.send(data)
        assert ws.bufferedAmount == len(sent)
        came = (await ws.wait("message")).data
        assert came == (sent if binary else sent.decode())
        assert ws.bufferedAmount == 0


async def test_what_is_sent_is_copied_at_once() -> None:
    with serving() as server:
        ws = WebSocket(server.url)
        ws.binaryType = "arraybuffer"
        await ws.wait("open")
        data = bytearray(b"before")
        ws.send(data)
        data[:] = b"after!"
        assert (await ws.wait("message")).data == b"before"


async def test_the_binary_type_counts_when_the_message_is_dispatched() -> None:
    console.clear()
    with ScriptedServer([["accept"], ["raw", "82 01 00"], ["raw", "82 01 01"], ["hold"]]) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.binaryType = "text"
        assert ws.binaryType == "blob"
        assert "it can be 'blob' or 'arraybuffer', not 'text'" in console.lines[0].text
        console.clear()

        def first() -> None:
            ws.binaryType = "arraybuffer"

        ws.addEventListener("message", first, once=True)
        kinds = [type((await ws.wait("message")).data) for _ in range(2)]
        assert kinds == [Blob, bytes]


async def test_messages_that_come_after_close_are_dropped() -> None:
    late = "81 04 6c 61 74 65"
    with ScriptedServer([["accept"], ["read"], ["raw", late], ["mirror"], ["end"]]) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.send("now")
        ws.close()
        assert (await ws.wait("close")).wasClean
        assert [row["event"] for row in ws.trace] == ["open", "close"]


async def test_the_state_is_closing_between_the_servers_close_frame_and_the_end() -> None:
    with ScriptedServer([["accept"], ["raw", "88 02 03 e8"], ["hold"]]) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        while ws.readyState == ws.OPEN:
            await asyncio.sleep(0)
        assert (ws.readyState, len(ws.trace)) == (2, 1)
        ws.send("too late")
        ws.close()
        await server.aclose()
        assert (await ws.wait("close")).code == 1000


@pytest.mark.parametrize(
    ("script", "before", "why"),
    [
        ([["respond", 200]], [], "200"),
        ([["respond", 401, {"WWW-Authenticate": "Basic realm=x"}]], [], "401"),
        ([["respond", 403]], [], "403"),
        ([["respond", 500]], [], "500"),
        ([["end"]], [], "before the handshake"),
        ([["reset"]], [], "before the handshake"),
        ([["raw", "6e 6f 0d 0a 0d 0a"], ["end"]], [], "not HTTP"),
        ([["accept", {"Sec-WebSocket-Accept": "x"}], ["hold"]], [], "Sec-WebSocket-Accept"),
        ([["accept", {"Upgrade": "h2c"}], ["hold"]], [], "Upgrade"),
        ([["accept", {"Connection": "close"}], ["hold"]], [], "Connection"),
        ([["accept", {"Sec-WebSocket-Extensions": "x"}], ["hold"]], [], "extension"),
        ([["accept"], ["end"]], ["open"], "closing handshake"),
        (
            [["accept"], ["text", "a"], ["read"], ["reset"]],
            ["open", "message"],
            "closing handshake",
        ),
        ([["accept"], ["text", "a"], ["raw", "c1 00"], ["hold"]], ["open", "message"], "broke"),
        ([["accept"], ["raw", "81 81 00 00 00 00 41"], ["hold"]], ["open"], "broke the protocol"),
        ([["accept"], ["raw", "81 02 ff ff"], ["hold"]], ["open"], "broke the protocol"),
        ([["accept"], ["raw", "88 02 03 ed"], ["hold"]], ["open"], "broke the protocol"),
        ([["accept"], ["raw", "88 01 03"], ["hold"]], ["open"], "broke the protocol"),
        ([["accept"], ["raw", "01 01 61 81 01 62"], ["hold"]], ["open"], "broke the protocol"),
    ],
)
async def test_every_failure_is_error_then_close_1006(
    script: list[Any], before: list[str], why: str
) -> None:
    with ScriptedServer(script) as server:
        ws = WebSocket(server.url)
        ws.onmessage = lambda: ws.send("go on")
        close = await ws.wait("close")
        assert (close.code, close.reason, close.wasClean) == (1006, "", False)
        assert [row["event"] for row in ws.trace] == [*before, "error", "close"]
        assert [row["readyState"] for row in ws.trace][-2:] == [3, 3]
        assert why in (ws.failure or "")


async def test_a_clean_close_has_no_failure() -> None:
    with ScriptedServer([["accept"], ["close", 1000]]) as server:
        ws = WebSocket(server.url)
        await ws.wait("close")
        assert ws.failure is None


async def test_a_blocked_port_is_a_failure_and_not_an_exception() -> None:
    ws = WebSocket("ws://127.0.0.1:6667/")
    await ws.wait("error")
    assert ws.failure == "port 6667 is blocked: the Fetch standard forbids it to pages"


async def test_closing_when_the_server_was_quicker_is_still_a_failure() -> None:
    with serving() as server:
        server.on_open = lambda peer, request: peer.send_text("hi")
        ws = WebSocket(server.url)
        block_until_connected(ws)
        ws.close(3000, "never mind")
        close = await ws.wait("close")
        assert (close.code, close.reason, close.wasClean) == (1006, "", False)
        assert [row["event"] for row in ws.trace] == ["error", "close"]


async def test_both_close_at_once_and_the_first_frame_to_arrive_counts() -> None:
    def leave(peer: Peer, event: ProtocolEvent) -> None:
        return None

    with serving(leave) as server:
        ws = WebSocket(server.url)
        await ws.wait("open")
        ws.close(3001)
        close = await ws.wait("close")
        assert close.wasClean
        assert close.code == 3001


async def test_handlers_may_close_and_make_another() -> None:
    """As in a chat that reconnects."""
    with ScriptedServer([["accept"], ["close", 4001]]) as server:
        sockets: list[WebSocket] = []

        def connect() -> None:
            ws = WebSocket(server.url)
            sockets.append(ws)
            if len(sockets) < 3:
                ws.onclose = connect

        connect()
        await sockets[0].wait("close")
        assert len(sockets) == 2
        await sockets[1].wait("close")
        await sockets[2].wait("close")


def test_messages_name_the_doms_syntax_error() -> None:
    with pytest.raises(browser.DOMException) as caught:
        WebSocket("ws://h/#top")
    assert (caught.value.name, caught.value.code) == ("SyntaxError", 12)


async def test_a_lost_connection_is_1006_on_both_sides() -> None:
    with serving() as server:
        codes: list[int | None] = []
        server.on_close = lambda peer, code, reason, clean: codes.append(code)  # type: ignore[attr-defined]
        ws = WebSocket(server.url)
        ws.lose()  # not open yet: nothing to lose
        await ws.wait("open")
        ws.lose()
        event = await ws.wait("close")
        assert (event.code, event.wasClean) == (1006, False)
        ws.lose()
