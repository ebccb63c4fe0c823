"""The judges of lesson 00 tell mistakes apart, and let every right answer pass."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from wslab.check import lesson00
from wslab.check.exercise import Exercise
from wslab.check.outcome import State

JUDGES = [lesson00.shout, lesson00.two_clients, lesson00.add_up]
Handler = Callable[[Any], object]


def said(judge: Exercise, answer: object) -> str:
    """What is said of a wrong answer."""
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG, outcome
    return outcome.text


def passes(judge: Exercise, answer: object) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert outcome.text.endswith(".")


def told_apart(judge: Exercise, wrong: list[tuple[str, Handler]]) -> None:
    texts = [said(judge, answer) for _, answer in wrong]
    assert len(set(texts)) == len(texts)
    for text, (words, _) in zip(texts, wrong, strict=True):
        assert words in text


def answers(how: Callable[[Any], object], greeting: str = "") -> Handler:
    """A handler that answers each message with what a function makes of its text."""

    def on_connect(connection: Any) -> None:
        if greeting:
            connection.sendUTF(greeting)
        connection.on("message", lambda message: connection.sendUTF(how(message.utf8Data)))

    return on_connect


# 1 · shout


def shout(connection: Any) -> None:
    connection.sendUTF("welcome")

    def answer(message: Any) -> None:
        connection.sendUTF(message.utf8Data.upper() + "!")

    connection.on("message", answer)


async def shout_async(connection: Any) -> None:
    @connection.on("message")
    async def answer(message: Any) -> None:
        text: str = message["utf8Data"]
        connection.send(f"{text.upper()}!")

    connection.send("welcome")


def test_shouting_may_be_written_in_two_ways() -> None:
    passes(lesson00.shout, shout)
    passes(lesson00.shout, shout_async)


def deaf(connection: Any) -> None:
    connection.sendUTF("welcome")
    connection.on("mesage", print)


def sends_the_message(connection: Any) -> None:
    connection.sendUTF("welcome")
    connection.on("message", connection.sendUTF)


def only_returns(connection: Any) -> None:
    connection.sendUTF("welcome")
    connection.on("message", lambda message: message.utf8Data.upper() + "!")


def like_javascript(connection: Any) -> None:
    connection.sendUTF("welcome")
    connection.on("message", lambda message: connection.sendUTF(message.utf8Data.toUpperCase()))


def binary(connection: Any) -> None:
    connection.sendUTF("welcome")
    connection.on(
        "message", lambda message: connection.send(f"{message.utf8Data.upper()}!".encode())
    )


def once(connection: Any) -> None:
    connection.sendUTF("welcome")
    connection.once("message", lambda m: connection.sendUTF(m.utf8Data.upper() + "!"))


def test_wrong_shouts_are_told_apart() -> None:
    told_apart(
        lesson00.shout,
        [
            ("and nothing was sent; 'welcome'", answers(str.upper)),
            ("the first message is 'Welcome'", answers(lambda t: t.upper() + "!", "Welcome")),
            ("sent 'HELLO'; 'HELLO!' was expected", answers(str.upper, "welcome")),
            ("sent 'hello!'; 'HELLO!'", answers(lambda t: t + "!", "welcome")),
            ("there is one for 'mesage'", deaf),
            ("That is the whole message", sends_the_message),
            ("was sent nothing", only_returns),
            ("client 1 said 'hello', and <lambda>() raised AttributeError", like_javascript),
            ("binary message", binary),
            ("client 1 said ''", answers(lambda t: t and t.upper() + "!", "welcome")),
            ("client 1 said '', and no handler is there for 'message'; the one of once()", once),
            ("GRÜSS DICH", answers(lambda t: "HELLO!" if t else "!", "welcome")),
        ],
    )


# 2 · two_clients

latest: dict[str, Any] = {}


def serve_two(connection: Any) -> None:
    """Answers each client in capitals."""
    latest["connection"] = connection

    def answer(message):  # as in the lesson, where no types are noted
        latest["connection"].sendUTF(message.utf8Data.upper())

    connection.on("message", answer)


class Talk:
    def __init__(self, connection: Any) -> None:
        self.connection = connection
        connection.on("message", self.answer)

    def answer(self, message: Any) -> None:
        self.connection.sendUTF(message.utf8Data.upper())


def test_two_clients_may_be_served_in_two_ways() -> None:
    passes(lesson00.two_clients, answers(str.upper))
    passes(lesson00.two_clients, Talk)


def everybody() -> Handler:
    known: list[Any] = []

    def handler(connection: Any) -> None:
        known.append(connection)

        def answer(message: Any) -> None:
            for one in known:
                one.sendUTF(message.utf8Data.upper())

        connection.on("message", answer)

    return handler


def the_first() -> Handler:
    known: list[Any] = []

    def handler(connection: Any) -> None:
        known.append(connection)

        def answer(message: Any) -> None:
            if connection is not known[0]:
                known[0].sendUTF(message.utf8Data.upper())

        connection.on("message", answer)

    return handler


def again_and_again(connection: Any) -> None:
    def answer(message: Any) -> None:
        connection.sendUTF(message.utf8Data.upper())
        connection.on("message", answer)

    connection.on("message", answer)


def twice(connection: Any) -> None:
    answers(str.upper)(connection)
    answers(str.upper)(connection)


def the_newest(connection: Any) -> None:
    serve_two(connection)
    connection.newest = True  # other code than the stub, the same mistake


def test_wrong_services_are_told_apart() -> None:
    told_apart(
        lesson00.two_clients,
        [
            ("client 1 said 'i am ada', and client 2 was sent 'I AM ADA'", the_newest),
            ("client 2 said 'i am bob', and client 1 was sent", the_first()),
            ("client 1 said 'still here', and was sent 2 messages", again_and_again),
            ("client 2 said 'i am bob', and was sent 2 messages", twice),
            ("before it said anything", answers(str.upper, "hello")),
            ("was sent 'i am bob'", answers(str)),
        ],
    )
    assert "client 1 was sent" in said(lesson00.two_clients, everybody())


# 3 · add_up


def add_up(connection: Any) -> None:
    total = 0

    def answer(message: Any) -> None:
        nonlocal total
        try:
            total += int(message.utf8Data)
            connection.sendUTF(total)
        except ValueError:
            connection.sendUTF("not a number")

    connection.on("message", answer)


class Sum:
    def __init__(self, connection: Any) -> None:
        self.numbers: list[int] = []
        connection.on("message", lambda message: connection.send(self.add(message.utf8Data)))

    def add(self, text: str) -> str:
        if not text.removeprefix("-").isdecimal():
            return "not a number"
        self.numbers.append(int(text))
        return str(sum(self.numbers))


def test_a_sum_may_be_kept_in_two_ways() -> None:
    passes(lesson00.add_up, add_up)
    passes(lesson00.add_up, Sum)


def summing(add: Callable[[Any, str], Any], start: Any = 0, shared: bool = False) -> Handler:
    """Keeps what a function makes of the sum and a text, and answers with it."""
    of_all = {"sum": start}

    def handler(connection: Any) -> None:
        own = of_all if shared else {"sum": start}

        def answer(message: Any) -> None:
            try:
                own["sum"] = add(own["sum"], message.utf8Data)
                connection.sendUTF(own["sum"])
            except ValueError:
                connection.sendUTF("not a number")

        connection.on("message", answer)

    return handler


def starts_again(total: int, text: str) -> int:
    return total + int(text) if text.lstrip("-").isdigit() else 0


def without_int(add: Callable[[int, str], int | None]) -> Handler:
    """Asks no int() whether it is a number."""

    def handler(connection: Any) -> None:
        total = [0]

        def answer(message: Any) -> None:
            new = add(total[0], message.utf8Data)
            total[0] = total[0] if new is None else new
            connection.sendUTF("not a number" if new is None else new)

        connection.on("message", answer)

    return handler


def evaluates(total: int, text: str) -> int | None:
    try:
        value = eval(text)
    except Exception:
        return None
    return total + value if type(value) is int else None


def unguarded(connection: Any) -> None:
    total = [0]

    def answer(message: Any) -> None:
        total[0] += int(message.utf8Data)
        connection.sendUTF(total[0])

    connection.on("message", answer)


def unbound(connection: Any) -> None:
    def answer(message: Any) -> None:
        total += int(message.utf8Data)  # type: ignore[name-defined]  # noqa: F821, F841

    connection.on("message", answer)


def leaves_at(number: int) -> Handler:
    """Closes the connection when this number comes."""

    def handler(connection: Any) -> None:
        add_up(connection)
        connection.on(
            "message",
            lambda message: connection.close() if message.utf8Data == str(number) else None,
        )

    return handler


def forgets() -> Handler:
    """The sum is 0 again after what is no number."""

    def handler(connection: Any) -> None:
        total = 0

        def answer(message: Any) -> None:
            nonlocal total
            try:
                total += int(message.utf8Data)
                connection.sendUTF(total)
            except ValueError:
                total = 0
                connection.sendUTF("not a number")

        connection.on("message", answer)

    return handler


def test_wrong_sums_are_told_apart() -> None:
    told_apart(
        lesson00.add_up,
        [
            ("said '10', and was sent '10'; '15'", summing(lambda total, text: int(text))),
            ("'510'; '15'", summing(lambda total, text: total + text, "")),
            ("said 'ten', and was sent '0'", summing(starts_again)),
            ("client 1 said 'ten', and answer() raised ValueError", unguarded),
            ("closed the connection of client 1. It had said '5' before", leaves_at(10)),
            ("said '1', and was sent '1'; '13' was expected. It had said '5',", forgets()),
            ("raised UnboundLocalError", unbound),
            (
                "client 1 said '--5', and answer() raised ValueError",
                without_int(lambda a, b: a + int(b) if b.lstrip("-").isdigit() else None),
            ),
            (
                "client 1 said '--5', and was sent '18'; 'not a number' was expected",
                without_int(evaluates),
            ),
            (
                "client 1 said '1+1', and was sent '15'",
                without_int(lambda a, b: None if b == "--5" else evaluates(a, b)),
            ),
            (
                "client 2 said '²', and answer() raised ValueError",
                without_int(lambda a, b: a + int(b) if b.removeprefix("-").isdigit() else None),
            ),
            (
                "'113'; '100' was expected. It had said nothing before.",
                summing(lambda a, b: a + int(b), shared=True),
            ),
            ("said '5', and was sent '5.0'", summing(lambda a, b: a + float(b))),
            ("said '2.5', and was sent '14'", summing(lambda a, b: a + round(float(b)))),
            ("said '', and was sent '12'", summing(lambda a, b: a + int(b or "0"))),
            ("client 1 was sent 'hello' before", answers(str, "hello")),
        ],
    )


# all three


def loops(connection: Any) -> None:
    while True:
        pass


def sleeps(connection: Any) -> None:
    time.sleep(3)


def raises(connection: Any) -> None:
    raise RuntimeError("no")


async def waits(connection: Any) -> None:
    await asyncio.sleep(5)


def stops(connection: Any) -> None:
    connection.on("message", lambda message: exit())


def breaks(connection: Any) -> None:
    connection.sendUTF(None)


def loses(connection: Any) -> None:
    connection.drop(1002, "", True)


AWKWARD = [
    *[lambda connection, value=value: value for value in (None, 0, "", b"", object())],
    lambda: 1,
    raises, waits, loops, sleeps, stops, breaks, loses, exit, 7, "shout",
]  # fmt: skip


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
@pytest.mark.parametrize("place", range(len(AWKWARD)))
def test_awkward_answers_are_wrong_and_harm_nothing(judge: Exercise, place: int) -> None:
    began = time.monotonic()
    outcome = judge.judge(AWKWARD[place], seconds=0.3)
    assert outcome.state is State.WRONG, outcome
    assert time.monotonic() - began < 2


def untouched(connection: Any) -> None:
    """Says "welcome"."""
    ...


def test_stubs_are_not_tried() -> None:
    for judge, answer in zip(JUDGES, (untouched, serve_two, untouched), strict=True):
        assert judge.judge(answer).state is State.UNTRIED
