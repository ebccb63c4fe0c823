"""The socket that a handler gets: events and acknowledgements both ways, rooms, leaving."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chat.support import ENGINE, connected, serving
from tests.waiting import wait_for
from wslab.chat import PacketError, Socket, link
from wslab.chat.sockets import MAX_WAITING
from wslab.net import capture, console
from wslab.net.dissect import frames_of


def test_events_and_acknowledgements_from_the_client() -> None:
    calls: list[tuple[Any, ...]] = []

    def meet(socket: Socket) -> None:
        @socket.on("add")
        def add(a: int, b: int, answer: Any) -> None:
            answer(a + b)
            answer("a second answer is dropped")

        socket.on("many", lambda *args: args[-1](1, [2], {"drei": None}))
        socket.on("none", lambda answer: answer())
        socket.on("note", lambda *args: calls.append(args))

    with serving() as (io, url):
        io.on("connection", meet)
        with connected(url) as raw:
            assert raw.ask(0, "add", 1, 2) == [3]
            assert raw.ask(9007199254740991, "many") == [1, [2], {"drei": None}]
            assert raw.ask(5, "none") == []
            raw.send('2["note","no answer wanted"]', '2["unknown"]', '2["note"]')
            assert raw.ask(6, "none") == []
            assert calls == [("no answer wanted",), ()]


def test_who_speaks_has_heard_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """So what waits for the first moment's end is sent before anything that answers the client."""
    monkeypatch.setattr(link, "GREETING_SECONDS", 3600)

    def meet(socket: Socket) -> None:
        socket.emit("hello")
        socket.on("ask", lambda answer: answer("yes"))

    with serving() as (io, url):
        io.on("connection", meet)
        with connected(url) as raw:
            assert raw.quiet()
            raw.send('27["ask"]')
            assert [raw.receive(), raw.receive()] == ['2["hello"]', '37["yes"]']


def test_what_waited_is_the_same_bytes() -> None:
    """A message for one client is compressed in that client's window, one for all once for all."""
    text = ", ".join(f"{number} men and {number + 1} dogs" for number in range(40))

    def meet(socket: Socket) -> None:
        if socket.handshake.auth:
            socket.emit("news", text)

    with serving() as (io, url), capture(url) as wire:
        io.on("connection", meet)
        relayed = f"{wire.url}socket.io/?{ENGINE}"
        with connected(relayed, auth={"at": "once"}) as raw:
            assert raw.event() == ["news", text]
        with connected(relayed) as raw:
            wait_for(lambda: io.sockets.sockets[raw.sid]._held is None, "the first moment's end")
            io.sockets.sockets[raw.sid].emit("news", text)
            assert raw.event() == ["news", text]
        wait_for(lambda: all(each.closed for each in wire.connections), "both ends")
    waited, later = (
        [frame.payload for frame in frames_of(each, "down") if frame.compressed]
        for each in wire.connections
    )
    assert len(waited) == 1
    assert waited == later


def test_events_and_acknowledgements_to_the_client() -> None:
    answers: list[tuple[Any, ...]] = []
    with serving() as (io, url), connected(url) as raw:
        socket = io.sockets.sockets[raw.sid]
        socket.emit("news", "hello", {"n": 1})
        assert raw.receive() == '2["news","hello",{"n":1}]'
        for question in ("first", "second"):
            socket.emit(question, ack=lambda *args: answers.append(args))
        assert [raw.receive(), raw.receive()] == ['20["first"]', '21["second"]']
        raw.send('31["b",2]', "30[]", '31["again"]', '399["never asked"]')
        wait_for(lambda: len(answers) == 2, "both answers")
        assert raw.quiet()
        assert answers == [("b", 2), ()]


def test_a_function_that_stands_last_gets_the_answer() -> None:
    answers: list[tuple[Any, ...]] = []
    with serving() as (io, url), connected(url) as raw:
        socket = io.sockets.sockets[raw.sid]
        socket.emit("question", "x", lambda first: answers.append((first,)))
        socket.emit("other", lambda *args: answers.append(args))
        assert [raw.receive(), raw.receive()] == ['20["question","x"]', '21["other"]']
        raw.send('30["a","b"]', '31["c",1]')
        wait_for(lambda: len(answers) == 2, "both answers")
        assert answers == [("a",), ("c", 1)]
        with pytest.raises(PacketError):
            socket.emit("question", print, "x")


def test_answers_that_never_come_are_forgotten() -> None:
    with serving() as (io, url), connected(url) as raw:
        socket = io.sockets.sockets[raw.sid]
        for number in range(MAX_WAITING + 5):
            socket.emit("answer me", number, ack=lambda: None)
        for _ in range(MAX_WAITING + 5):
            raw.receive()
        assert len(socket._waiting) == MAX_WAITING
        assert min(socket._waiting) == 5


