"""The exercises of lesson 03: what close() throws, what tells of every ending, and a question asked
of servers good and bad. WHATWG WebSockets, sections 3 (the page's calls), 4 (the events).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from wslab.browser import WebSocket
from wslab.check.difference import same_value
from wslab.check.exercise import exercise
from wslab.check.outcome import Wrong
from wslab.check.running.answer import Answer, shown
from wslab.check.running.hosts import Guest, Host, Script
from wslab.check.running.serving import serving
from wslab.net.console import console

CALLS, EVENTS, CLOSE_EVENT = (f"WHATWG WebSockets, {section}" for section in (3, 4, 6))
PATIENCE = 0.4  # seconds that a server waits for a page

# 1 · Fill in: what close() throws


def close_throws_stub(code, reason):  # type: ignore[no-untyped-def]
    """The name of the error that ws.close(code, reason) throws, "" for none."""
    bad_code = ...
    bad_reason = ...
    if bad_code:
        return "InvalidAccessError"
    return "SyntaxError" if bad_reason else ""  # type: ignore[unreachable]


CODE, REASON, NOTHING = "InvalidAccessError", "SyntaxError", ""
CLOSES: tuple[tuple[int, str, str, str], ...] = (
    (1000, "done", NOTHING, "That is the normal end."),
    (4000, "", NOTHING, "That code is the application's own."),
    (1005, "", CODE, "No page may send that code: it means that there was none."),
    (1006, "", CODE, "No page may send that code: it means that no close frame came."),
    (1001, "", CODE, "Only the browser itself says that a page goes away."),
    (2999, "", CODE, "That code is not a page's to use."),
    (5000, "", CODE, "No close code is as high as that."),
    (999, "", CODE, "No close code is as low as that."),
    (3000, "", NOTHING, "That code is free for a page."),
    (4999, "", NOTHING, "That code is the application's own."),
    (1000, "x" * 123, NOTHING, "The reason has 123 bytes."),
    (1000, "x" * 124, REASON, "The reason has 124 bytes."),
    (3000, "é" * 62, REASON, "The reason has 62 letters, and more bytes."),
    (3000, "é" * 61, NOTHING, "The reason has 61 letters, and 122 bytes."),
    (4000, "€" * 42, REASON, "The reason has 42 letters, and more bytes."),
    (1001, "x" * 124, CODE, "Both are wrong, and the code is looked at first."),
    *(
        (code, "", CODE, "Only the browser itself says what went wrong.")
        for code in (1002, 1003, *range(1007, 1015))
    ),
    (1004, "", CODE, "That code has no meaning yet."),
    (1015, "", CODE, "No page may send that code: it means that TLS failed."),
    (2000, "", CODE, "That code is kept for what comes after this version of WebSocket."),
    (3999, "", NOTHING, "That code is free for a page."),
    (5001, "", CODE, "No close code is as high as that."),
    (65_535, "", CODE, "No close code is as high as that."),
    (0, "", CODE, "No close code is as low as that."),
)


@exercise(lesson=3, stub=close_throws_stub, awaited=False)
def close_throws(answer: Answer) -> str:
    """close_throws(code: int, reason: str) -> str: the name of a DOMException, or ""."""
    for code, reason, name, why in CLOSES:
        got = answer(code, reason)
        call = f"close({code}, {_brief(reason)})"
        if isinstance(got, type | BaseException):
            raise Wrong(f"for {call} you return an error itself; its name is wanted.", CALLS)
        if type(got) is not str:
            raise Wrong(f"for {call} you return {shown(got)}; a str was expected.", CALLS)
        if got != name:
            wanted = f"throws {name}" if name else "throws nothing"
            raise Wrong(f"{call} {wanted}; you return {shown(got)}. {why}", CALLS)
    return "The browser knows from code and reason alone; nothing has to be sent to find out."


def _brief(text: str) -> str:
    return f'"{text}"' if len(text) < 10 else f'"{text[0]}" × {len(text)}'


# 2 · Find the bug: who is online


async def visit_stub(url, online):  # type: ignore[no-untyped-def]
    """Connect. While the connection is open, url is in the set `online`."""
    ws = WebSocket(url)
    ws.onopen = lambda event: online.add(url)
    ws.onerror = lambda event: online.discard(url)
    await ws.wait("close")


OTHER = "ws://other.example/"
GONE = 1001  # a page can't choose it: that is what becomes of a WebSocket that nobody holds


class Online(set[str]):
    """A set that notes when something is removed that is not in it."""

    missed = False

    def remove(self, value: str) -> None:
        self.missed = self.missed or value not in self
        super().remove(value)


class Visits:
    """A server that closes or refuses, and looks at `online` meanwhile."""

    def __init__(self, ending: str) -> None:
        self.online = Online({OTHER})
        self.ending = ending
        self.url = ""
        self.early = self.there = self.stayed = self.closing = False

    def noted(self) -> bool:
        """Whether the page's address is in `online` now."""
        return self.url in self.online

    async def __call__(self, guest: Guest) -> None:
        self.early = self.noted()
        if self.ending == "refuses":
            await guest.refuse()
            return
        await guest.accept()
        self.there = await guest.until(self.noted, PATIENCE)
        left = await guest.until(lambda: guest.close_code is not None, 0.03)
        self.stayed = self.noted() and not left
        self.closing = guest.close_code is None and not guest.ended
        if self.ending == "closes with 4001" and self.closing:
            await guest.close(4001, PATIENCE)


