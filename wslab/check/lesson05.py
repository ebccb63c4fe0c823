"""The exercises of lesson 05: which subprotocol, who is still there, a server with all decisions.

RFC 6455 sections 4.2.2 (the subprotocol), 7.4 (close codes) and 10.2 (the origin); the names are
those of npm websocket.
"""

from __future__ import annotations

from typing import Any

from wslab.check.exercise import exercise
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, shown
from wslab.check.running.hosting import RULE
from wslab.check.running.house import Goodbye, Guest, House, house, occasion

SUBPROTOCOLS = "RFC 6455, 4.2.2"
ORIGINS = "RFC 6455, 10.2"
CODES = "RFC 6455, 7.4"

# 1 · Fill in

OFFERS: tuple[tuple[list[str], str | None, str], ...] = (
    (["chat.v2"], "chat.v2", "The server speaks it."),
    (["chat.v1"], "chat.v1", "The server speaks the old version, too."),
    ([], None, "Who offers nothing gets nothing."),
    (["soap"], None, "The server does not speak that."),
    (["chat.v1", "chat.v2"], "chat.v2", "The server's best comes first, whatever the order."),
    (["soap", "chat.v1"], "chat.v1", "One of the two is spoken here."),
    (["chat.v20"], None, "A part of a name is not the name."),
    (["chat.v2", "chat.v1"], "chat.v2", "The server's best comes first."),
)


@exercise(lesson=5, awaited=False)
def subprotocol(answer: Answer) -> str:
    """The subprotocol for what a client offers, in real handshakes."""
    chosen: list[object] = []

    def decide(request: Any, room: Any) -> None:
        with occasion(f"a client offered {request.requestedProtocols}"):
            value = answer(list(request.requestedProtocols))
        chosen.append(value)
        _choose(request, value, answer.name)

    with house(decide, answer.seconds) as visits:
        for offered, wanted, why in OFFERS:
            headers = {"Sec-WebSocket-Protocol": ", ".join(offered)} if offered else {}
            guest = visits.come(headers)
            if guest.subprotocol != wanted:
                said = "none" if guest.subprotocol is None else repr(guest.subprotocol)
                what = f"a client offered {offered}, and the server chose {said}. {why}"
                raise Wrong(what, SUBPROTOCOLS)
    return "The client says what it can, the server picks what it likes best of that, or nothing."


def _choose(request: Any, value: object, name: str) -> None:
    offered = request.requestedProtocols
    call = f"{name}({offered})"
    if value is not None and (type(value) is not str or not value):
        said = f"{call} returned {shown(value)}"
        raise Wrong(f"{said}; a name or None was expected.", SUBPROTOCOLS)
    try:
        request.accept(value, request.origin)
    except Exception as error:  # what accept says of a name that it can't send
        raise Wrong(
            f"{call} returned {shown(value)}, and accept refused that: {error}", SUBPROTOCOLS
        ) from None


# 2 · Find the bug


def enter(connection: Any, clients: list[Any]) -> None:
    """A client comes. clients: all who are here."""
    clients.append(connection)
    place = len(clients) - 1

    def tell_all(message):  # type: ignore[no-untyped-def]  # as in the lesson: types are code, too
        for client in clients:
            client.sendUTF(message.utf8Data)

    def leave(code, description):  # type: ignore[no-untyped-def]
        del clients[place]

    connection.on("message", tell_all)
    connection.on("close", leave)


@exercise(lesson=5, stub=enter)
def still_here(answer: Answer) -> str:
    """A broadcast to a list of clients, who come and go in another order."""
    clients: list[Any] = []

    with house(lambda request, room: answer(request.accept(), clients), answer.seconds) as visits:
        here = {name: _comes(visits, name, clients) for name in ("Ada", "Bob", "Cem", "Dora")}
        _all_hear(here, "Dora", "nobody had left")
        left: list[str] = []
        for name in ("Ada", "Bob", "Dora"):
            guest = here.pop(name)
            left.append(name)
            guest.leaves(1000)
            _listed(clients, here, (name, guest), f"{_joined(left)} left")
            _all_hear(here, "Cem", f"{_joined(left)} had left")
        here["Eve"] = _comes(visits, "Eve", clients)
        _all_hear(here, "Eve", "Eve had come as the last one")
    return "A place in a list changes when others leave: look for the client, not for its place."


def _comes(visits: House, name: str, clients: list[Any]) -> Guest:
    guest = visits.come()
    if not any(one is guest.connection for one in clients):
        raise Wrong(f"{name} came, and is not on the list that enter() is given.", RULE)
    return guest


