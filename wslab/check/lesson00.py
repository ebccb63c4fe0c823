"""The exercises of lesson 00: handlers for connections, each in a real server with real clients.

Node's names are those of the npm package websocket: `connection.on("message", …)`, `sendUTF`.
"""

from __future__ import annotations

from typing import Any

from wslab.check.exercise import exercise
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, shown
from wslab.check.running.hosting import RULE, Guest, Host, hosting


def says(host: Host, guest: Guest, text: str, expected: str) -> None:
    """A client sends a message and gets this one answer; no other client gets anything."""
    said = f"client {guest.number} said {text!r}"
    try:
        got = guest.says(text)
    except Wrong as wrong:  # the handler failed: at which message?
        words = str(wrong)
        raise Wrong(
            words if words.startswith(said) else f"{said}, and {words}", wrong.rule
        ) from None
    for other in host.guests:
        if other is not guest and (strange := other.hears()):
            raise Wrong(
                f"{said}, and client {other.number} was sent {shown(strange[0])}."
                " Each connection belongs to one client.",
                RULE,
            )
    if not got:
        raise Wrong(f"{said}, and was sent nothing; {expected!r} was expected.", RULE)
    if got[0] != expected:
        raise Wrong(
            f"{said}, and was sent {shown(got[0])}; {expected!r} was expected.{_known(got[0])}",
            RULE,
        )
    if len(got) > 1:
        raise Wrong(f"{said}, and was sent {len(got)} messages; one was expected.", RULE)


def _known(got: str | bytes) -> str:
    """Mistakes that can be seen in what was sent."""
    if isinstance(got, bytes):
        return " That is a binary message, and a text was asked for."
    if got.startswith("{type: "):
        return " That is the whole message; its text is one part of it."
    return ""


# 1 · Fill in


@exercise(lesson=0)
def shout(answer: Answer) -> str:
    """Says "welcome", and answers in capitals with a "!"."""
    with hosting(answer) as host:
        ada = host.guest()
        first = ada.hears()
        if first[:1] != ["welcome"]:
            came = f"the first message is {shown(first[0])}" if first else "nothing was sent"
            raise Wrong(f"client 1 came, and {came}; 'welcome' was expected.", RULE)
        if len(first) > 1:
            raise Wrong("client 1 came, and was sent more than 'welcome'.", RULE)
        says(host, ada, "hello", "HELLO!")
        says(host, ada, "", "!")
        says(host, ada, "grüß dich", "GRÜSS DICH!")
    return "The server called your function once for the client, and your handler for each message."


# 2 · Find the bug

latest: dict[str, Any] = {}


def serve_two(connection: Any) -> None:
    """Answers each client in capitals."""
    latest["connection"] = connection

    def answer(message):  # type: ignore[no-untyped-def]  # notes on types would be other code
        latest["connection"].sendUTF(message.utf8Data.upper())

    connection.on("message", answer)


@exercise(lesson=0, stub=serve_two)
def two_clients(answer: Answer) -> str:
    """Answers each client in capitals, and only the one who asked."""
    with hosting(answer) as host:
        ada, bob = host.guest(), host.guest()
        for guest in (ada, bob):
            if heard := guest.hears():
                raise Wrong(
                    f"client {guest.number} was sent {shown(heard[0])} before it said anything.",
                    RULE,
                )
        says(host, bob, "i am bob", "I AM BOB")
        says(host, ada, "i am ada", "I AM ADA")
        says(host, ada, "still here", "STILL HERE")
        cleo = host.guest()
        says(host, bob, "me too", "ME TOO")
        says(host, cleo, "i am cleo", "I AM CLEO")
    return "The handler remembers the connection that it was made for; a shared name has only one."


# 3 · Build

SUMS: tuple[tuple[int, str, str], ...] = (  # the client, what it says, what it is sent
    (1, "5", "5"),
    (1, "10", "15"),
    (1, "-3", "12"),
    (1, "ten", "not a number"),
    (1, "", "not a number"),
    (1, "2.5", "not a number"),
    (1, "1", "13"),
    (2, "100", "100"),
    (1, "0", "13"),
    (2, "1", "101"),
    (1, "--5", "not a number"),
    (1, "1+1", "not a number"),
    (2, "²", "not a number"),  # isdigit() says yes, int() says no
    (1, "1", "14"),
    (2, "-1", "100"),
)


@exercise(lesson=0)
def add_up(answer: Answer) -> str:
    """Answers with the sum of what this client has sent; nonsense harms nobody."""
    with hosting(answer) as host:
        ada = host.guest()
        if heard := ada.hears():
            raise Wrong(f"client 1 was sent {shown(heard[0])} before it said anything.", RULE)
        for place, (number, text, expected) in enumerate(SUMS):
            if number > len(host.guests):
                host.guest()
            try:
                says(host, host.guests[number - 1], text, expected)
            except Wrong as wrong:
                raise Wrong(_with_what_was_said(str(wrong), place), wrong.rule) from None
    return "Each connection has a sum of its own, and what one client sends wrong harms no other."


def _with_what_was_said(wrong: str, place: int) -> str:
    """A sum can't be understood without what the client had said before."""
    number = SUMS[place][0]
    earlier = ", ".join(repr(text) for one, text, _ in SUMS[:place] if one == number)
    if not earlier and number == 1:
        return wrong
    return f"{wrong.removesuffix('.')}. It had said {earlier or 'nothing'} before."
