"""The judges of lesson 05 tell mistakes apart, and let every right answer pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from wslab.check import lesson05
from wslab.check.exercise import Exercise
from wslab.check.outcome import State

JUDGES = [lesson05.subprotocol, lesson05.still_here, lesson05.club]


def said(judge: Exercise, answer: object) -> str:
    """What is said of a wrong answer."""
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG, outcome
    return outcome.text


def passes(judge: Exercise, answer: object) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert outcome.text.endswith(".")


def told_apart(judge: Exercise, wrongs: list[tuple[str, Callable[..., Any]]]) -> None:
    texts = [said(judge, wrong) for _, wrong in wrongs]
    for text, (words, _) in zip(texts, wrongs, strict=True):
        assert words in text, text
    assert len(set(texts)) == len(texts)


# 1 · subprotocol

SPOKEN = ["chat.v2", "chat.v1"]


def choose(offered: list[str]) -> str | None:
    for name in SPOKEN:
        if name in offered:
            return name
    return None


def choose_the_newest(offered: list[str]) -> str | None:
    return max({*offered} & {*SPOKEN}, default=None)


def test_a_choice_may_be_made_in_two_ways() -> None:
    passes(lesson05.subprotocol, choose)
    passes(lesson05.subprotocol, choose_the_newest)


def test_wrong_choices_are_told_apart() -> None:
    told_apart(lesson05.subprotocol, [
        ("['chat.v1']) returned 'chat.v2', and accept refused that", lambda o: "chat.v2"),
        ("a client offered []: <lambda>() raised IndexError", lambda o: o[0]),
        ("a client offered ['chat.v2']: <lambda>() raised KeyError", lambda o: {}[o[0]]),
        ("offered ['soap'], and the server chose 'soap'", lambda o: o[0] if o else None),
        ("['chat.v1', 'chat.v2'], and the server chose 'chat.v1'",
            lambda o: next((n for n in o if n in SPOKEN), None)),
        ("['chat.v1'], and the server chose none", lambda o: "chat.v2" if SPOKEN[0] in o else None),
        ("['chat.v20']) returned 'chat.v2', and accept refused",
            lambda o: next((n for n in SPOKEN if n in ",".join(o)), None)),
        ("returned ''; a name or None", lambda o: choose(o) or ""),
        ("returned ['chat.v2']", lambda o: [n for n in o if n in SPOKEN]),
        ("returned True", lambda o: "chat.v2" in o),
        ("['soap', 'chat.v1'], and the server chose none",
            lambda o: choose(o) if "soap" not in o else None),
        ("['chat.v2'], and the server chose none", lambda o: choose([])),
    ])  # fmt: skip


# 2 · still_here


def stub(connection, clients):  # type: ignore[no-untyped-def]
    """As it stands in the lesson."""
    clients.append(connection)
    place = len(clients) - 1

    def tell_all(message):  # type: ignore[no-untyped-def]
        for client in clients:
            client.sendUTF(message.utf8Data)

    def leave(code, description):  # type: ignore[no-untyped-def]
        del clients[place]

    connection.on("message", tell_all)
    connection.on("close", leave)


def entering(leave: Callable[[Any, list[Any], int], object]) -> Callable[[Any, list[Any]], None]:
    """The stub with another way to leave."""

    def enter(connection: Any, clients: list[Any]) -> None:
        clients.append(connection)
        place = len(clients) - 1

        @connection.on("message")
        def tell_all(message: Any) -> None:
            for client in clients:
                client.sendUTF(message.utf8Data)

        connection.on("close", lambda code, why: leave(connection, clients, place))

    return enter


def keep_the_others(connection: Any, clients: list[Any], place: int) -> None:
    clients[:] = [client for client in clients if client is not connection]


def test_leaving_may_be_written_in_two_ways() -> None:
    passes(lesson05.still_here, entering(lambda c, clients, place: clients.remove(c)))
    passes(lesson05.still_here, entering(keep_the_others))


def once(connection: Any, clients: list[Any]) -> None:
    clients.append(connection)
    connection.once("message", lambda m: [c.sendUTF(m.utf8Data) for c in clients])
    connection.on("close", lambda code, why: clients.remove(connection))


def without(event: str) -> Callable[[Any, list[Any]], None]:
    def enter(connection: Any, clients: list[Any]) -> None:
        clients.append(connection)
        connection.on(event, lambda *anything: None)

    return enter


def to_others(connection: Any, clients: list[Any]) -> None:
    clients.append(connection)

    @connection.on("message")
    def tell(message: Any) -> None:
        for client in clients:
            if client is not connection:
                client.sendUTF(message.utf8Data)


def test_wrong_ways_to_leave_are_told_apart() -> None:
    told_apart(lesson05.still_here, [
        ("Ada and Bob left, and Bob is still on the list", lambda c, all: stub(c, all)
            or None),
        ("Ada left, and Ada is still", entering(lambda c, clients, place: None)),
        ("Ada, Bob and Dora left, and Dora is", entering(
            lambda c, clients, place: clients.pop(0))),
        ("Ada left, and Bob is not on the list any more", entering(
            lambda c, clients, place: clients.clear())),
        ("Ada left: 3 are here, and 4 are on the list", entering(
            lambda c, clients, place: clients.__setitem__(place, None))),
        ("Ada came, and is not on the list", lambda c, clients: stub(c, [])),
        ("a client left with code 1000: <lambda>() raised IndexError", entering(
            lambda c, clients, place: clients.remove(c) or clients[place])),
        ("no listener of its connection waits for 'message'; there is one for", without("close")),
        ("waits for 'message'; the one of once() was called", once),
        ("nobody had left, and Ada heard nothing", without("message")),
        ("nobody had left, and Dora heard nothing", to_others),
        ("Ada heard ['Hello!', 'Hello!'", lambda c, clients: (stub(c, clients), stub(c, clients))),
    ])  # fmt: skip


# 3 · club

CLUB = "https://club.example"


def decide(request: Any, room: Any) -> None:
    if request.origin not in (None, CLUB):
        request.reject(403)
        return
    offered = "club" in request.requestedProtocols
    connection = request.accept("club" if offered else None, request.origin)

    @connection.on("message")
    def receive(message: Any) -> None:
        if message.type == "binary":
            connection.sendBytes(message.binaryData)
        elif message.utf8Data == "quit":
            connection.close(4000, "see you")
        else:
            room.broadcastUTF(message.utf8Data)

    connection.on("close", lambda code, description: room.broadcastUTF(f"left: {code}"))


class Club:
    """The same with a list of its own, and coroutines."""

    def __init__(self) -> None:
        self.members: list[Any] = []

    async def come(self, request: Any, room: Any) -> None:
        if request.origin and request.origin != CLUB:
            return request.reject()
        names = [name for name in request.requestedProtocols if name == "club"]
        member = request.accept(*names)
        member.addListener("message", lambda message: self.hear(member, message))
        member.once("close", lambda code, description: self.tell("left: " + str(code)))
        self.members = [*room.connections]

    async def hear(self, member: Any, message: Any) -> None:
        if message.type == "utf8" and message.utf8Data == "quit":
            member.close(4000, "see you")
        elif message.type == "utf8":
            self.tell(message.utf8Data)
        else:
            member.send(message.binaryData)

    def tell(self, text: str) -> None:
        for member in self.members:
            if member.connected:
                member.sendUTF(text)


def test_a_club_may_be_built_in_two_ways() -> None:
    passes(lesson05.club, decide)
    passes(lesson05.club, Club().come)


def club(
    *,
    origins: Callable[[Any], bool] = lambda origin: origin in (None, CLUB),
    reject: Callable[[Any], object] = lambda request: request.reject(403),
    choice: Callable[[list[str]], str | None] = lambda o: "club" if "club" in o else None,
    text: Callable[[Any, Any, str], object] = lambda c, room, text: room.broadcastUTF(text),
    binary: Callable[[Any, Any, bytes], object] = lambda c, room, data: c.sendBytes(data),
    quits: Callable[[Any, Any], object] = lambda c, room: c.close(4000, "see you"),
    left: Callable[[Any, int, str], object] = lambda room, code, d: room.send(code),
    is_quit: Callable[[Any], bool] = lambda message: message.utf8Data == "quit",
) -> Callable[[Any, Any], None]:
    """A club with one thing done differently."""

    def decide(request: Any, room: Any) -> None:
        room.send = lambda code: room.broadcastUTF(f"left: {code}")
        if not origins(request.origin):
            reject(request)
            return
        connection = request.accept(choice(request.requestedProtocols), request.origin)

        def receive(message: Any) -> None:
            if is_quit(message):
                quits(connection, room)
            elif message.type == "utf8":
                text(connection, room, message.utf8Data)
            else:
                binary(connection, room, message.binaryData)

        connection.on("message", receive)
        connection.on("close", lambda code, description: left(room, code, description))

    return decide


def once_club(request: Any, room: Any) -> None:
    """A club whose listener hears one message."""
    if request.origin not in (None, CLUB):
        request.reject(403)
        return
    connection = request.accept("club" if "club" in request.requestedProtocols else None)
    connection.once("message", lambda message: room.broadcastUTF(message.utf8Data))


def test_wrong_clubs_are_told_apart() -> None:
    told_apart(lesson05.club, [
        ("neither accepted nor rejected", club(reject=lambda request: None)),
        ("a page of https://evil.example came in", club(origins=lambda o: True)),
        ("a page of https://club.example.evil.example came in",
            club(origins=lambda o: not o or o.startswith(CLUB))),
        ("a page of http://club.example came in",
            club(origins=lambda o: o in (None, "http://club.example", CLUB))),
        ("a page of https://evil.example came: decide() raised RuntimeError",
            club(origins=lambda o: True, reject=lambda request: 0, choice=lambda o: raises())),
        ("a page of null came in", club(origins=lambda o: o in (None, "null", CLUB))),
        ("refused with 404, not 403", club(reject=lambda request: request.reject(404))),
        ("a client without an origin was refused with 403", club(origins=lambda o: o == CLUB)),
        ("a page of https://club.example was refused", club(origins=lambda o: o is None)),
        ("offered 'club', and the server chose none", club(choice=lambda o: None)),
        ("an origin offered no subprotocol: decide() raised ValueError: Specified protocol",
            club(choice=lambda o: "club")),
        ("offered 'chat, club', and the server chose 'chat'",
            club(choice=lambda o: o[0] if o else None)),
        ("'Good evening', and another member heard nothing",
            club(text=lambda c, room, text: c.sendUTF(text))),
        ("'Good evening', and the sender heard nothing",
            club(text=lambda c, room, text: [one.sendUTF(text) for one in room.connections
                if one is not c])),
        ("a client said '': receive() raised TypeError",
            club(text=lambda c, room, text: room.broadcastUTF(text or None))),
        ("text '', and the sender heard nothing",
            club(text=lambda c, room, text: text and room.broadcastUTF(text))),
        ("text 'quit it', and the sender",
            club(is_quit=lambda m: (m.utf8Data or "").startswith("quit"))),
        ("there is nothing to send", club(binary=lambda c, room, data: room.broadcastUTF(None))),
        ("two bytes, and another member heard", club(
            binary=lambda c, room, data: room.broadcastBytes(data))),
        ("two bytes, and the sender heard nothing", club(binary=lambda c, room, data: None)),
        ("the bytes b'quit', and the sender heard", club(
            is_quit=lambda m: "quit" in (m.utf8Data, (m.binaryData or b"").decode("latin-1")))),
        ("the connection stays open", club(quits=lambda c, room: None)),
        ("heard ['quit'] before the end", club(
            quits=lambda c, room: (c.sendUTF("quit"), c.close(4000, "see you")))),
        ("close code after 'quit' is 1000", club(quits=lambda c, room: c.close())),
        ("description after 'quit' is ''", club(quits=lambda c, room: c.close(4000))),
        ("raised InvalidCloseCode", club(quits=lambda c, room: c.close(1005, "see you"))),
        ("without a goodbye", club(quits=lambda c, room: c.drop(4000, "see you", True))),
        ("heard nothing; ['left: 4000']", club(left=lambda room, code, d: None)),
        ("had left with code 4001, and", club(left=lambda room, code, d: room.send(4000))),
        ("was cut, and", club(left=lambda room, code, d: code != 1006 and room.send(code))),
        ("called with 2 arguments", lambda request: 0),
        ("said '', and no listener of its connection waits for 'message'; the one", once_club),
        ("raised RuntimeError: more than 100 messages", club(
            text=lambda c, room, text: [room.broadcastUTF(text) for _ in range(200)])),
    ])  # fmt: skip


# all three


def sleeps(*arguments: object) -> object:
    time.sleep(3)
    return ""


def loops(*arguments: object) -> object:
    while True:
        pass


def loops_later(first: Any, second: Any = None) -> object:
    connection = first.accept() if hasattr(first, "accept") else first
    connection.on("message", loops)
    connection.on("close", loops)
    return None


def raises(*arguments: object) -> object:
    raise RuntimeError("no")


async def waits(*arguments: object) -> object:
    return b""


class Evil(str):
    """Can't be compared or shown."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("evil")

    __hash__ = str.__hash__
    __repr__ = __str__ = raises  # type: ignore[assignment]


AWKWARD = [
    *[lambda *any, value=value: value for value in (None, 0, "", b"", object(), Evil("x"))],
    lambda: "",
    raises, waits, loops, loops_later, sleeps, exit, 7, "club",
]  # fmt: skip


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
@pytest.mark.parametrize("place", range(len(AWKWARD)))
def test_awkward_answers_are_wrong_and_harm_nothing(
    judge: Exercise, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = AWKWARD[place] in (loops, sleeps)
    if never:
        monkeypatch.setattr("wslab.check.running.answer.END_SECONDS", 0.1)
    began = time.monotonic()
    outcome = judge.judge(AWKWARD[place], seconds=0.1 if never else 0.3)
    assert outcome.state is State.WRONG, outcome
    assert time.monotonic() - began < 2


def untouched(request: Any, room: Any) -> None: ...


def test_stubs_are_not_tried() -> None:
    for judge, answer in zip(JUDGES, (untouched, stub, untouched), strict=True):
        assert judge.judge(answer).state is State.UNTRIED
