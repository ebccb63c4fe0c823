"""A learner's Socket.IO handlers serve real clients, and what they do wrong harms nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest

from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer
from wslab.check.running.rooming import rooming
from wslab.net.loop import background
from wslab.net.servers import running_servers


def echo(io: Any) -> None:
    """Everything that a handler may do: answer, send to one, to the others, to all."""

    def connected(socket: Any) -> None:
        socket.join("tea")

        @socket.on("say")
        def say(text: str, callback: Any) -> None:
            socket.username = text
            callback(text.upper(), socket.username)
            socket.emit("one", text)
            socket.broadcast.emit("others", text)
            io.to("tea").except_(socket.id).emit("tea", text)
            io.emit("all", text)

        socket.on("disconnect", lambda: io.emit("left", socket.username))

    io.on("connect", connected)


def test_clients_are_served_and_nothing_is_left() -> None:
    before = len(running_servers())
    with rooming(Answer(echo), "say") as host:
        ada, bob = host.guest(), host.guest()
        assert ada.asks("say", "hello") == ["HELLO", "hello"]
        for guest, events in ((ada, ["one", "all"]), (bob, ["others", "tea", "all"])):
            for event in events:
                assert background().run(guest.client.wait(event)) == "hello"
            assert not guest.client.events
        ada.leaves()
        assert background().run(bob.client.wait("left")) == "hello"
    assert len(running_servers()) == before


def handling(handler: Any) -> Answer:
    """A server whose clients may "say", with this handler for that."""

    def door(io: Any) -> None:
        io.on("connection", lambda socket: socket.on("say", lambda *v: handler(io, socket, *v)))

    return Answer(door, 0.4)


def forever(io: Any, socket: Any, *values: Any) -> None:
    while True:
        pass


def flood(io: Any, socket: Any, *values: Any) -> None:
    while True:
        socket.broadcast.emit("say", "x")


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (lambda io, socket, *values: None, "its callback was not called"),
        (lambda io, socket, text, callback: callback({1}), "raised PacketError"),
        (lambda io, socket, text, callback: text.nothing, "has no attribute 'nothing'.*in line"),
        (lambda io, socket, text, callback: socket.disconnect(), "callback was not called"),
        (lambda io, socket, text, callback: (io.close(), callback(1)), "sent a client away"),
        (forever, "did not return"),
        (flood, "more than 200 events"),
    ],
)
def test_a_fault_is_named_and_the_loop_goes_on(handler: Any, words: str) -> None:
    async def alive() -> bool:
        return True

    began = time.monotonic()
    with pytest.raises(Wrong, match=words), rooming(handling(handler), "say") as host:
        host.guest().asks("say", "hello")
    assert time.monotonic() - began < 2
    assert background().run(alive(), timeout=1)


def test_who_was_sent_away_can_not_ask() -> None:
    def away(io: Any) -> None:
        io.on("connection", lambda socket: socket.disconnect())

    with pytest.raises(Wrong, match="sent a client away"), rooming(Answer(away), "say") as host:
        host.guest().asks("say", "hello")


def test_without_a_handler_the_others_are_named() -> None:
    def deaf(io: Any) -> None:
        io.on("connection", lambda socket: socket.on("says", print))

    with pytest.raises(Wrong, match="is one for 'says'"), rooming(Answer(deaf), "say") as host:
        host.guest().asks("say", "hello")
    with (
        pytest.raises(Wrong, match="waits for 'connection', nor for"),
        rooming(Answer(lambda io: None)) as host,
    ):
        host.guest()


def test_handlers_may_be_async() -> None:
    def door(io: Any) -> None:
        @io.on("connection")
        async def connected(socket: Any) -> None:
            async def say(text: str, callback: Any) -> None:
                callback(text)

            socket.on("say", say)

    with rooming(Answer(door), "say") as host:
        assert host.guest().asks("say", "hello") == "hello"
