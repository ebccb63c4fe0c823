"""The judges of lesson 03 tell mistakes apart, and ask of a page what the twin does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from wslab.browser import DOMException, NeverComes, WebSocket
from wslab.check import lesson03
from wslab.check.exercise import Exercise
from wslab.check.outcome import State
from wslab.net.console import console
from wslab.net.loop import background

JUDGES = [lesson03.close_throws, lesson03.visit, lesson03.ask]

Mistake = tuple[Callable[..., Any], tuple[str, ...]]


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server waits less long for a page that does nothing: most mistakes are of that kind."""
    monkeypatch.setattr(lesson03, "PATIENCE", 0.2)


@pytest.fixture(autouse=True)
def _forget_the_log() -> Iterator[None]:
    """What handlers raise here is no other test's business."""
    yield
    console.clear()


def all_told_apart(judge: Exercise, mistakes: Iterable[Mistake]) -> None:
    """Each of these is wrong in words of its own, which have these in them."""
    messages = set()
    for function, words in mistakes:
        outcome = judge.judge(function)
        assert outcome.state is State.WRONG
        assert [word for word in words if word not in outcome.text] == [], outcome.text
        messages.add(outcome.text)
    assert len(messages) == len(list(mistakes))


def passes(judge: Exercise, answer: object, word: str) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert word in outcome.text


# 1 · close_throws


def close_throws(code: int, reason: str) -> str:
    if code != 1000 and not 3000 <= code <= 4999:
        return "InvalidAccessError"
    return "SyntaxError" if len(reason.encode()) > 123 else ""


def close_throws_by_ranges(code: int, reason: str) -> str:
    if code not in {1000, *range(3000, 5000)}:
        return "InvalidAccessError"
    left = 123
    for letter in reason:
        left -= len(letter.encode())
    return ("", "SyntaxError")[left < 0]


def code_alone(allowed: Callable[[int], bool]) -> Callable[[int, str], str]:
    """A judge of the code that is not quite right."""
    return lambda code, reason: (
        close_throws(1000, reason) if allowed(code) else "InvalidAccessError"
    )


def reason_alone(length: Callable[[str], int], most: int = 123) -> Callable[[int, str], str]:
    return lambda code, reason: (
        close_throws(code, "") or ("SyntaxError" if length(reason) > most else "")
    )


def reason_first(code: int, reason: str) -> str:
    return close_throws(1000, reason) or close_throws(code, "")


def size(text: str) -> int:
    return len(text.encode())


THROWN_WRONGLY: list[Mistake] = [
    (code_alone(lambda c: 1000 <= c <= 4999), ("close(1005", "there was none")),
    (code_alone(lambda c: 1000 <= c <= 4999 and c != 1005), ("close(1006", "no close frame")),
    (code_alone(lambda c: c in (1000, 1001) or 3000 <= c <= 4999), ("close(1001", "goes away")),
    (code_alone(lambda c: c == 1000 or 2000 <= c <= 4999), ("close(2999", "not a page's")),
    (code_alone(lambda c: c == 1000 or c >= 3000), ("close(5000", "throws InvalidAccessError")),
    (code_alone(lambda c: c == 1000 or 4000 <= c <= 4999), ("close(3000", "throws nothing")),
    (code_alone(lambda c: c == 1000 or 3000 <= c < 4999), ("close(4999", "throws nothing")),
    (code_alone(lambda c: c == 1000), ("close(4000", "application's own")),
    (code_alone(lambda c: c in {1000, 1002, 1003, *range(1007, 1015), *range(3000, 5000)}),
        ("close(1002", "what went wrong")),
    (code_alone(lambda c: c in {1000, *range(1007, 1015), *range(3000, 5000)}), ("close(1007",)),
    (code_alone(lambda c: c not in {0, 999, *range(1001, 1015), 2000, 2999, 5000, 5001, 65_535}),
        ("close(1015", "TLS")),
    (code_alone(lambda c: c not in {999, *range(1001, 1016), 2999, 5000}), ("close(2000",)),
    (code_alone(lambda c: c not in {999, *range(1001, 3000), 5000}), ("close(5001",)),
    (code_alone(lambda c: c not in {999, *range(1001, 3000), *range(5000, 9000)}), ("(65535",)),
    (reason_alone(len), ('"é" × 62', "62 letters, and more bytes")),
    (reason_alone(size, 122), ('"x" × 123', "throws nothing", "123 bytes")),
    (reason_alone(size, 125), ('"x" × 124', "throws SyntaxError")),
    (reason_first, ("close(1001", "looked at first")),
    (lambda code, reason: close_throws(code, reason) or None, ("done", "None", "a str")),
    (lambda code, reason: DOMException, ("its name is wanted",)),
    (lambda code, reason: not close_throws(code, reason), ("True", "a str was expected")),
]  # fmt: skip


