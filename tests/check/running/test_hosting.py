"""A learner's handler serves real clients, and what it does wrong harms nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest

from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer
from wslab.check.running.hosting import hosting
from wslab.net.loop import background
from wslab.net.servers import running_servers


def echo(connection: Any) -> None:
    @connection.on("message")
    def answer(message: Any) -> None:
        connection.sendUTF(message.utf8Data)
        connection.send(b"\x01")


def test_clients_are_served_apart_and_nothing_is_left() -> None:
    before = len(running_servers())
    with hosting(Answer(echo)) as host:
        ada, bob = host.guest(), host.guest()
        assert bob.says("hello") == ["hello", b"\x01"]
        assert (ada.hears(), bob.hears()) == ([], [])
        assert ada.connection.connected
    assert len(running_servers()) == before


def test_what_a_listener_raises_names_its_line() -> None:
    def fails(connection: Any) -> None:
        connection.on("message", lambda message: message.text)

    with (
        pytest.raises(Wrong, match=r"has no attribute 'text'.*in line"),
        hosting(Answer(fails)) as host,
    ):
        host.guest().says("hello")


def test_without_a_listener_the_others_are_named() -> None:
    def deaf(connection: Any) -> None:
        connection.on("messages", print)

    with pytest.raises(Wrong, match="there is one for 'messages'"), hosting(Answer(deaf)) as host:
        host.guest().says("hello")


def test_an_endless_listener_is_ended_and_the_loop_goes_on() -> None:
    def endless(connection: Any) -> None:
        def answer(message: Any) -> None:
            while True:
                pass

        connection.on("message", answer)

    async def alive() -> bool:
        return True

    began = time.monotonic()
    with pytest.raises(Wrong, match="did not return"), hosting(Answer(endless, 0.3)) as host:
        host.guest().says("hello")
    assert time.monotonic() - began < 2
    assert background().run(alive(), timeout=1)


def test_a_flood_is_stopped() -> None:
    def flood(connection: Any) -> None:
        while True:
            connection.sendUTF("x")

    with pytest.raises(Wrong, match="more than 100 messages"), hosting(Answer(flood)) as host:
        host.guest()


@pytest.mark.parametrize(
    ("method", "words"), [("close", "closed the connection of client 1"), ("drop", "client 1")]
)
def test_a_close_is_told(method: str, words: str) -> None:
    def rude(connection: Any) -> None:
        connection.on("message", lambda message: getattr(connection, method)())

    with pytest.raises(Wrong, match=words), hosting(Answer(rude)) as host:
        host.guest().says("hello")


def test_an_end_without_a_word_is_told() -> None:
    def ruder(connection: Any) -> None:
        connection.drop(1002, "", True)

    with pytest.raises(Wrong, match="without a goodbye"), hosting(Answer(ruder)) as host:
        host.guest().hears()


@pytest.mark.parametrize("method", ["pause", "drop"])
def test_a_connection_that_takes_nothing_is_told(method: str) -> None:
    def handler(connection: Any) -> None:
        connection.on("message", print)
        connection.pause() if method == "pause" else connection.drop(1002, "", True)

    began = time.monotonic()
    with pytest.raises(Wrong, match="took no message"), hosting(Answer(handler, 0.4)) as host:
        host.guest().says("hello")
    assert time.monotonic() - began < 2


def test_listeners_may_be_async_and_once() -> None:
    def handler(connection: Any) -> None:
        async def answer(message: Any) -> None:
            connection.sendUTF("later")

        connection.once("message", answer)

    with (
        pytest.raises(Wrong, match=r"said 'again', and no handler.*once\(\) was called"),
        hosting(Answer(handler)) as host,
    ):
        ada = host.guest()
        assert ada.says("hello") == ["later"]
        ada.says("again")


def test_a_listener_of_once_may_be_set_anew() -> None:
    def handler(connection: Any) -> None:
        def answer(message: Any) -> None:
            connection.once("message", answer)
            connection.sendUTF(message.utf8Data)

        connection.once("message", answer)

    with hosting(Answer(handler)) as host:
        ada = host.guest()
        assert [ada.says("hello"), ada.says("again")] == [["hello"], ["again"]]