@pytest.mark.parametrize("event", ["connect", "disconnect", "connect_error", "newListener"])
def test_reserved_names_can_not_be_sent(event: str) -> None:
    with serving() as (io, url), connected(url) as raw:
        with pytest.raises(ValueError, match="reserved"):
            io.sockets.sockets[raw.sid].emit(event)
        with pytest.raises(ValueError, match="reserved"):
            io.emit(event)


def test_what_json_can_not_hold_is_an_error_of_the_caller() -> None:
    with serving() as (io, url), connected(url) as raw:
        with pytest.raises(PacketError, match="not JSON serializable"):
            io.sockets.sockets[raw.sid].emit("a set", {1})
        assert raw.quiet()


def test_rooms_and_broadcasts() -> None:
    with (
        serving() as (io, url),
        connected(url) as a,
        connected(url) as b,
        connected(url) as c,
    ):
        one, two, _ = (io.sockets.sockets[raw.sid] for raw in (a, b, c))
        one.join("red")
        two.join("red")
        one.to("red").emit("to red", "from one")
        assert b.event() == ["to red", "from one"]
        io.to("red").emit("to all red")
        assert a.event() == b.event() == ["to all red"]
        one.broadcast.emit("to others")
        assert b.event() == c.event() == ["to others"]
        io.to("red").to(c.sid).except_(a.sid).emit("once")
        assert b.event() == c.event() == ["once"]
        io.except_("red").emit("not red")
        assert c.event() == ["not red"]
        two.leave("red")
        io.to("red").emit("left")
        assert a.event() == ["left"]
        assert one.rooms == [a.sid, "red"]
        assert two.rooms == [b.sid]
        assert a.quiet()
        assert b.quiet()
        assert c.quiet()


def test_one_who_left_is_in_no_room_any_more() -> None:
    with serving() as (io, url):
        with connected(url) as raw:
            socket = io.sockets.sockets[raw.sid]
            socket.join("red")
        wait_for(lambda: not socket.connected, "the disconnect")
        socket.join("red")
        socket.emit("late")
        io.emit("to nobody")
        with connected(url):  # what was handed to the loop before has happened
            assert io.sockets.adapter.members(["red"]) == []
            assert socket.rooms == []


def test_disconnect_sends_a_packet_and_may_close() -> None:
    reasons: list[str] = []
    with serving() as (io, url), connected(url) as raw:
        socket = io.sockets.sockets[raw.sid]
        socket.on("disconnect", reasons.append)
        socket.disconnect()
        socket.disconnect()
        assert raw.receive() == "1"
        raw.send("0")
        second = raw.receive()
        assert second.startswith('0{"sid":')
        [again] = io.sockets.sockets.values()
        again.disconnect(close=True)
        assert raw.receive() == "1"
        assert raw.closed() == (1000, "server namespace disconnect")
        assert reasons == ["server namespace disconnect"]


def test_disconnect_tells_why() -> None:
    reasons: list[str] = []
    with serving() as (io, url):
        io.on("connection", lambda socket: socket.on("disconnect", reasons.append))
        with connected(url) as raw:
            raw.vanish()
        wait_for(lambda: len(reasons) == 1, "the first to be gone")
        with connected(url):
            pass
        wait_for(lambda: len(reasons) == 2, "the second to be gone")
    assert reasons == ["transport close", "transport close"]


def test_a_handler_that_raises_closes_its_own_client_with_1011() -> None:
    def fail() -> None:
        raise ValueError("in the handler")

    async def fail_later() -> None:
        raise ValueError("in the async handler")

    with serving() as (io, url), connected(url) as other:
        io.on(
            "connection", lambda socket: (socket.on("fail", fail), socket.on("later", fail_later))
        )
        for event in ("fail", "later"):
            with connected(url) as raw:
                raw.send(f'2["{event}"]')
                assert raw.closed()[0] == 1011
        assert other.quiet()
        wait_for(lambda: list(io.sockets.sockets) == [other.sid], "both to be gone")
    texts = [line.text for line in console.lines]
    assert any("ValueError: in the handler" in text and "line" in text for text in texts)
    assert any("ValueError: in the async handler" in text for text in texts)


def test_repr_is_the_same_on_each_run() -> None:
    with serving() as (io, url), connected(url) as raw:
        socket = io.sockets.sockets[raw.sid]
        assert repr(socket) == "<socket of somebody>"
        socket.username = "Ada"
        assert repr(socket) == "<socket of Ada>"
        assert "ookie" not in repr(socket.handshake)