def test_mistakes_about_close_are_told_apart() -> None:
    all_told_apart(lesson03.close_throws, THROWN_WRONGLY)


@pytest.mark.parametrize("answer", [close_throws, close_throws_by_ranges])
def test_what_close_throws_may_be_written_in_two_ways(answer: Callable[..., Any]) -> None:
    passes(lesson03.close_throws, answer, "from code and reason alone")


@pytest.mark.parametrize(("code", "reason", "name", "why"), lesson03.CLOSES)
async def test_the_twin_throws_what_is_expected(
    code: int, reason: str, name: str, why: str
) -> None:
    ws = WebSocket("ws://127.0.0.1:9/")
    try:
        ws.close(code, reason)
        thrown = ""
    except DOMException as error:
        thrown = error.name
    assert thrown == name, why
    ws.close()
    await ws.wait("close")


# 2 · visit


async def visit(url: str, online: set[str]) -> None:
    ws = WebSocket(url)
    ws.onopen = lambda event: online.add(url)
    ws.onclose = lambda event: online.discard(url)
    await ws.wait("close")


async def visit_with_finally(url: str, online: set[str]) -> None:
    ws = WebSocket(url)
    try:
        await ws.wait("open")
        online.add(url)
        await ws.wait("close")
    except NeverComes:
        pass
    finally:
        online.difference_update({url})


async def visit_both(url: str, online: set[str]) -> None:
    """The error event as well does no harm."""
    ws = WebSocket(url)
    ws.addEventListener("open", lambda: online.add(url))
    for event in ("error", "close"):
        ws.addEventListener(event, lambda: online.discard(url))
    await ws.wait("close")


def visiting(
    open: Callable[[WebSocket, set[str], str], Any] = lambda ws, o, url: o.add(url),
    message: Callable[[WebSocket, set[str], str], Any] = lambda ws, o, url: None,
    close: Callable[[WebSocket, set[str], str], Any] = lambda ws, o, url: o.discard(url),
    first: Callable[[WebSocket, set[str], str], Any] = lambda ws, o, url: None,
    until: str = "close",
) -> Callable[..., Any]:
    """A visit that does this at these events."""

    async def visit(url: str, online: set[str]) -> None:
        ws = WebSocket(url)
        first(ws, online, url)
        ws.onopen = lambda event: open(ws, online, url)
        ws.onmessage = lambda event: message(ws, online, url)
        ws.onclose = lambda event: close(ws, online, url)
        await ws.wait(until)

    return visit


async def visit_that_knows_one_code(url: str, online: set[str]) -> None:
    ws = WebSocket(url)
    ws.onopen = lambda event: online.add(url)
    closed = await ws.wait("close")
    if closed.code == 4001:
        online.discard(url)


async def visit_nobody(url: str, online: set[str]) -> None:
    await asyncio.sleep(0)


def nothing(ws: WebSocket, online: set[str], url: str) -> None: ...


