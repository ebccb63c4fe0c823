"""What lesson 06 says of right and wrong answers: an event as a packet, whose name is free again, a
visit to the chat room.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from wslab.browser import WebSocket
from wslab.chat import Packet, PacketType, encode
from wslab.check import lesson06
from wslab.check.exercise import Exercise
from wslab.check.outcome import State
from wslab.net.console import console
from wslab.net.loop import background
from wslab.net.servers import running_servers

JUDGES = [lesson06.event_packet, lesson06.door, lesson06.say]
SOCKET_IO = "socket.io/?EIO=4&transport=websocket"

Mistake = tuple[Callable[..., Any], tuple[str, ...]]


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """Every room is closed again; what handlers raise here is no other test's business."""
    before = len(running_servers())
    yield
    assert len(running_servers()) == before
    console.clear()


def all_told_apart(judge: Exercise, mistakes: Iterable[Mistake]) -> None:
    """Each of these is wrong in words of its own, which have these in them."""
    messages = set()
    for function, words in mistakes:
        outcome = judge.judge(function)
        assert outcome.state is State.WRONG, words
        assert [word for word in words if word not in outcome.text] == [], outcome.text
        messages.add(outcome.text)
    assert len(messages) == len(list(mistakes))


def passes(judge: Exercise, answer: object, word: str) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert word in outcome.text


# 1 · event_packet


def event_packet(name: str, values: list[Any], number: int | None) -> str:
    head = "42" if number is None else f"42{number}"
    return head + json.dumps([name, *values])


def event_packet_by_the_library(name: str, values: list[Any], number: int | None) -> str:
    text = encode(Packet(PacketType.EVENT, [name, *values], id=number))[0]
    assert isinstance(text, str)
    return "4" + text


def packing(
    head: Callable[[int | None], str] = lambda n: "42" if n is None else f"42{n}",
    array: Callable[[str, list[Any]], Any] = lambda name, values: [name, *values],
    to_text: Callable[[Any], str] = json.dumps,
) -> Callable[..., Any]:
    """A packet whose parts are made like this."""
    return lambda name, values, number: head(number) + to_text(array(name, values))


def without_escapes(array: Any) -> str:
    """The name between quotes, whatever is in it."""
    return ", ".join([f'["{array[0]}"', *map(json.dumps, array[1:])]) + "]"


def right(number: int | None) -> str:
    return "" if number is None else str(number)


PACKED_WRONGLY: list[Mistake] = [
    (packing(lambda n: f"2{right(n)}"), ("begins with '2'", "4", "ping")),
    (packing(lambda n: f"[42{right(n)}"), ("begins with '['", "a message begins with 4")),
    (packing(lambda n: f"43{right(n)}"), ("type", "'3', which is ACK")),
    (packing(lambda n: f"4{right(n)}"), ("type", "'7'", "EVENT was expected")),
    (packing(lambda n: f"42{n}"), ("the word None in place of a number",)),
    (packing(lambda n: f"42{n or ''}"), ("has no number, and 0 is one",)),
    (packing(lambda n: "42"), ("7) has no number in front",)),
    (packing(lambda n: f"42{n or 0}"), ("has the number 0, and wants no answer",)),
    (packing(lambda n: f"42{right(n)[:1]}"), ("the number in", "is 1.")),
    (packing(lambda n: f"42{right(n)} "), ("has ' ' in front of its JSON",)),
    (packing(to_text=str), ("is no JSON", "how Python writes it")),
    (packing(to_text=lambda array: json.dumps(array)[1:-1]), ("is no JSON.",)),
    (packing(array=lambda name, values: {name: values}), ("an array was expected",)),
    (packing(array=lambda name, values: values), ("does not begin with the event's name",)),
    (packing(array=lambda name, values: [name, values]), ("in an array of their own",)),
    (packing(array=lambda name, values: [name, *map(str, values)]), ("value 2 in", "is \"{'uid'")),
    (packing(array=lambda name, values: [name, *values[:1]]), ("'uid'", "has 2 items")),
    (packing(array=lambda name, values: [name, *values, None]), ("has 3 items",)),
    (lambda n, v, number: packing()(n, [*v, number], number), ("number in the array, too",)),
    (
        packing(array=lambda name, values: [name, values[0]]),
        ("'get rooms', [], 12): ", "IndexError"),
    ),
    (packing(to_text=without_escapes), ("event_packet('say \"hi\"'", "is no JSON")),
    (lambda *arguments: event_packet(*arguments).encode(), ("b'427", "a str was expected")),
]