def _joined(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _listed(clients: list[Any], here: dict[str, Guest], gone: tuple[str, Guest], what: str) -> None:
    """The list holds those who are here and no others."""
    last, guest_gone = gone
    if any(one is guest_gone.connection for one in clients):
        raise Wrong(f"{what}, and {last} is still on the list that enter() is given.", RULE)
    for name, guest in here.items():
        if not any(one is guest.connection for one in clients):
            raise Wrong(f"{what}, and {name} is not on the list any more.", RULE)
    if len(clients) > len(here):
        raise Wrong(f"{what}: {len(here)} are here, and {len(clients)} are on the list.", RULE)


def _all_hear(here: dict[str, Guest], speaker: str, when: str) -> None:
    here[speaker].says("Hello!")
    for name, guest in here.items():
        if (heard := guest.hears()) != ["Hello!"]:
            what = shown(heard) if heard else "nothing"
            raise Wrong(f"{speaker} said 'Hello!' when {when}, and {name} heard {what}.", RULE)


# 3 · Build

CLUB = "https://club.example"
STRANGERS = ("https://evil.example", f"{CLUB}.evil.example", "http://club.example", "null")
LEFT = "left: "


@exercise(lesson=5)
def club(answer: Answer) -> str:
    """All decisions of a server: who comes in, who hears what, how they leave."""
    with house(answer, answer.seconds) as visits:
        _door(visits)
        ada, bob, cem, dora = _members(visits)
        for text in ("Good evening", "", "quit it"):
            ada.says(text)
            _hear([ada], [text], f"a member sent the text {text!r}", "the sender")
            _hear([bob, cem, dora], [text], f"a member sent the text {text!r}", "another member")
        bob.says(b"\x01\x02")
        _hear([bob], [b"\x01\x02"], "a member sent two bytes", "the sender")
        _hear([ada, cem, dora], [], "a member sent two bytes", "another member")
        bob.says(b"quit")
        _hear([bob], [b"quit"], "a member sent the bytes b'quit'", "the sender")
        _quits(cem)
        _hear([ada, bob, dora], [f"{LEFT}4000"], "the one who sent 'quit' was gone", rule=CODES)
        bob.leaves(4001)
        _hear([ada, dora], [f"{LEFT}4001"], "a member had left with code 4001", rule=CODES)
        dora.is_cut_off()
        _hear([ada], [f"{LEFT}1006"], "the connection of a member was cut", rule=CODES)
    return "It decides on the origin, chooses, tells texts from bytes, and knows how each one left."


def _door(visits: House) -> None:
    for origin in STRANGERS:
        with occasion(f"a page of {origin} came"):
            guest = visits.come({"Origin": origin})
        if guest.raw is not None:
            raise Wrong(f"a page of {origin} came in.", ORIGINS)
        if guest.status != 403:
            raise Wrong(f"a page of {origin} was refused with {guest.status}, not 403.", ORIGINS)


def _members(visits: House) -> list[Guest]:
    members = []
    for origin, offer, wanted in (
        (CLUB, "club", "club"),
        (None, "", None),
        (CLUB, "chat, club", "club"),
        (None, "chat", None),
    ):
        headers = {"Origin": origin or "", "Sec-WebSocket-Protocol": offer}
        who = f"a page of {origin}" if origin else "a client without an origin"
        offered = repr(offer) if offer else "no subprotocol"
        with occasion(f"{who} offered {offered}"):
            guest = visits.come({name: value for name, value in headers.items() if value})
        if guest.raw is None:
            raise Wrong(f"{who} was refused with {guest.status}.", ORIGINS)
        if guest.subprotocol != wanted:
            said = "none" if guest.subprotocol is None else repr(guest.subprotocol)
            raise Wrong(f"{who} offered {offered}, and the server chose {said}.", SUBPROTOCOLS)
        members.append(guest)
    return members


def _hear(
    guests: list[Guest], wanted: list[str | bytes], when: str, who: str = "", rule: str = RULE
) -> None:
    """Each of them hears this and nothing else."""
    for guest in guests:
        heard = guest.hears()
        if heard != wanted:
            got, expected = (shown(x) if x else "nothing" for x in (heard, wanted))
            who = who or "a member who is there"
            raise Wrong(f"{when}, and {who} heard {got}; {expected} was expected.", rule)


def _quits(guest: Guest) -> None:
    guest.says("quit")
    heard = guest.hears()
    goodbye = heard[-1] if heard else None
    if not isinstance(goodbye, Goodbye):
        raise Wrong("a member sent the text 'quit', and the connection stays open.", CODES)
    if heard[:-1]:
        raise Wrong(f"a member sent 'quit', and heard {shown(heard[:-1])} before the end.", RULE)
    if goodbye.code != 4000:
        raise Wrong(f"the close code after 'quit' is {goodbye.code}; 4000 was expected.", CODES)
    if goodbye.reason != "see you":
        said = f"the description after 'quit' is {goodbye.reason!r}"
        raise Wrong(f"{said}; 'see you' was expected.", CODES)
    guest.answers(goodbye)
