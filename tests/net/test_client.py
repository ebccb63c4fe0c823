"""wslab.net.client: every way in which opening can go, against a server of raw bytes."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from wslab.net.client import ConnectFailed, Opened, open_peers, open_websocket, parse_address
from wslab.net.loop import background
from wslab.protocol.errors import BadAccept, UnexpectedStatus, UnrequestedProtocol
from wslab.protocol.events import CloseReceived, Event, TextMessage
from wslab.protocol.handshake import accept_value

Answer = Callable[[str, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def raw_server(answer: Answer) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await answer(head.decode(), reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/path?q=1"


def switching(head: str, extra: str = "") -> bytes:
    key = next(line.split(": ")[1] for line in head.split("\r\n") if "-Key" in line)
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_value(key)}\r\n{extra}\r\n"
    ).encode()


def opening(answer: Answer, **options: object) -> Opened:
    async def run() -> Opened:
        async with raw_server(answer) as url:
            opened = await open_websocket(url, **options)  # type: ignore[arg-type]
            opened.start()
            opened.peer.abort()
            return opened

    return background().run(run(), timeout=20)


def failing(answer: Answer, **options: object) -> ConnectFailed:
    with pytest.raises(ConnectFailed) as caught:
        opening(answer, **options)
    return caught.value


def test_the_request_that_goes_out() -> None:
    heads: list[str] = []

    async def answer(head: str, _: object, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(switching(head, "Sec-WebSocket-Protocol: chat\r\n"))

    opened = opening(
        answer, protocols=["chat", "echo"], origin="http://page", headers=[("Cookie", "a=b")]
    )
    lines = heads[0].split("\r\n")
    assert lines[0] == "GET /path?q=1 HTTP/1.1"
    assert lines[1].startswith("Host: 127.0.0.1:")
    assert {"Origin: http://page", "Cookie: a=b", "Sec-WebSocket-Protocol: chat, echo"} <= {*lines}
    assert opened.accepted.protocol == "chat"
    assert opened.response.status == 101


def test_frames_that_come_with_the_101_wait_for_the_handlers() -> None:
    async def run() -> list[Event]:
        async def answer(head: str, _: object, writer: asyncio.StreamWriter) -> None:
            writer.write(switching(head) + b"\x81\x05hello\x88\x02\x03\xe9")

        got: list[Event] = []
        ended = asyncio.Event()
        async with raw_server(answer) as url:
            opened = await open_websocket(url)
            await asyncio.sleep(0)
            opened.peer.on_event = got.append
            opened.peer.on_closed = lambda *_: ended.set()
            opened.start()
            await asyncio.wait_for(ended.wait(), 5)
        return got

    assert background().run(run()) == [TextMessage("hello"), CloseReceived(1001, "")]
    assert not open_peers


def test_a_refusal_keeps_status_and_body() -> None:
    async def answer(_: str, __: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 8\r\n\r\ngo away\n")

    error = failing(answer)
    assert isinstance(error.__cause__, UnexpectedStatus)
    assert error.response is not None
    assert (error.response.status, error.response.body) == (403, b"go away\n")


async def _wrong_accept(head: str, _: object, writer: asyncio.StreamWriter) -> None:
    writer.write(switching(head).replace(b"Accept: ", b"Accept: x"))


async def _unrequested(head: str, _: object, writer: asyncio.StreamWriter) -> None:
    writer.write(switching(head, "Sec-WebSocket-Protocol: surprise\r\n"))


@pytest.mark.parametrize(
    ("answer", "cause"), [(_wrong_accept, BadAccept), (_unrequested, UnrequestedProtocol)]
)
def test_wrong_answers_name_their_cause(answer: Answer, cause: type[Exception]) -> None:
    assert isinstance(failing(answer).__cause__, cause)


async def _nothing(*_: object) -> None:
    return


async def _garbage(_: str, __: object, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")


async def _endless(_: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nX: ")
    for _number in range(3):
        writer.write(bytes(40_000).replace(b"\0", b"x"))
        await asyncio.sleep(0.02)
    await reader.read()


async def _long(head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(switching(head, "".join(f"X-{n}: {'x' * 7000}\r\n" for n in range(10))))
    await reader.read()


async def _silence(_: str, reader: asyncio.StreamReader, __: object) -> None:
    await reader.read()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_nothing, "closed the connection before"),
        (_garbage, "not HTTP"),
        (_endless, "more than 65,536 bytes"),
        (_long, "more than 65,536 bytes"),
        (_silence, "in 0.2 s"),
    ],
)
def test_no_answer_is_told_apart(answer: Answer, words: str) -> None:
    error = failing(answer, timeout=0.2 if answer is _silence else 10.0)
    assert words in str(error)
    assert error.response is None


def test_nobody_listens() -> None:
    async def run() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        await open_websocket(f"ws://127.0.0.1:{port}/")

    with pytest.raises(
        ConnectFailed, match=r"^no connection to 127\.0\.0\.1:\d+: nobody listens there$"
    ):
        background().run(run())


def test_an_attempt_that_is_cancelled_at_any_moment_leaves_nothing() -> None:
    async def run() -> list[dict[str, object]]:
        complaints: list[dict[str, object]] = []
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(context))
        async with raw_server(_silence) as url:
            for turns in range(12):
                attempt = asyncio.create_task(open_websocket(url))
                for _ in range(turns):
                    await asyncio.sleep(0)
                attempt.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await attempt
            await asyncio.sleep(0.01)
        gc.collect()
        loop.set_exception_handler(None)
        return complaints

    # On the stock event loop, and on uvloop where it is installed.
    assert background().run(run()) == asyncio.run(run()) == []
    assert not open_peers


@pytest.mark.parametrize("host", ["no.such.host.invalid", "a..b", "x" * 64])
def test_hosts_that_do_not_exist(host: str) -> None:
    with pytest.raises(ConnectFailed, match=f"^no connection to {host}:80: "):
        background().run(open_websocket(f"ws://{host}/"))


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("ws://example.org", "example.org", "/"),
        ("ws://example.org:80/a?b=c", "example.org", "/a?b=c"),
        ("wss://example.org:443/", "example.org", "/"),
        ("wss://example.org:8443/", "example.org:8443", "/"),
        ("ws://[::1]:9001/x", "[::1]:9001", "/x"),
        ("ws://example.org?x", "example.org", "/?x"),
    ],
)
def test_addresses(url: str, host: str, target: str) -> None:
    address = parse_address(url)
    assert (address.host_header, address.target) == (host, target)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org", "does not begin with ws://"),
        ("ws:///path", "names no host"),
        ("ws://example.org/#part", "fragment"),
        ("ws://example.org/#", "fragment"),
        ("ws://example.org:99999/", "[Pp]ort"),
    ],
)
def test_addresses_that_are_none(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_address(url)
