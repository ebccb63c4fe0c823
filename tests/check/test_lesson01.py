"""The judges of lesson 01 tell mistakes apart, and let every right answer pass."""

from __future__ import annotations

import http.client
import itertools
import json
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from wslab.check import lesson01
from wslab.check.exercise import Exercise
from wslab.check.outcome import State

JUDGES = [lesson01.report, lesson01.events, lesson01.follow]


def said(judge: Exercise, answer: object, seconds: float = 0.5) -> str:
    """What is said of a wrong answer."""
    outcome = judge.judge(answer, seconds)
    assert outcome.state is State.WRONG, outcome
    return outcome.text


def passes(judge: Exercise, answer: object) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert outcome.text.endswith(".")


def told_apart(judge: Exercise, wrong: list[tuple[str, Callable[..., object]]]) -> None:
    texts = [said(judge, answer) for _, answer in wrong]
    assert len(set(texts)) == len(texts)
    for text, (words, _) in zip(texts, wrong, strict=True):
        assert words in text


# 1 · report


def numbers_in(answers: list[str]) -> list[int]:
    return [json.loads(answer)["number"] for answer in answers]


def report(answers: list[str]) -> tuple[int, int, int]:
    numbers = numbers_in(answers)
    news = len(set(numbers))
    return news, len(numbers) - news, numbers[-1] - numbers[0] + 1 - news


def report_step_by_step(answers: list[str]) -> list[int]:
    news = wasted = missed = 0
    last = None
    for number in numbers_in(answers):
        if number == last:
            wasted += 1
            continue
        news += 1
        if last is not None:
            missed += number - last - 1
        last = number
    return [news, wasted, missed]


def test_a_report_may_be_made_in_two_ways() -> None:
    passes(lesson01.report, report)
    passes(lesson01.report, report_step_by_step)


def by_price(answers: list[str]) -> tuple[int, int, int]:
    news = len({json.loads(answer)["price"] for answer in answers})
    return news, len(answers) - news, report(answers)[2]


def from_the_beginning(answers: list[str]) -> tuple[int, int, int]:
    news, wasted, _ = report(answers)
    return news, wasted, numbers_in(answers)[-1] - news


def first_is_no_news(answers: list[str]) -> tuple[int, int, int]:
    news, wasted, missed = report(answers)
    return news - 1, wasted + 1, missed


def misses_gaps(answers: list[str]) -> tuple[int, int, int]:
    numbers = numbers_in(answers)
    gaps = sum(b - a > 1 for a, b in itertools.pairwise(numbers))
    return (*report(answers)[:2], gaps)


def test_wrong_reports_are_told_apart() -> None:
    told_apart(
        lesson01.report,
        [
            ("news is 2; 4 was expected", by_price),
            ("for the updates 3, 3, 6, missed is 4; 2", from_the_beginning),
            ("news is 3; 4 was expected", first_is_no_news),
            ("for the updates 1, 4, 4, missed is 1; 2", misses_gaps),
            ("in another order", lambda answers: report(answers)[::-1]),
            ("three numbers were expected", lambda answers: report(answers)[0]),
            ("type int was expected", lambda answers: tuple(map(float, report(answers)))),
            ("raised TypeError", lambda answers: answers[0]["number"]),
        ],
    )


# 2 · events


def read_events(chunks: Iterable[bytes]) -> Iterator[str]:
    """Yields the data of each event as soon as the event is complete."""
    for chunk in chunks:
        for event in chunk.decode().split("\n\n"):
            if event.startswith("data: "):
                yield event.removeprefix("data: ")


