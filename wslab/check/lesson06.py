"""The exercises of lesson 06: an event as a packet, names that are free again, and a visit to the
chat room without `ChatClient`. Socket.IO's protocol 5 over Engine.IO's 4.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from wslab.browser import NeverComes, WebSocket
from wslab.chat import ChatClient, PacketType, serve_chat
from wslab.check.exercise import exercise
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, shown
from wslab.check.running.house import occasion
from wslab.check.running.rooming import Guest, Host, rooming
from wslab.check.running.visits import ACKNOWLEDGED, ENGINE, PACKET, visit
from wslab.net.loop import background

PATH = "socket.io/?EIO=4&transport=websocket"
SAY_SECONDS = 1.0  # for both visits
ROOM_SECONDS = 5.0  # for what a room does, which has no fault, on a busy computer

# 1 · Fill in: an event as a packet


def event_packet_stub(name, values, number):  # type: ignore[no-untyped-def]
    """The text that carries an event; number is None where no answer is wanted."""
    head = ...
    array = ...
    return f"{head}{array}"


Event = tuple[str, list[Any], int | None]

EVENTS: tuple[Event, ...] = (
    ("new user", ["Ada"], 7),
    ("send message", ["Hi!"], None),
    ("new user", ["Bob"], 0),
    ("get rooms", [], 12),
    ("send message", ['She said "hi" 42 times.', {"uid": "é1"}], 3),
    ("typing", [True], None),
    ("join room", ["tea", {"since": None}], 105),
    ("get users", [["Ada", "Bob"]], None),
    ('say "hi"', ["Ada"], None),
)
_HEAD = re.compile(r"(?:/,)?([0-9]*)")


@exercise(lesson=6, stub=event_packet_stub, awaited=False)
def event_packet(answer: Answer) -> str:
    """event_packet(name: str, values: list, number: int or None) -> str, the WebSocket message."""
    texts = []
    for name, values, number in EVENTS:
        what = f"event_packet({name!r}, {values!r}, {number})"
        with occasion(what):
            got = answer(name, values, number)
        if not isinstance(got, str):
            raise Wrong(f"{what} is {shown(got)}; a str was expected.", PACKET)
        texts.append(str.__str__(got))
        _is_event(texts[-1], name, values, number, what)
    with serve_chat() as room:
        said = background().run(_answer_of(room, texts[0]))
    if not said.startswith("437["):
        raise Wrong(f"a real room answered {shown(said)} to your packet.", ACKNOWLEDGED)
    return "A real room took your packet, and its answer has the number of your question: 437."


def _is_event(got: str, name: str, values: list[Any], number: int | None, what: str) -> None:
    """This text is this event. Raises Wrong with the part that is not."""
    if got[:1] != "4":
        ping = " Engine.IO takes 2 for a ping." if got[:1] == "2" else ""
        raise Wrong(f"{what} begins with {got[:1]!r}; a message begins with 4.{ping}", ENGINE)
    if got[1:2] != "2":
        kinds = {str(int(kind)): f", which is {kind.name}" for kind in PacketType}
        kind = kinds.get(got[1:2], "")
        raise Wrong(f"the type in {what} is {got[1:2]!r}{kind}; EVENT was expected.", PACKET)
    head = _HEAD.match(got, 2)
    assert head is not None  # it matches nothing, too
    _is_number(head[1], got[head.end() :], number, what)
    _is_array(got[head.end() :], name, values, number, what)


def _is_number(digits: str, rest: str, number: int | None, what: str) -> None:
    if not digits and rest.startswith(("None", "null")):
        raise Wrong(f"{what} has the word {rest[:4]} in place of a number.", PACKET)
    if not digits and number == 0:
        raise Wrong(f"{what} has no number, and 0 is one.", PACKET)
    if not digits and number is not None:
        raise Wrong(f"{what} has no number in front of its JSON.", PACKET)
    if digits and number is None:
        raise Wrong(f"{what} has the number {digits[:9]}, and wants no answer.", PACKET)
    if digits and digits != str(number):
        raise Wrong(f"the number in {what} is {digits[:9]}.", PACKET)
    if rest[:1] in (" ", "-", ",", ":"):
        raise Wrong(f"{what} has {rest[:1]!r} in front of its JSON.", PACKET)


def _is_array(text: str, name: str, values: list[Any], number: int | None, what: str) -> None:
    try:
        array = json.loads(text)
    except (ValueError, RecursionError):
        python = " That is how Python writes it." if text == str([name, *values]) else ""
        raise Wrong(f"in {what}, {shown(text)} is no JSON.{python}", "RFC 8259") from None
    if not isinstance(array, list):
        raise Wrong(f"the JSON in {what} is {shown(array)}; an array was expected.", PACKET)
    if number is not None and array[-1:] == [number] != values[-1:]:
        raise Wrong(f"{what} has its number in the array, too.", PACKET)
    if array == values or array[:1] != [name]:
        raise Wrong(f"the array in {what} does not begin with the event's name.", PACKET)
    if array[1:] == [values] != values:
        raise Wrong(f"the values in {what} are in an array of their own.", PACKET)
    for place, (one, other) in enumerate(zip(array[1:], values, strict=False), 1):
        if json.dumps(one) != json.dumps(other):
            raise Wrong(f"value {place} in {what} is {shown(one)}.", PACKET)
    if len(array) != len(values) + 1:
        raise Wrong(f"the array in {what} has {len(array)} items.", PACKET)


async def _answer_of(room: Any, packet: str) -> str:
    """What a real room answers to a packet that asks for an answer."""
    ws = WebSocket(room.url + PATH)
    try:
        await ws.wait("open")
        ws.send("40")
        ws.send(packet)
        said = ""
        async with asyncio.timeout(ROOM_SECONDS):
            while not said.startswith("43"):
                said = str((await ws.wait("message")).data)
        return said
    except (NeverComes, TimeoutError) as error:
        return str(error)
    finally:
        ws.lose()


# 2 · Find the bug: whose name is free again


def door_stub(io):  # type: ignore[no-untyped-def]
    users = []

    @io.on("connection")
    def connected(socket):  # type: ignore[no-untyped-def]
        @socket.on("new user")
        def log_in(name, callback):  # type: ignore[no-untyped-def]
            socket.username, free = name, name not in users
            if free:
                users.append(name)
            callback({"ok": free})

        @socket.on("disconnect")
        def gone():  # type: ignore[no-untyped-def]
            if socket.username in users:
                users.remove(socket.username)


NAMES = "lesson 06, faults 2 and 3"


@exercise(lesson=6, stub=door_stub)
def door(answer: Answer) -> str:
    """door(io) sets the handlers of a Socket.IO server; a login is answered {"ok": bool}."""
    with rooming(answer, "new user") as host:
        _people_come_and_go(host)
    return "Only who was given a name gives it back: that is noted where the name is given."


def _people_come_and_go(host: Host) -> None:
    ada, second = host.guest(), host.guest()
    _asks(ada, "Ada", True, "the first to ask for 'Ada'")
    _asks(second, "Ada", False, "a second client that asked for 'Ada'")
    _leaves(second, "a client that was refused 'Ada'")
    third = host.guest()
    _asks(third, "Ada", False, "Ada is here, a second 'Ada' was refused and has left. A third")
    _asks(third, "Bob", True, "a client that was refused 'Ada' and then asked for 'Bob'")
    _leaves(third, "Bob")
    fourth = host.guest()
    _asks(fourth, "Bob", True, "Bob has left. The next to ask for 'Bob'")
    _asks(fourth, "Ada", False, "Bob asked for 'Ada', who is still here. That client")
    _leaves(fourth, "Bob, who was refused 'Ada' after his login,")
    _leaves(host.guest(), "a client that asked for no name")
    fifth, sixth = host.guest(), host.guest()
    _asks(fifth, "Bob", True, "Bob was in, was refused 'Ada', and has left. The next 'Bob'")
    _leaves(ada, "Ada")
    _asks(sixth, "Ada", True, "Ada has left. The next to ask for 'Ada'")


def _asks(guest: Guest, name: str, welcome: bool, who: str) -> None:
    """Ask for a name, and judge the answer. Raises Wrong."""
    with occasion(who):
        said = guest.asks("new user", name)
    if not isinstance(said, dict) or type(said.get("ok")) is not bool:
        raise Wrong(f'a login was answered {shown(said)}; {{"ok": …}} was expected.', NAMES)
    if said["ok"] is not welcome:
        raise Wrong(f"{who} {'was refused' if welcome else 'got the name'}.", NAMES)


def _leaves(guest: Guest, who: str) -> None:
    with occasion(f"{who} left"):
        guest.leaves()


# 3 · Build: a visit


async def say_stub(url, name, text):  # type: ignore[no-untyped-def]
    """Log in, say the text, close; return the room's last answer."""
    ws = WebSocket(url + "socket.io/?EIO=4&transport=websocket")
    await ws.wait("open")
    ...


GRACE, TEXT = 'Grace "G." É.', 'I said "hello": 438[1]'
TAKEN = "Ada"


@exercise(lesson=6, stub=say_stub, awaited=True)
def say(answer: Answer) -> str:
    """async say(url: str, name: str, text: str) -> dict, in a real room where Ada is."""
    answer = Answer(answer.function, min(answer.seconds, SAY_SECONDS), awaited=True)
    with serve_chat() as room:
        ada = ChatClient(room.url, timeout=ROOM_SECONDS)
        try:
            background().run(_log_in(ada, TAKEN))
            visit(answer, room, GRACE, TEXT, welcome=True)
            heard = background().run(ada.wait("new message"))
            if (heard["name"], heard["text"]) != (GRACE, TEXT):
                raise Wrong(f"Ada heard {shown(heard)}.", PACKET)
            visit(answer, room, TAKEN, TEXT, welcome=False)
        finally:
            background().call(ada.lose)
            background().run(ada.ended())
    return "You spoke both layers: 4 for Engine.IO, then an event, its number and its JSON."


async def _log_in(client: ChatClient, name: str) -> None:
    await client.connect()
    await client.emit("new user", name)