@exercise(lesson=3, stub=visit_stub, awaited=True)
def visit(answer: Answer) -> str:
    """async visit(url: str, online: set) -> None, returns when the connection has ended."""
    for ending, came in (
        ("closes with 4001", "A close event came, and no error event."),
        ("refuses", "An error event came, then a close event."),
        ("ends TCP without a word", "The page saw close with 1006."),
    ):
        with where(ending):
            _one_visit(answer, Visits(ending), came)
    return "However a connection ends, and whether it ever was open, close comes, and comes once."


def _one_visit(answer: Answer, visits: Visits, came: str) -> None:
    host = Host(visits)
    with serving(host) as server:
        visits.url = server.url
        answer(server.url, visits.online)
        noted = visits.noted()
    if not host.guests:
        raise Wrong("no connection had come when visit() returned.", CALLS)
    if visits.early:
        raise Wrong("the url was in `online` before the open event: readyState was 0.", EVENTS)
    if visits.online.missed:
        raise Wrong("remove() found no url in `online`: this one never was open.", EVENTS)
    if visits.ending != "refuses":
        if host.guests[0].close_code not in (None, GONE) and not visits.closing:
            raise Wrong("your function closed the connection itself.", CALLS)
        if not visits.closing:
            raise Wrong("visit() returned while the connection was open.", EVENTS)
        if not visits.there:
            raise Wrong("the open event came, and the url was not in `online`.", EVENTS)
        if not visits.stayed:
            raise Wrong("the url left `online` while the connection was open.", EVENTS)
    if noted:
        raise Wrong(f"the url is still in `online` at the end. {came}", EVENTS)
    if OTHER not in visits.online:
        raise Wrong("another page's url is gone from `online`.", EVENTS)


@contextmanager
def where(what: str) -> Iterator[None]:
    """Say which server it was, and what a handler raised, of which a page hears nothing."""
    before = len(console.lines)
    try:
        yield
    except Wrong as wrong:
        lines = [line.text for line in console.lines[before:] if not line.source]
        errors = [line.partition(": ")[2] for line in lines if line.startswith("error: ")]
        raised = f" A handler raised {errors[0].splitlines()[0]}" if errors else ""
        raise Wrong(f"where the server {what}, {wrong}{raised}", wrong.rule) from None


# 3 · Build: ask a question

QUESTION, REPLY = "How are you, server?", "Well, thank you."


def _host(*replies: str, code: int | None = None) -> Script:
    """Send these when a question came, then close with the code, or wait for the page's Close."""

    async def script(guest: Guest) -> None:
        await guest.accept()
        if await guest.until(lambda: guest.texts, PATIENCE):
            for reply in replies:
                guest.say(reply)
            if code is not None:
                await guest.close(code, PATIENCE)
            elif replies:
                await guest.goodbye(PATIENCE)

    return script


SERVERS: tuple[tuple[str, Script, tuple[str | None, int, bool]], ...] = (
    ("answers", _host(REPLY), (REPLY, 1000, True)),
    ("answers twice", _host(REPLY, "And you?"), (REPLY, 1000, True)),
    ("answers and closes with 4002", _host(REPLY, code=4002), (REPLY, 4002, True)),
    ("answers with an empty text", _host(""), ("", 1000, True)),
    ("closes with 4001 and does not answer", _host(code=4001), (None, 4001, True)),
    ("refuses", Guest.refuse, (None, 1006, False)),
    ("ends TCP and does not answer", _host(), (None, 1006, False)),
)


@exercise(lesson=3, awaited=True)
def ask(answer: Answer) -> str:
    """async ask(url: str, question: str) -> (answer: str or None, code: int, wasClean: bool)."""
    for what, script, expected in SERVERS:
        host = Host(script)
        with where(what):
            with serving(host) as server:
                got = answer(server.url, QUESTION)
            if not host.guests:
                raise Wrong("no connection had come when ask() returned.", CALLS)
            if script is not Guest.refuse:
                _conversation(host.guests[0], expected[1] == 1000)
            if not isinstance(got, tuple | list) or len(got) != 3:
                raise Wrong(f"ask() returns {shown(got)}; three values were expected.", CLOSE_EVENT)
            for name, one, other in zip(("the answer", *FIELDS), got, expected, strict=True):
                same_value(one, other, name, CLOSE_EVENT if name in FIELDS else EVENTS)
    return "Handlers that are set at once miss nothing, and the close event tells how it ended."


FIELDS = ("code", "wasClean")


def _conversation(guest: Guest, closes: bool) -> None:
    """What the page sent is right. Raises Wrong."""
    if not guest.texts:
        raise Wrong("the question did not come.", CALLS)
    if guest.texts != [QUESTION]:
        raise Wrong(f"{shown(guest.texts)} came instead of the question.", CALLS)
    if closes and guest.close_code is None:
        raise Wrong("the page got its answer, and sent no close frame.", CALLS)
    if closes and guest.close_code != 1000:
        came = "no code" if guest.close_code == 1005 else f"code {guest.close_code}"
        raise Wrong(f"the page's close frame had {came}; 1000 was expected.", CALLS)