VISITED_WRONGLY: list[Mistake] = [
    (visiting(close=nothing), ("closes with 4001", "still in `online`", "no error event")),
    (visit_that_knows_one_code, ("ends TCP", "still in `online`", "1006")),
    (visiting(first=lambda ws, o, url: o.add(url)), ("before the open event", "readyState was 0")),
    (visiting(close=lambda ws, o, url: o.remove(url)), ("refuses", "remove()", "KeyError")),
    (visiting(close=lambda ws, o, url: o.clear()), ("another page's url",)),
    (visiting(open=nothing), ("the url was not in `online`",)),
    (visiting(open=lambda ws, o, url: o.append(url)), ("A handler raised", "append")),
    (
        visiting(
            open=lambda ws, o, url: (
                o.add(url),
                asyncio.get_running_loop().call_later(0.01, o.discard, url),
            )
        ),
        ("left `online` while",),
    ),
    (visiting(open=lambda ws, o, url: (o.add(url), ws.close())), ("closed the connection itself",)),
    (visiting(until="open"), ("returned while the connection was open",)),
    (visit_nobody, ("no connection had come when visit() returned",)),
]


@pytest.mark.usefixtures("_impatient")
def test_mistakes_about_the_end_are_told_apart() -> None:
    all_told_apart(lesson03.visit, VISITED_WRONGLY)


@pytest.mark.parametrize("answer", [visit, visit_with_finally, visit_both])
def test_a_visit_may_be_written_in_several_ways(answer: Callable[..., Any]) -> None:
    passes(lesson03.visit, answer, "comes once")


# 3 · ask

Values = tuple[Any, int, bool]


async def ask(url: str, question: str, code: int | None = 1000, times: int = 1) -> Values:
    """A solution with handlers, and with other arguments not quite."""
    ws: Any = WebSocket(url)
    answers: list[Any] = []

    def take(event: Any) -> None:
        answers.append(event.data)
        if code:
            ws.close(code)
        elif code is None:
            ws.close()

    def send(event: Any) -> None:
        for _ in range(times):
            ws.send(question)

    ws.onopen, ws.onmessage = send, take
    closed = await ws.wait("close")
    return answers[0] if answers else None, closed.code, closed.wasClean


async def ask_with_wait(url: str, question: str) -> list[Any]:
    """A solution that waits for one event after the other. A list is as good as a tuple."""
    ws, answer = WebSocket(url), None
    try:
        await ws.wait("open")
        ws.send(question)
        answer = (await ws.wait("message")).data
        ws.close(1000)
    except NeverComes:
        pass
    closed = await ws.wait("close")
    return [answer, closed.code, closed.wasClean]


async def ask_good_servers_only(url: str, question: str) -> Values:
    ws = WebSocket(url)
    await ws.wait("open")
    ws.send(question)
    answer = (await ws.wait("message")).data
    ws.close(1000)
    closed = await ws.wait("close")
    return answer, closed.code, closed.wasClean


async def ask_too_early(url: str, question: str) -> Values:
    ws = WebSocket(url)
    ws.send(question)
    return (await ws.wait("message")).data, 1000, True


async def ask_and_guess(url: str, question: str) -> Values:
    answer, code, _ = await ask(url, question)
    return answer, (1000 if answer else code), bool(answer)


async def ask_and_hope(url: str, question: str) -> Values:
    answer, code, clean = await ask(url, question)
    return answer, code, clean or code == 1006


async def ask_for_the_event(url: str, question: str) -> Values:
    ws = WebSocket(url)
    await ws.wait("open")
    ws.send(question)
    event = await ws.wait("message")
    ws.close(1000)
    closed = await ws.wait("close")
    return event, closed.code, closed.wasClean


async def ask_twice(url: str, question: str) -> Values:
    ws, answers = WebSocket(url), []
    ws.onopen = lambda event: ws.send(question)

    def take(event: Any) -> None:
        answers.append(event.data)
        asyncio.get_running_loop().call_later(0.05, ws.close, 1000)

    ws.onmessage = take
    closed = await ws.wait("close")
    return answers[-1] if answers else None, closed.code, closed.wasClean


async def changed(url: str, question: str, change: Callable[[Values], Any]) -> Any:
    return change(await ask(url, question))