def test_mistakes_in_packets_are_told_apart() -> None:
    all_told_apart(lesson06.event_packet, PACKED_WRONGLY)


@pytest.mark.parametrize("answer", [event_packet, event_packet_by_the_library])
def test_packets_may_be_made_in_two_ways(answer: Callable[..., Any]) -> None:
    passes(lesson06.event_packet, answer, "437")


# 2 · door


def entrance(
    log_in: Callable[[Any, list[str], str, Any], Any],
    gone: Callable[[Any, list[str]], Any] | None = None,
) -> Callable[[Any], None]:
    """A server with these handlers."""

    def door(io: Any) -> None:
        users: list[str] = []

        def connected(socket: Any) -> None:
            socket.on("new user", lambda name, callback: log_in(socket, users, name, callback))
            if gone is not None:
                socket.on("disconnect", lambda: gone(socket, users))

        io.on("connection", connected)

    return door


def logged_in(socket: Any, users: list[str], name: str, callback: Any) -> None:
    free = name not in users
    if free:
        users.append(name)
        socket.username = name
    callback({"ok": free})


def noted_first(socket: Any, users: list[str], name: str, callback: Any) -> None:
    socket.username = name
    free = name not in users
    if free:
        users.append(name)
    callback({"ok": free})


def given_back(socket: Any, users: list[str]) -> None:
    if socket.username in users:
        users.remove(socket.username)


def cleared(socket: Any, users: list[str], name: str, callback: Any) -> None:
    free = name not in users
    socket.username = name if free else None
    if free:
        users.append(name)
    callback({"ok": free})


def not_noted(socket: Any, users: list[str], name: str, callback: Any) -> None:
    free = name not in users
    if free:
        users.append(name)
    callback({"ok": free})


def always(ok: bool) -> Callable[..., None]:
    return lambda socket, users, name, callback: callback({"ok": ok})


def silent_refusal(socket: Any, users: list[str], name: str, callback: Any) -> None:
    if name not in users:
        logged_in(socket, users, name, callback)


def sent_away(socket: Any, users: list[str], name: str, callback: Any) -> None:
    refused = name in users
    logged_in(socket, users, name, callback)
    if refused:
        socket.disconnect()


def twice(socket: Any, users: list[str], name: str, callback: Any) -> None:
    logged_in(socket, users, name, callback)
    callback({"ok": True})


def once(socket: Any, users: list[str], name: str, callback: Any) -> None:
    """Who was refused once is refused for ever."""
    if socket.username == "":
        callback({"ok": False})
        return
    socket.username = ""
    logged_in(socket, users, name, callback)


def door_of_lists(io: Any) -> None:
    """Another list for each connection."""
    io.on("connection", lambda socket: entrance(logged_in, given_back)(_One(socket)))


class _One:
    """An io that has one connection, now."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    def on(self, event: str, handler: Any) -> None:
        handler(self._socket)


def door_with_a_dict(io: Any) -> None:
    """A solution that asks nobody's username."""
    holders: dict[str, Any] = {}

    @io.on("connection")
    def connected(socket: Any) -> None:
        @socket.on("new user")
        async def log_in(name: str, callback: Any) -> None:
            ok = holders.setdefault(name, socket) is socket
            callback({"ok": ok, "reason": "" if ok else "taken"})

        @socket.on("disconnect")
        def gone(reason: str) -> None:
            for name in [name for name, holder in holders.items() if holder is socket]:
                del holders[name]


