"""The client for notebooks, on the loop that awaits it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from wslab.chat import ChatClient, ChatRoom, Disconnected, LinkOptions, Rate, Server, Socket
from wslab.chat.client import ENGINE, socket_url
from wslab.net import until
from wslab.node import http


@pytest.fixture
async def room() -> AsyncIterator[ChatRoom]:
    room = ChatRoom(clock=lambda: 0, options=LinkOptions(rate=None))
    room.listen(0)
    yield room
    await asyncio.to_thread(room.close)


@pytest.fixture
async def io() -> AsyncIterator[Server]:
    http_server = http.createServer()
    io = Server(http_server)
    http_server.listen(0)
    io.url = http_server.url  # type: ignore[attr-defined]
    yield io
    await asyncio.to_thread(io.close)


def url_of(io: Server) -> str:
    return str(io.url)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("ws://127.0.0.1:5000/", f"ws://127.0.0.1:5000/socket.io/?{ENGINE}"),
        ("ws://127.0.0.1:5000", f"ws://127.0.0.1:5000/socket.io/?{ENGINE}"),
        ("http://127.0.0.1:5000/", f"ws://127.0.0.1:5000/socket.io/?{ENGINE}"),
        ("https://hub/user/ada/proxy/5000/", f"wss://hub/user/ada/proxy/5000/socket.io/?{ENGINE}"),
        ("ws://127.0.0.1:5000/socket.io/", f"ws://127.0.0.1:5000/socket.io/?{ENGINE}"),
        ("ws://127.0.0.1:5000/socket.io/?x=1", f"ws://127.0.0.1:5000/socket.io/?x=1&{ENGINE}"),
    ],
)
def test_the_path_is_added_to_the_address(address: str, url: str) -> None:
    assert socket_url(address) == url


async def test_a_function_that_stands_last_gets_the_answer(io: Server) -> None:
    io.on("connection", lambda socket: socket.on("add", lambda a, b, answer: answer(a + b, "sum")))
    answers: list[tuple[Any, ...]] = []
    async with ChatClient(url_of(io)) as client:
        assert await client.emit("add", 1, 2, lambda *args: answers.append(args)) == [3, "sum"]
        assert await client.emit("add", 3, 4, lambda first: answers.append((first,))) == [7, "sum"]
    assert answers == [(3, "sum"), (7,)]


async def test_talk(room: ChatRoom) -> None:
    async with ChatClient(room.url) as ada, ChatClient(room.http_url) as bob:
        assert await ada.emit("new user", "Ada") == {"ok": True, "name": "Ada"}
        assert await ada.wait("get users") == ["Ada"]
        assert (await bob.emit("new user", "ada"))["ok"] is False
        assert (await bob.emit("new user", "Bob"))["ok"] is True
        assert await ada.wait("user joined") == {"name": "Bob", "online": 2}
        assert await ada.wait("get users") == ["Ada", "Bob"]
        bob.send("send message", "one")
        await bob.emit("send message", "two")
        texts = [(await ada.wait("new message"))["text"] for _ in range(2)]
        assert texts == ["one", "two"]
        assert repr(ada) == "<chat client, connected>"
    assert repr(ada) == "<chat client, not connected>"
    await until(lambda: room.online == 0, "everybody to be gone")


async def test_twenty_talkers_hear_all_in_one_order(room: ChatRoom) -> None:
    talkers = [ChatClient(room.url) for _ in range(20)]
    await asyncio.gather(*(talker.connect() for talker in talkers))
    await asyncio.gather(*(t.emit("new user", f"talker {n}") for n, t in enumerate(talkers)))
    await asyncio.gather(
        *(t.emit("send message", f"{n}/{k}") for k in range(5) for n, t in enumerate(talkers))
    )
    heard = [[(await t.wait("new message"))["text"] for _ in range(100)] for t in talkers]
    assert sorted(heard[0]) == sorted(f"{n}/{k}" for k in range(5) for n in range(20))
    assert all(one == heard[0] for one in heard)
    await asyncio.gather(*(talker.close() for talker in talkers))


async def test_several_values_and_answers_to_the_server(io: Server) -> None:
    answers: list[Any] = []

    def meet(socket: Socket) -> None:
        socket.on("many", lambda answer: answer(1, 2))
        socket.on("none", lambda answer: answer())
        socket.emit("sum", 1, 2, ack=answers.append)
        socket.emit("product", 3, 4, ack=answers.append)
        socket.emit("kept", "a", "b")
        socket.emit("kept")

    io.on("connection", meet)
    client = ChatClient(url_of(io))
    client.on("sum", lambda a, b, answer: answer(a + b))

    @client.on("later")
    def later(text: str) -> None:
        answers.append(text)

    async with client:
        a, b, answer = await client.wait("product")
        answer(a * b)
        assert await client.emit("many") == [1, 2]
        assert await client.emit("none") is None
        assert await client.wait("kept") == ["a", "b"]
        assert await client.wait("kept") is None
        io.emit("later", "heard")
        await until(lambda: len(answers) == 3, "the answers")
        assert answers == [3, 12, "heard"]
        assert not client.events


async def test_errors_say_what_happened(io: Server) -> None:
    client = ChatClient(url_of(io), timeout=0.05)
    with pytest.raises(Disconnected, match=r"connect\(\) was not called"):
        await client.emit("news")
    await client.close()
    await client.connect()
    with pytest.raises(RuntimeError, match="has a connection already"):
        await client.connect()
    with pytest.raises(TimeoutError, match=r"no answer to 'nobody listens' in 0\.05 s"):
        await client.emit("nobody listens")
    with pytest.raises(TimeoutError, match=r"waited 0\.01 s for the event 'news'"):
        await client.wait("news", timeout=0.01)
    with pytest.raises(ValueError, match="reserved"):
        await client.emit("disconnect")
    client.timeout = 5
    waiting = asyncio.create_task(client.wait("news"))
    asking = asyncio.create_task(client.emit("nobody listens"))
    await asyncio.sleep(0)
    await asyncio.to_thread(io.close)
    for task in (waiting, asking):
        with pytest.raises(Disconnected, match="1001 server shutting down"):
            await task
    with pytest.raises(Disconnected, match="1001"):
        client.send("news")
    with pytest.raises(Disconnected):
        await client.connect()


async def test_sent_away_by_the_server_and_back(io: Server) -> None:
    async with ChatClient(url_of(io)) as client:
        io.sockets.disconnect_sockets()
        with pytest.raises(Disconnected, match="sent this client away"):
            await client.wait("news")
        await until(lambda: client._ws is None, "the connection to close")
        await client.connect()
        assert client.connected


async def test_a_server_that_speaks_something_else() -> None:
    from wslab.node import WebSocketServer

    for answer, words in (("hello", "sent no packet"), ('44{"message":"full"}', "refused")):
        http_server = http.createServer()
        server = WebSocketServer(httpServer=http_server)
        server.on("request", lambda request, text=answer: request.accept().sendUTF(text))
        http_server.listen(0)
        client = ChatClient(http_server.url)
        with pytest.raises(Disconnected, match=words):
            await client.connect()
        await client.close()
        await asyncio.to_thread(http_server.close)


async def test_too_fast_is_an_answer(room: ChatRoom) -> None:
    room.io.options = LinkOptions(rate=Rate(per_second=0.01, burst=3))
    async with ChatClient(room.url) as client:
        await client.emit("new user", "Ada")
        answers = [await client.emit("send message", str(n)) for n in range(2)]
        assert answers[0] == {"ok": True, "id": 1}
        assert answers[1]["ok"] is False
        assert "too fast" in answers[1]["reason"]
