"""Who is let in: middlewares, as in Socket.IO."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from tests.chat.support import connected, serving, unconnected
from tests.waiting import wait_for
from wslab.chat import ChatClient, Disconnected, LinkOptions, Socket
from wslab.net import console

Next = Callable[..., None]


class NotYou(Exception):
    """Refused, with more than words."""

    def __init__(self) -> None:
        super().__init__("a wrong token")
        self.data = {"code": 7}


def by_token(socket: Socket, next: Next) -> None:
    """Lets in who knows the word."""
    socket.username = socket.handshake.auth.get("name")
    if socket.handshake.auth.get("token") == "open sesame":
        next()
    else:
        next(NotYou())


def test_a_client_is_refused_with_the_reason_of_the_application() -> None:
    met: list[str | None] = []
    with serving() as (io, url):
        assert io.use(by_token) is by_token
        io.on("connection", lambda socket: met.append(socket.username))
        with unconnected(url) as raw:
            raw.send("0")
            assert raw.receive() == '4{"message":"a wrong token","data":{"code":7}}'
            assert (met, io.sockets.sockets, io.sockets.adapter.rooms) == ([], {}, {})
            raw.send('0{"token":"open sesame","name":"Ada"}')
            assert raw.receive().startswith('0{"sid":')
            wait_for(lambda: met, "the connection")
            assert met == ["Ada"]


def test_each_is_asked_in_turn_and_the_first_error_ends_it() -> None:
    asked: list[str] = []

    def note(name: str, error: Exception | None = None) -> Callable[[Socket, Next], None]:
        return lambda socket, next: (asked.append(name), next(error), next())

    with serving() as (io, url), connected(url) as raw:
        news = io.of("/news")
        for middleware in (note("first"), note("second", ValueError("no")), note("third")):
            news.use(middleware)
        raw.send("0/news,")
        assert raw.receive() == '4/news,{"message":"no"}'
        assert asked == ["first", "second"]
        assert raw.quiet()


def test_an_answer_may_come_later_and_from_elsewhere() -> None:
    waiting: list[Next] = []
    with serving() as (io, url):

        @io.use
        def early(socket: Socket, next: Next) -> None:
            socket.join("early")
            socket.emit("held")
            waiting.append(next)

        @io.use
        async def later(socket: Socket, next: Next) -> None:
            await asyncio.sleep(0)
            next()

        with unconnected(url) as raw:
            raw.send("0")
            wait_for(lambda: waiting, "the question")
            io.to("early").emit("too early for those who are not in")
            threading.Thread(target=waiting[0]).start()
            assert raw.receive().startswith('0{"sid":')
            assert raw.event() == ["held"]
            io.to("early").emit("now")
            assert raw.event() == ["now"]


def test_who_asks_twice_breaks_a_rule_and_an_answer_to_one_who_is_gone_does_nothing() -> None:
    waiting: list[tuple[Socket, Next]] = []
    with serving() as (io, url):
        io.use(lambda socket, next: (socket.join("early"), waiting.append((socket, next))))
        with unconnected(url) as raw:
            raw.send("0", "0")
            assert raw.closed()[1].startswith("parse error: CONNECT for /")
        [(socket, go_on)] = waiting
        go_on()
        wait_for(lambda: not socket.connected, "the end of the question")
        assert (io.sockets.sockets, io.sockets.adapter.rooms) == ({}, {})


@pytest.mark.parametrize("asynchronous", [False, True])
def test_one_that_raises_lets_nobody_in(asynchronous: bool) -> None:
    def fail(socket: Socket, next: Next) -> None:
        raise ValueError("in the middleware")

    async def fail_later(socket: Socket, next: Next) -> None:
        raise ValueError("in the middleware")

    with serving() as (io, url):
        io.use(fail_later if asynchronous else fail)
        with unconnected(url) as raw:
            raw.send("0")
            assert raw.closed()[0] == 1011
        assert "ValueError: in the middleware" in console.take()[0].text


def test_one_that_never_answers_ends_with_the_time_to_connect() -> None:
    with serving(options=LinkOptions(connect_timeout=0.05)) as (io, url), unconnected(url) as raw:
        io.use(lambda socket, next: None)
        raw.send("0")
        assert raw.closed()[1].startswith("connect timeout")


async def test_our_client_says_why() -> None:
    with serving() as (io, url):
        io.use(by_token)
        client = ChatClient(url.partition("socket.io/")[0])
        with pytest.raises(Disconnected, match="a wrong token"):
            await client.connect()
        await client.close()