LET_IN_WRONGLY: list[Mistake] = [
    (entrance(noted_first, given_back), ("A third got the name",)),
    (entrance(always(True), given_back), ("a second client", "'Ada' got the name")),
    (entrance(always(False), given_back), ("the first to ask", "was refused")),
    (
        entrance(cleared, given_back),
        ("Bob was in, was refused 'Ada', and has left", "was refused."),
    ),
    (entrance(not_noted, given_back), ("Bob has left. The next to ask for 'Bob' was refused",)),
    (entrance(logged_in, None), ("no handler waits for 'disconnect'", "'new user'")),
    (
        entrance(logged_in, lambda s, users: users.remove(s.username)),
        ("a client that was refused 'Ada' left:", "ValueError", "in line"),
    ),
    (
        entrance(lambda s, u, n, callback: u[0], given_back),
        ("the first to ask for 'Ada':", "Index"),
    ),
    (entrance(silent_refusal, given_back), ("callback was not called",)),
    (entrance(sent_away, given_back), ("sent a client away",)),
    (entrance(twice, given_back), ("'new user' got more than one answer", "called 2 times")),
    (entrance(once, given_back), ("refused 'Ada' and then asked for 'Bob' was refused",)),
    (entrance(lambda s, u, n, callback: callback(True)), ("a login was answered True",)),
    (entrance(lambda s, u, n, callback: callback({"ok": 1})), ("answered {'ok': 1}",)),
    (lambda io: io.on("new user", print), ("no handler waits for 'connection'", "'new user'")),
]


def test_mistakes_at_the_door_are_told_apart() -> None:
    all_told_apart(lesson06.door, LET_IN_WRONGLY)


def test_a_list_for_each_connection_lets_two_in() -> None:
    assert "a second client" in lesson06.door.judge(door_of_lists).text


def test_who_goes_must_not_free_all_names() -> None:
    outcome = lesson06.door.judge(entrance(logged_in, lambda socket, users: users.clear()))
    assert "A third got the name" in outcome.text


@pytest.mark.parametrize("answer", [entrance(logged_in, given_back), door_with_a_dict])
def test_the_door_may_be_written_in_two_ways(answer: Callable[..., Any]) -> None:
    passes(lesson06.door, answer, "gives it back")


# 3 · say


async def say(
    url: str,
    name: str,
    text: str,
    *,
    connect: str | None = "40",
    numbers: tuple[Any, Any] = (1, 2),
    events: tuple[str, ...] = ("new user", "send message"),
    dumps: Callable[[Any], str] = json.dumps,
    head: str = "42",
    heed: bool = True,
    close: Callable[[WebSocket], object] | None = lambda ws: ws.close(1000),
) -> Any:
    """A solution, and with other arguments not quite."""
    ws = WebSocket(url + SOCKET_IO)
    await ws.wait("open")
    if connect is not None:
        ws.send(connect)
    answer: Any = None
    for number, event in zip((*numbers, 3), events, strict=False):
        value = name if event == "new user" else text
        ws.send(f"{head}{number}{dumps([event, value])}")
        packet = ""
        while number != "" and not packet.startswith(f"43{number}["):
            packet = (await ws.wait("message")).data
        answer = json.loads(packet[2 + len(str(number)) :])[0] if packet else None
        if heed and answer and not answer["ok"]:
            break
    if close is not None:
        close(ws)
        await ws.wait("close")
    return answer


async def say_with_handlers(url: str, name: str, text: str) -> Any:
    """A solution with handlers, which says 41 before it goes."""
    ws, answers = WebSocket(url + SOCKET_IO), []

    def send(packet_type: str, *array: str) -> None:
        ws.send("4" + packet_type + (json.dumps(array, ensure_ascii=False) if array else ""))

    def take(event: Any) -> None:
        kind, rest = event.data[:2], event.data[2:]
        if kind == "40":
            send("20", "new user", name)
        elif kind == "43":
            answers.append(json.loads(rest.lstrip("0123456789"))[0])
            if len(answers) == 1 and answers[0]["ok"]:
                send("210", "send message", text)
            else:
                send("1")
                ws.close(1000)

    ws.onopen, ws.onmessage = lambda event: send("0"), take
    await ws.wait("close")
    return answers[-1]