ASKED_WRONGLY: list[Mistake] = [
    (ask_too_early, ("InvalidStateError", "send before the open event")),
    (lambda u, q: ask(u, q, code=None), ("close frame had no code",)),
    (lambda u, q: ask(u, q, code=3000), ("had code 3000; 1000 was expected",)),
    (lambda u, q: ask(u, q, code=1001), ("sent no close frame", "InvalidAccessError")),
    (lambda u, q: ask(u, q, code=0), ("sent no close frame.",)),
    (lambda u, q: ask(u, q, times=2), ("came instead of the question",)),
    (lambda u, q: ask(u, q, times=0), ("the question did not come",)),
    (lambda u, q: ask(u, q + "!"), ("server?!", "instead of the question")),
    (ask_for_the_event, ("where the server answers", "MessageEvent", "str was expected")),
    (ask_twice, ("answers twice", "'And you?'")),
    (ask_and_guess, ("closes with 4002", "code is 1000; 4002 was expected")),
    (ask_good_servers_only, ("does not answer", "NeverComes", "4001")),
    (ask_and_hope, ("refuses", "wasClean is True; False was expected")),
    (
        lambda u, q: changed(u, q, lambda v: (v[0] or None, *v[1:])),
        ("with an empty text", "the answer is None; a value of type str"),
    ),
    (lambda u, q: changed(u, q, lambda v: (v[0] or "", *v[1:])), ("the answer is ''", "NoneType")),
    (lambda u, q: changed(u, q, lambda v: v[0]), ("three values",)),
    (lambda u, q: changed(u, q, lambda v: (v[0], v[2], v[1])), ("code is True", "type int")),
    (
        lambda u, q: asyncio.sleep(0, ("Well, thank you.", 1000, True)),
        ("no connection had come when ask() returned",),
    ),
]


@pytest.mark.usefixtures("_impatient")
def test_mistakes_about_questions_are_told_apart() -> None:
    all_told_apart(lesson03.ask, ASKED_WRONGLY)


@pytest.mark.parametrize("answer", [ask, ask_with_wait])
def test_a_question_may_be_asked_in_two_ways(answer: Callable[..., Any]) -> None:
    passes(lesson03.ask, answer, "miss nothing")


# All three


def test_stubs_are_not_tried() -> None:
    async def blank(url: object, question: object) -> None:
        """With a docstring."""
        ...

    assert lesson03.close_throws.judge(lesson03.close_throws_stub).state is State.UNTRIED
    assert lesson03.visit.judge(lesson03.visit_stub).state is State.UNTRIED
    assert lesson03.ask.judge(blank).state is State.UNTRIED


class Evil:
    """Raises whatever is asked of it."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError

    __repr__ = __bytes__ = __iter__ = __len__  # type: ignore[assignment]


def raises(one: object, other: object) -> None:
    raise KeyError("no")


def needs_nothing() -> str:
    return ""


async def waits(one: object, other: object) -> int:
    return 0


AWKWARD: list[Any] = [
    *(
        lambda one, other, value=value: value
        for value in (None, 0, "", b"", (), [1, 2, 3], (Evil(), Evil(), Evil()), object(), Evil())
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


def endless(one: object, other: object) -> None:
    while True:
        pass


async def endless_after_open(url: Any, other: object) -> None:
    if isinstance(url, str):
        ws = WebSocket(url)
        ws.onopen = lambda event: endless(url, other)
        await ws.wait("close")
    await asyncio.sleep(60)


def endless_on_both_sides(url: Any, other: object) -> None:
    """No `async def`, and neither it nor its handler lets go."""
    if isinstance(url, str):
        WebSocket(url).onopen = lambda event: endless(url, other)
    endless(url, other)


@pytest.mark.parametrize("answer", [endless, endless_after_open, endless_on_both_sides])
@pytest.mark.parametrize("judge", JUDGES, ids=repr)
def test_endless_answers_end(judge: Exercise, answer: object) -> None:
    began = time.monotonic()
    outcome = judge.judge(answer, seconds=0.1)
    assert outcome.state is State.WRONG
    refused = judge.awaited is False and asyncio.iscoroutinefunction(answer)
    assert ("`def` alone" if refused else "did not return") in outcome.text
    assert time.monotonic() - began < 2
    assert background().run(asyncio.sleep(0, "alive"), timeout=1) == "alive"


def test_three_evil_values_from_a_real_conversation_are_wrong() -> None:
    outcome = lesson03.ask.judge(lambda u, q: changed(u, q, lambda v: (Evil(), Evil(), Evil())))
    assert outcome.state is State.WRONG
    assert "a value of type str was expected" in outcome.text