def kept_rest(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *events, rest = (rest + chunk).split(b"\n\n")
        for event in events:
            if event.startswith(b"data: "):
                yield event.decode().removeprefix("data: ")


def byte_by_byte(chunks: Iterable[bytes]) -> Iterator[str]:
    line, data = bytearray(), ""
    for byte in (byte for chunk in chunks for byte in chunk):
        if byte != 10:
            line.append(byte)
        elif line:
            name, _, value = bytes(line).decode().partition(": ")
            data = value if name == "data" else data
            line.clear()
        elif data:
            yield data
            data = ""


def test_events_may_be_read_in_two_ways() -> None:
    passes(lesson01.events, kept_rest)
    passes(lesson01.events, byte_by_byte)


def all_first(chunks: Iterable[bytes]) -> Iterator[str]:
    return kept_rest([b"".join(chunks)])


def as_text(chunks: Iterable[bytes]) -> Iterator[str]:
    return kept_rest(chunk.decode().encode() for chunk in chunks)


def without_odd_letters(chunks: Iterable[bytes]) -> Iterator[str]:
    return kept_rest(chunk.decode(errors="ignore").encode() for chunk in chunks)


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.decode()[6:] for line in whole if line.startswith(b"data: "))


def the_last_too(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *events, rest = (rest + chunk).split(b"\n\n")
        yield from (event.decode()[6:] for event in events if event.startswith(b"data: "))
    yield rest.decode()[6:]


def last_if_any(chunks: Iterable[bytes]) -> Iterator[str]:
    yield from (event for event in the_last_too(chunks) if event)


def comments_too(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *events, rest = (rest + chunk).split(b"\n\n")
        yield from (event.decode().removeprefix("data: ") for event in events)


def forgets(chunks: Iterable[bytes]) -> Iterator[str]:
    yield from (event for event in read_events(chunks) if event.endswith(("}", "€")))


def whole_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    return ("data: " + event for event in kept_rest(chunks))


def strips(chunks: Iterable[bytes]) -> Iterator[str]:
    return (event.strip(" :adt") for event in whole_lines(chunks))


def replaces(chunks: Iterable[bytes]) -> Iterator[str]:
    return (event.replace("data: ", "") for event in whole_lines(chunks))


def endless(chunks: Iterable[bytes]) -> Iterator[str]:
    yield from kept_rest(chunks)
    while True:
        yield "x"


def test_wrong_readers_are_told_apart() -> None:
    told_apart(
        lesson01.events,
        [
            ("came after chunk 5: a stream may never end", all_first),
            ("the cut is in the € sign, and as_text() raised UnicodeDecodeError", as_text),
            ("the cut is in the € sign, and event 4 is 'the data: 5 '", without_odd_letters),
            ("the cut is before the empty line. Event 1 came with chunk 1", lines),
            ("each event is one chunk, and '' came too", the_last_too),
            ("event 4 is ':'", comments_too),
            ("a line is cut in two, and event 2 is", forgets),
            ("event 1 is 'data: {", whole_lines),
            ("event 4 is 'he data: 5 €'", strips),
            ("event 4 is 'the 5 €'", replaces),
            ("<lambda>() returned 0; events were expected", lambda chunks: 0),
            ("event 1 is b'", lambda chunks: (event.encode() for event in kept_rest(chunks))),
        ],
    )
    assert "'x' came too" in said(lesson01.events, endless)
    assert "'the end is mis' came too" in said(lesson01.events, last_if_any)


def test_the_lesson_s_reader_is_not_tried_and_wrong_with_any_change() -> None:
    def changed(chunks: Iterable[bytes]) -> Iterator[str]:
        yield from read_events(chunks)

    assert said(lesson01.events, changed).startswith("a line is cut in two, and event 2 is")


# 3 · follow


def follow(host: str, port: int, last: int) -> list[float]:
    client = http.client.HTTPConnection(host, port, timeout=5)
    known, prices = 0, []
    while known < last:
        client.request("GET", f"/price/next?after={known}")
        response = client.getresponse()
        body = response.read()
        if response.status == 200:
            news = json.loads(body)
            known = news["number"]
            prices.append(news["price"])
    client.close()
    return prices


def follow_anew(host: str, port: int, last: int) -> list[float]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    known: dict[int, float] = {}
    while len(known) < last:
        with opener.open(f"http://{host}:{port}/price/next?after={len(known)}", timeout=5) as got:
            if got.status != 204:
                news = json.load(got)
                known[news["number"]] = news["price"]
    return list(known.values())


def test_a_price_may_be_followed_in_two_ways() -> None:
    passes(lesson01.follow, follow)
    passes(lesson01.follow, follow_anew)


def asking(
    target: Callable[[int], str], *, patient: bool = True, method: str = "GET"
) -> Callable[..., object]:
    """A client that asks for what a function makes of the last update that it knows."""

    def answer(host: str, port: int, last: int) -> object:
        client = http.client.HTTPConnection(host, port, timeout=5)
        known: dict[int, float] = {}
        while len(known) < last:
            client.request(method, target(max(known, default=0)))
            response = client.getresponse()
            body = response.read()
            assert response.status < 400
            if response.status == 200 or not patient:
                news = json.loads(body)
                known[news["number"]] = news["price"]
        client.close()
        return list(known.values())

    return answer


def test_wrong_clients_are_told_apart() -> None:
    told_apart(
        lesson01.follow,
        [
            ("request 1 is GET /price:", asking(lambda known: "/price")),
            ("after update 0, and update 1 was known", asking(lambda known: "/price/next")),
            ("only update 0", asking(lambda known: f"/price/next?after={known + 1}")),
            ("after 'x0'; the number", asking(lambda known: f"/price/next?after=x{known}")),
            ("request 1 is POST", asking(
                lambda known: f"/price/next?after={known}", method="POST")),
            ("The last answer was a 204, without a body.", asking(
                lambda known: f"/price/next?after={known}", patient=False)),
            ("request 6 asks for more, and update 4, the last one, was known by then.",
                lambda *where: follow(*where[:2], where[2] + 1)),
            ("no request came", lambda host, port, last: [100.0]),
            ("price 1 is '100.0'", lambda *where: [str(price) for price in follow(*where)]),
            ("the list of prices ends after 3", lambda *where: follow(*where)[:3]),
            ("a list of prices was expected", lambda *where: follow(*where) and None),
        ],
    )  # fmt: skip


def test_what_happens_before_the_first_question_is_told() -> None:
    assert "raised RuntimeError" in said(lesson01.follow, raises)
    assert "did not return" in said(lesson01.follow, sleeps, 0.2)


# all three


def loops(*arguments: object) -> object:
    while True:
        pass


def sleeps(*arguments: object) -> object:
    time.sleep(3)
    return None


def raises(*arguments: object) -> object:
    raise RuntimeError("no")


async def waits(*arguments: object) -> object:
    return 1


def hangs(host: str, port: int, last: int) -> object:
    return [follow(host, port, last), follow(host, port, last + 1)]


class Evil:
    """Can't be compared."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("evil")


AWKWARD: list[Any] = [
    lambda *arguments: (Evil(), Evil(), Evil()),
    *[lambda *arguments, value=value: value for value in (None, 0, "", b"", object(), [object()])],
    lambda: 1,
    raises, waits, loops, sleeps, exit, 7, "report", hangs,
]  # fmt: skip


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
@pytest.mark.parametrize("place", range(len(AWKWARD)))
def test_awkward_answers_are_wrong_and_harm_nothing(judge: Exercise, place: int) -> None:
    began = time.monotonic()
    outcome = judge.judge(AWKWARD[place], seconds=0.3)
    assert outcome.state is State.WRONG, outcome
    assert time.monotonic() - began < 2


def untouched(answers: list[str]) -> None:
    """(news, wasted, missed)"""


def test_stubs_are_not_tried() -> None:
    for judge, answer in zip(JUDGES, (untouched, read_events, untouched), strict=True):
        assert judge.judge(answer).state is State.UNTRIED