def saying(change: Callable[[Any], Any] = lambda value: value, **options: Any) -> Any:
    """A visit that is made with these options; the change is made to what comes of it."""

    async def visit(url: str, name: str, text: str) -> Any:
        return change(await say(url, name, text, **options))

    return visit


async def say_the_first(url: str, name: str, text: str) -> Any:
    """Returns the answer to the login."""
    await say(url, name, text)
    return {"ok": True, "name": name}


async def say_nothing(url: str, name: str, text: str) -> Any:
    return {"ok": True}


async def say_too_early(url: str, name: str, text: str) -> Any:
    ws = WebSocket(url + SOCKET_IO)
    await ws.wait("open")
    ws.send("40")
    for number, array in enumerate((["new user", name], ["send message", text])):
        ws.send(f"42{number}{json.dumps(array)}")
    ws.close(1000)
    await ws.wait("close")
    return {"ok": True, "id": 1}


async def say_the_next(url: str, name: str, text: str) -> Any:
    """Takes what comes next for the answer."""
    ws = WebSocket(url + SOCKET_IO)
    await ws.wait("open")
    ws.send("40")
    ws.send(f"421{json.dumps(['new user', name])}")
    return json.loads((await ws.wait("message")).data[3:])


async def say_at_the_wrong_place(url: str, name: str, text: str) -> Any:
    ws = WebSocket(url)
    await ws.wait("open")


async def open_and_go(url: str, name: str, text: str) -> Any:
    ws = WebSocket(url + SOCKET_IO)
    await ws.wait("open")
    ws.close(1000)
    await ws.wait("close")
    return {"ok": True}


def by_hand(array: list[str]) -> str:
    return '["{}","{}"]'.format(*array)


ONLY_LOG_IN, TWICE = ("new user",), ("new user", "send message", "send message")
SAID_WRONGLY: list[Mistake] = [
    (saying(connect=None), ("packet 1", "comes before a CONNECT")),
    (saying(connect="0"), ("packet 1, '0', begins with '0'", "begins with 4")),
    (saying(head="2"), ("packet 2", "begins with '2'")),
    (saying(dumps=by_hand), ("packet 2", "can't be read", "not JSON")),
    (saying(numbers=("", 2)), ("packet 2", "new user", "no number")),
    (saying(numbers=(1, "")), ("packet 3", "send message", "no number")),
    (saying(events=("send message", "new user"), heed=False), ("not 'new user'",)),
    (saying(events=("new user", "new message"), numbers=(1, "")), ("not 'send message'",)),
    (saying(dumps=lambda a: json.dumps([a[0], a[1].upper()])), ("packet 2", "should be 'Grace")),
    (saying(events=ONLY_LOG_IN), ("'send message' did not come",)),
    (saying(events=TWICE), ("packet 4", "one event too many")),
    (saying(heed=False), ("packet 3", "after the name was refused")),
    (saying(close=None), ("returned while its connection was open",)),
    (saying(close=lambda ws: ws.close()), ("has no code",)),
    (saying(close=lambda ws: ws.close(4000)), ("has code 4000",)),
    (saying(close=lambda ws: ws.lose()), ("without a close frame",)),
    (saying(lambda value: json.dumps(value)), ("returned the text",)),
    (saying(lambda value: [value]), ("the answer's array",)),
    (saying(lambda value: value["ok"]), ("returned True; a dict",)),
    (saying(lambda value: {"ok": True, "id": 99}), ("'id': 99", "last answer differs")),
    (say_the_first, ("answer to the login",)),
    (say_nothing, ("no connection came",)),
    (say_too_early, ("before the last answer came",)),
    (say_the_next, ("JSONDecodeError",)),
    (say_at_the_wrong_place, ("NeverComes",)),
    (open_and_go, ("no packet came over your connection",)),
]


