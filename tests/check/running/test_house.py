"""A server whose decisions are a learner's: who came in, what was heard, who left."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from wslab.check.outcome import Wrong
from wslab.check.running.house import Goodbye, House, house
from wslab.net.loop import background


def shouts(request: Any, room: Any) -> None:
    """Lets in who has no origin; what one says all hear, in capitals; "bye" ends it."""
    if request.origin:
        return request.reject(404)
    connection = request.accept(*request.requestedProtocols)

    @connection.on("message")
    def receive(message: Any) -> None:
        assert not background().inside()
        if message.utf8Data == "bye":
            connection.close(4000, "so long")
        else:
            for one in room.connections:
                one.sendUTF(message.utf8Data.upper())

    connection.on("close", lambda code, why: room.broadcastBytes(bytes([code % 256])))


def test_who_comes_in_is_told_by_the_answer() -> None:
    with house(shouts, 2) as visits:
        assert visits.come({"Origin": "https://x.example"}).status == 404
        guest = visits.come({"Sec-WebSocket-Protocol": "tea"})
        assert (guest.status, guest.subprotocol) == (101, "tea")


def test_what_each_one_hears() -> None:
    with house(shouts, 2) as visits:
        ada, bob = visits.come(), visits.come()
        ada.says("hello")
        assert ada.hears() == bob.hears() == ["HELLO"]
        assert ada.hears() == []


def test_goodbyes_of_all_kinds_reach_the_listeners() -> None:
    with house(shouts, 2) as visits:
        ada, bob, cem, dora = (visits.come() for _ in range(4))
        bob.says("bye")
        assert bob.hears() == [Goodbye(4000, "so long")]
        bob.answers(Goodbye(4000, "so long"))
        cem.leaves(4001)
        dora.is_cut_off()
        assert ada.hears() == [bytes([code % 256]) for code in (4000, 4001, 1006)]


def test_a_listener_that_never_ends_is_ended() -> None:
    def loops(*anything: object) -> None:
        while True:
            pass

    with (
        pytest.raises(Wrong, match="did not return"),
        house(lambda request, room: request.accept().on("message", loops), 0.1) as visits,
    ):
        visits.come().says("hello")
    assert background().run(_thread()) == background().thread_id


async def _thread() -> int:
    return threading.get_ident()


def test_no_decision_and_no_listener_are_told() -> None:
    with pytest.raises(Wrong, match="neither accepted"), house(lambda q, r: None, 1) as visits:
        visits.come()
    with (
        pytest.raises(Wrong, match="waits for 'close'"),
        house(lambda request, room: request.accept(), 1) as visits,
    ):
        visits.come().leaves(1000)


def test_an_error_is_told_with_what_had_happened() -> None:
    def no(*anything: object) -> None:
        raise ValueError("no")

    with (
        pytest.raises(Wrong, match=r"a client said 'hello': no\(\) raised ValueError"),
        house(lambda request, room: request.accept().on("message", no), 1) as visits,
    ):
        visits.come().says("hello")


def test_a_client_that_came_in_is_cut_when_the_decision_fails_then() -> None:
    def fails(request: Any, room: Any) -> None:
        request.accept()
        raise Wrong("no")

    began = time.monotonic()
    with pytest.raises(Wrong, match="no"), house(fails, 2) as visits:
        visits.come()
    assert time.monotonic() - began < 0.9  # the server waits 1 s for a client that stays


def test_nothing_is_left() -> None:
    visits = House(shouts, 1)
    visits.come()
    visits.leave()
    assert not visits.server.listening
