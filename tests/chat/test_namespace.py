"""Namespaces and broadcasts."""

from __future__ import annotations

import pytest

from tests.chat.support import connected, serving
from wslab.chat.namespace import Broadcast, Namespace


def test_a_broadcast_grows_without_changing_the_one_before() -> None:
    everybody = Namespace("/").everybody
    some = everybody.to("a").to("b").except_("c")
    assert (some.rooms, some.excluded) == (("a", "b"), ("c",))
    assert everybody == Broadcast(everybody.namespace)


def test_a_namespace_has_one_event() -> None:
    with pytest.raises(ValueError, match=r"the event 'connection', not 'new user': try socket.on"):
        Namespace("/").on("new user", print)


def test_connection_is_a_decorator_too_and_comes_after_the_greeting() -> None:
    with serving() as (io, url):

        @io.on("connection")
        def meet(socket: object) -> None:
            socket.emit("welcome")  # type: ignore[attr-defined]

        with connected(url) as raw:
            assert raw.event() == ["welcome"]


def test_send_everybody_away() -> None:
    with serving() as (io, url), connected(url) as a, connected(url) as b:
        io.sockets.disconnect_sockets(close=True)
        for raw in (a, b):
            assert raw.receive() == "1"
            assert raw.closed()[0] == 1000
        assert not io.sockets.sockets