def test_mistakes_in_a_visit_are_told_apart() -> None:
    all_told_apart(lesson06.say, SAID_WRONGLY)


@pytest.mark.parametrize("answer", [saying(), saying(numbers=(7, 7)), say_with_handlers])
def test_a_visit_may_be_written_in_several_ways(answer: Callable[..., Any]) -> None:
    passes(lesson06.say, answer, "both layers")


# All three


def test_stubs_are_not_tried() -> None:
    assert lesson06.event_packet.judge(lesson06.event_packet_stub).state is State.UNTRIED
    assert lesson06.door.judge(lesson06.door_stub).state is State.UNTRIED
    assert lesson06.say.judge(lesson06.say_stub).state is State.UNTRIED


class Evil:
    """Raises whatever is asked of it."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError

    __repr__ = __bytes__ = __iter__ = __str__ = __len__  # type: ignore[assignment]


def raises(*arguments: object) -> None:
    raise KeyError("no")


def needs_nothing() -> str:
    return ""


async def waits(*arguments: object) -> int:
    return 0


AWKWARD: list[Any] = [
    *(
        lambda *arguments, value=value: value
        for value in (None, 0, "", b"", "42[", "42" + "[" * 99_999, [1], {}, object(), Evil())
    ),
    raises,
    needs_nothing,
    waits,
    7,
    "text",
    Evil(),
]


@pytest.mark.parametrize("judge", JUDGES, ids=repr)
@pytest.mark.parametrize("answer", AWKWARD, ids=range(len(AWKWARD)))
def test_awkward_answers_are_wrong_and_raise_nothing(judge: Exercise, answer: Any) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG
    assert outcome.text


@pytest.mark.parametrize("value", [None, 0, "", b"", [], {}, {"ok": None}, object(), Evil()])
def test_awkward_answers_to_a_login_are_wrong(value: object) -> None:
    outcome = lesson06.door.judge(entrance(lambda s, users, name, callback: callback(value)))
    assert outcome.state is State.WRONG


@pytest.mark.parametrize("value", [None, 0, "", b"", [Evil()], {}, {"ok": Evil()}, Evil()])
def test_awkward_values_of_a_visit_are_wrong(value: object) -> None:
    assert lesson06.say.judge(saying(lambda answer: value)).state is State.WRONG


def endless(*arguments: object) -> None:
    while True:
        pass


async def endless_after_open(url: Any, *others: object) -> None:
    if isinstance(url, str) and url.startswith("ws:"):
        ws = WebSocket(url + SOCKET_IO)
        ws.onopen = lambda event: endless()
        await ws.wait("close")
    await asyncio.sleep(60)


def endless_on_both_sides(url: Any, *others: object) -> None:
    """No `async def`, and neither it nor its handler lets go."""
    if isinstance(url, str) and url.startswith("ws:"):
        WebSocket(url + SOCKET_IO).onopen = lambda event: endless()
    endless()


@pytest.mark.parametrize("answer", [endless, endless_after_open, endless_on_both_sides])
@pytest.mark.parametrize("judge", JUDGES, ids=repr)
def test_endless_answers_end(judge: Exercise, answer: object) -> None:
    began = time.monotonic()
    outcome = judge.judge(answer, seconds=0.3)
    assert outcome.state is State.WRONG
    refused = judge.awaited is False and asyncio.iscoroutinefunction(answer)
    assert ("`def` alone" if refused else "did not return") in outcome.text
    assert time.monotonic() - began < 2
    assert background().run(asyncio.sleep(0, "alive"), timeout=1) == "alive"


def test_an_endless_handler_ends() -> None:
    began = time.monotonic()
    outcome = lesson06.door.judge(entrance(endless), seconds=0.3)
    assert "did not return" in outcome.text
    assert time.monotonic() - began < 2
