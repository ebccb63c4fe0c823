"""One client's link: bad packets, limits, namespaces; and nobody else notices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.chat.support import connected, serving, unconnected
from tests.waiting import wait_for
from wslab.chat import LinkOptions, PacketLimits, Rate, Socket
from wslab.chat.engine import EngineOptions
from wslab.net import console

BAD = {
    "": "begins with a digit",
    "hello": "begins with a digit",
    "9": "no packet type 9",
    "2{}": "payload of EVENT",
    '2["x"': "not JSON",
    "2" + "[" * 5000: "deeper than 16",
    '2["disconnect"]': "reserved",
    '299999999999999999["x"]': "17 digits",
    '5["x"]': "says how many attachments",
    '50-["x",{"_placeholder":true,"num":0}]': "a placeholder for attachment 0",
    "0": "CONNECT on a namespace that is connected",
    '4{"message":"no"}': "CONNECT_ERROR on a namespace",
    '2/other,["x"]': "EVENT for /other, which is not connected",
    '3/other,1["x"]': "ACK for /other",
    "1/other,": "DISCONNECT for /other",
}


@pytest.mark.parametrize(("packet", "words"), BAD.items())
def test_a_bad_packet_disconnects_that_client_alone(packet: str, words: str) -> None:
    reasons: list[tuple[str, str]] = []
    with serving() as (io, url), connected(url) as good, connected(url) as bad:
        socket = io.sockets.sockets[bad.sid]
        socket.on("disconnect", lambda reason, description: reasons.append((reason, description)))
        bad.send(packet, '2["too late"]')
        code, reason = bad.closed()
        assert code == 1008
        assert reason.startswith("parse error: ")
        assert words in reason
        assert [first for first, _ in reasons] == ["parse error"]
        assert words in reasons[0][1]
        assert list(io.sockets.sockets) == [good.sid]
        io.emit("still", "here")
        assert good.event() == ["still", "here"]
        assert good.quiet()
    assert console.lines == []


def test_bytes_that_no_packet_has_announced_are_refused() -> None:
    with serving() as (_, url), connected(url) as raw:
        raw.ws.send(b"\x00\x01")
        assert raw.closed() == (1008, "parse error: bytes came that no packet has announced")


def test_a_text_in_the_place_of_bytes_is_refused() -> None:
    with serving() as (_, url), connected(url) as raw:
        raw.send('51-["x",{"_placeholder":true,"num":0}]', '2["x"]')
        assert raw.closed()[1] == "parse error: a text came where the bytes of a packet should"


def test_bytes_go_both_ways_with_an_acknowledgement() -> None:
    with serving() as (io, url):
        io.on("connection", lambda s: s.on("x", lambda a, b, answer: answer(b, {"deep": [a]})))
        with connected(url) as raw:
            one, two = ({"_placeholder": True, "num": n} for n in range(2))
            raw.send(f"52-7{json.dumps(['x', one, two])}", b"\x01", b"\x02")
            text = raw.receive()
            assert text.startswith("62-7[")
            assert json.loads(text[4:]) == [one, {"deep": [two]}]
            assert [raw.ws.recv(timeout=10) for _ in range(2)] == [b"\x02", b"\x01"]


def test_a_packet_over_the_limit_is_refused() -> None:
    options = LinkOptions(packets=PacketLimits(size=1_000))
    with serving(options=options) as (_, url), connected(url) as good, connected(url) as bad:
        bad.send('2["x","' + "x" * 1_000 + '"]')
        assert bad.closed()[1] == "parse error: the packet has 1009 characters; the limit is 1000"
        assert good.quiet()


def test_a_message_over_the_engine_s_limit_is_closed_with_1009() -> None:
    reasons: list[str] = []
    engine = EngineOptions(max_payload=1_000)
    with serving(engine=engine) as (io, url), connected(url) as good, connected(url) as bad:
        io.sockets.sockets[bad.sid].on("disconnect", reasons.append)
        bad.send('2["x","' + "x" * 1_000 + '"]')
        assert bad.closed()[0] == 1009
        wait_for(lambda: reasons, "the disconnect event")
        assert reasons == ["transport error"]
        assert good.quiet()


def test_a_packet_before_connect_is_refused() -> None:
    with serving() as (_, url), unconnected(url) as raw:
        raw.send('2["hello"]')
        code, reason = raw.closed()
        assert (code, reason) == (1008, "parse error: EVENT for /, which is not connected")


def test_one_who_never_connects_is_closed() -> None:
    with serving(options=LinkOptions(connect_timeout=0.05)) as (_, url), unconnected(url) as raw:
        assert raw.closed() == (1008, "connect timeout: no CONNECT packet came")


def test_one_who_leaves_may_come_back_for_a_time() -> None:
    reasons: list[str] = []
    with serving(options=LinkOptions(connect_timeout=0.3)) as (io, url):
        io.on("connection", lambda socket: socket.on("disconnect", reasons.append))
        with connected(url) as raw:
            raw.send("1", "0")
            again = json.loads(raw.receive()[1:])["sid"]
            assert again != raw.sid
            assert reasons == ["client namespace disconnect"]
            raw.send("1")
            assert raw.closed()[1].startswith("connect timeout")


def test_namespaces_share_a_connection() -> None:
    met: list[tuple[str, Any]] = []

    def meet(socket: Socket) -> None:
        met.append((socket.nsp.name, dict(socket.handshake.auth)))
        socket.on("hello", lambda answer: answer(f"from {socket.nsp.name}"))

    with serving() as (io, url):
        io.on("connection", meet)
        io.of("news").on("connection", meet)
        with connected(url) as raw:
            raw.send('0/news,{"token":"1"}')
            assert raw.receive().startswith('0/news,{"sid":')
            wait_for(lambda: len(met) == 2, "both listeners")
            assert met == [("/", {}), ("/news", {"token": "1"})]
            raw.send('21["hello"]', '2/news,1["hello"]')
            assert raw.receive() == '31["from /"]'
            assert raw.receive() == '3/news,1["from /news"]'
            io.of("/news").emit("only", "there")
            assert raw.receive() == '2/news,["only","there"]'
            raw.send("0/nowhere,")
            assert raw.receive() == '4/nowhere,{"message":"Invalid namespace"}'
            assert raw.ask(2, "hello") == ["from /"]


def test_too_fast_is_answered_where_the_client_listens() -> None:
    heard: list[str] = []
    options = LinkOptions(rate=Rate(per_second=0.01, burst=3))
    with serving(options=options) as (io, url):
        io.on(
            "connection",
            lambda socket: socket.on("say", lambda text, answer=None: heard.append(text)),
        )
        with connected(url) as fast, connected(url) as calm:  # CONNECT counts
            fast.send('2["say","1"]', '2["say","2"]', '2["say","3"]', '27["say","4"]', '38["x"]')
            event, answer = fast.event()
            assert event == "rate limit"
            assert answer["event"] == "say"
            assert answer["ok"] is False
            assert answer["reason"].startswith("You are sending too fast: wait ")
            assert answer["retry_after"] > 1
            number, answer = fast.receive().split("[", 1)
            assert number == "37"
            assert "too fast" in answer
            calm.send('2["say","calm"]')
            wait_for(lambda: "calm" in heard, "the other client's event")
            assert heard == ["1", "2", "calm"]
            assert fast.quiet()


def test_answers_to_the_server_cost_nothing() -> None:
    answers: list[int] = []
    options = LinkOptions(rate=Rate(per_second=0.01, burst=1), max_refused=2)
    with serving(options=options) as (io, url), connected(url) as raw:  # CONNECT was the one token
        socket = io.sockets.sockets[raw.sid]
        for number in range(100):
            socket.emit("answer me", number, ack=answers.append)
        for _ in range(100):
            raw.receive()
        raw.send(*[f"3{number}[{number}]" for number in range(100)])
        wait_for(lambda: len(answers) == 100, "all answers")
        assert answers == list(range(100))
        raw.send(*["30[0]"] * 3)  # a second answer to one question is not one
        assert raw.closed()[1].startswith("rate limit: ")


def test_leaving_is_never_too_fast_and_a_connect_that_is_gets_its_answer() -> None:
    reasons: list[str] = []
    options = LinkOptions(rate=Rate(per_second=0.01, burst=1))
    with serving(options=options) as (io, url), connected(url) as raw:
        io.sockets.sockets[raw.sid].on("disconnect", reasons.append)
        raw.send("1", "0")
        refused = raw.receive()
        assert refused.startswith('4{"message":"You are sending too fast: wait ')
        assert json.loads(refused[1:])["data"]["code"] == "too fast"
        assert reasons == ["client namespace disconnect"]


def test_one_who_does_not_stop_is_disconnected() -> None:
    options = LinkOptions(rate=Rate(per_second=0.01, burst=1), max_refused=5)
    with serving(options=options) as (_, url), connected(url) as raw:
        raw.send(*['2["x"]'] * 6)
        code, reason = raw.closed()
        assert code == 1008
        assert reason.startswith("rate limit: ")


def test_no_rate_means_no_limit() -> None:
    with serving(options=LinkOptions(rate=None)) as (io, url):
        io.on("connection", lambda socket: socket.on("echo", lambda text, answer: answer(text)))
        with connected(url) as raw:
            raw.send(*[f'2{n}["echo",{n}]' for n in range(300)])
            assert [raw.receive() for _ in range(300)] == [f"3{n}[{n}]" for n in range(300)]


def test_a_handler_of_disconnect_that_raises_stops_nobody() -> None:
    gone: list[str] = []

    def fail(reason: str) -> None:
        raise ValueError("in the handler")

    with serving() as (io, url):
        io.on("connection", lambda socket: socket.on("disconnect", fail))
        io.of("/b").on("connection", lambda socket: socket.on("disconnect", gone.append))
        with connected(url) as raw:
            raw.send("0/b,")
            raw.receive()
            raw.send("nonsense")
            assert raw.closed()[0] == 1008
        wait_for(lambda: gone, "the other namespace")
        assert gone == ["parse error"]
        assert "ValueError: in the handler" in console.lines[0].text
        assert not io.sockets.sockets
