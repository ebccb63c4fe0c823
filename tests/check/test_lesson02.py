"""The judges of lesson 02 tell mistakes apart, and let every right answer pass."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from wslab.check import lesson02
from wslab.check.exercise import Exercise
from wslab.check.handshakes import Answer
from wslab.check.outcome import State

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
JUDGES = [lesson02.accept, lesson02.origin, lesson02.upgrade]


def said(judge: Exercise, answer: object) -> str:
    """What is said of a wrong answer."""
    outcome = judge.judge(answer)
    assert outcome.state is State.WRONG, outcome
    return outcome.text


def passes(judge: Exercise, answer: object) -> None:
    outcome = judge.judge(answer)
    assert outcome.state is State.RIGHT, outcome
    assert outcome.text.endswith(".")


# 1 · accept


def accept(key: str) -> str:
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


def accept_in_steps(key: str) -> str:
    sha1 = hashlib.sha1()
    sha1.update(bytes(key, "ascii"))
    sha1.update(bytes(GUID, "ascii"))
    return str(base64.standard_b64encode(bytes.fromhex(sha1.hexdigest())), "ascii")


def test_accept_may_be_written_in_two_ways() -> None:
    passes(lesson02.accept, accept)
    passes(lesson02.accept, accept_in_steps)


WRONG_ACCEPTS: list[tuple[str, Callable[[str], object]]] = [
    ("without the GUID", lambda k: base64.b64encode(hashlib.sha1(k.encode()).digest()).decode()),
    ("hexadecimal", lambda k: hashlib.sha1((k + GUID).encode()).hexdigest()),
    ("a str was expected", lambda k: accept(k).encode()),
    ("decoded from base64", lambda k: base64.b64encode(
        hashlib.sha1(base64.b64decode(k) + GUID.encode()).digest()).decode()),
    ("of another key", lambda k: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
    ("key itself", lambda k: k),
    ("that is base64 for addresses", lambda k: base64.urlsafe_b64encode(
        hashlib.sha1((k + GUID).encode()).digest()).decode()),
]  # fmt: skip


def test_wrong_accept_values_are_told_apart() -> None:
    texts = [said(lesson02.accept, wrong) for _, wrong in WRONG_ACCEPTS]
    assert len(set(texts)) == len(texts)
    for text, (words, _) in zip(texts, WRONG_ACCEPTS, strict=True):
        assert words in text


# 2 · origin


def stub(origin: str | None) -> bool:
    """True for https pages of shop.example and of its subdomains, such as www.shop.example."""
    if origin is None:
        return False
    return origin.startswith("https://") and origin.endswith("shop.example")


def may_enter(origin: str | None) -> bool:
    if origin is None:
        return False
    sub = origin.startswith("https://") and origin.endswith(".shop.example")
    return sub or origin == "https://shop.example"


def matches(origin: str | None) -> bool:
    return bool(re.fullmatch(r"https://([a-z0-9-]+\.)*shop\.example", origin or ""))


def test_a_look_at_the_origin_may_be_written_in_two_ways() -> None:
    passes(lesson02.origin, may_enter)
    passes(lesson02.origin, matches)


WRONG_ORIGINS: list[tuple[str, Callable[[Any], object]]] = [
    ("https://evil.example gets in", lambda o: True),
    ("https://evil-shop.example gets in", lambda o: stub(o) or False),
    ("https://shop.example.evil.example gets in", lambda o: bool(
        re.match(r"https://(.*\.)?shop.example", o or ""))),
    ("https://wwwxshop.example gets in", lambda o: bool(
        re.fullmatch(r"https://(www.)?shop.example", o or ""))),
    ("https://www.shop-example gets in", lambda o: bool(
        re.fullmatch(r"https://(www\.)?shop.example", o or ""))),
    ("http://shop.example gets in", lambda o: str(o).split("//")[-1] in (
        "shop.example", "www.shop.example")),
    ("https://shop.example is kept out", lambda o: str(o).endswith(".shop.example")),
    ("https://www.shop.example is kept out", lambda o: o == "https://shop.example"),
    ("https://orders.shop.example is kept out", lambda o: o in (
        "https://shop.example", "https://www.shop.example")),
    ("https://new.orders.shop.example is kept out", lambda o: bool(
        re.fullmatch(r"https://([a-z]+\.)?shop\.example", o or ""))),
    ("https://shop.example:8443 gets in", lambda o: bool(
        re.fullmatch(r"https://(www\.)?shop\.example(:\d+)?", o or ""))),
    ("a client without Origin: <lambda>() raised AttributeError",
        lambda o: may_enter(o) if o.lower() else False),
    ("without Origin gets in", lambda o: o is None or may_enter(o)),
    ("a page of null gets in", lambda o: o in (None, "null") or may_enter(o)),
    ("http://www.shop.example gets in", lambda o: o == "https://shop.example" or str(
        o).endswith(".shop.example")),
    ("https://my-shop.shop.example is kept out", lambda o: bool(
        re.match(r"https://(\w+\.)*shop\.example$", o or ""))),
    ("True or False was expected", lambda o: re.fullmatch("https://shop.example", o)),
]  # fmt: skip


def test_wrong_looks_are_told_apart() -> None:
    texts = [said(lesson02.origin, wrong) for _, wrong in WRONG_ORIGINS]
    assert len(set(texts)) == len(texts)
    for text, (words, _) in zip(texts, WRONG_ORIGINS, strict=True):
        assert words in text


# 3 · upgrade

BAD = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nNo.\n"
OLD = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"


def agreement(key: str) -> bytes:
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept(key)}\r\n\r\n"
    ).encode()


def fields(request: bytes) -> dict[str, str]:
    lines = request.decode("latin-1").split("\r\n")[1:]
    pairs = [line.partition(":") for line in lines if ":" in line]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def upgrade(request: bytes) -> bytes:
    headers = fields(request)
    key = headers.get("sec-websocket-key")
    if (
        not request.startswith(b"GET ")
        or not key
        or headers.get("upgrade", "").lower() != "websocket"
        or "upgrade" not in map(str.strip, headers.get("connection", "").lower().split(","))
    ):
        return BAD
    return agreement(key) if headers.get("sec-websocket-version") == "13" else OLD


def by_patterns(request: bytes) -> bytes:
    def has(pattern: bytes) -> re.Match[bytes] | None:
        return re.search(rb"(?im)^" + pattern + rb"[ \t]*\r$", request)

    if not has(rb"Sec-WebSocket-Version:[ \t]*13"):
        return OLD
    key = has(rb"Sec-WebSocket-Key:[ \t]*(\S+)")
    wanted = has(rb"Upgrade:[ \t]*websocket") and has(rb"Connection:.*\bUpgrade\b.*")
    return agreement(key[1].decode()) if key and wanted and request[:4] == b"GET " else BAD


def test_an_answer_may_be_made_in_two_ways() -> None:
    passes(lesson02.upgrade, upgrade)
    passes(lesson02.upgrade, by_patterns)


def swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda request: upgrade(request).replace(old, new)


def careless(name: str, value: str) -> Callable[[bytes], bytes]:
    """Looks at everything but one header."""
    broken = f"\r\n{name}: {value}\r\n"

    def answer(request: bytes) -> bytes:
        if name.lower() in fields(request):
            request = request.replace(
                f"{name}: {fields(request)[name.lower()]}\r\n".encode(), broken[2:].encode()
            )
            return upgrade(request)
        return upgrade(request.replace(b"\r\n\r\n", f"{broken}\r\n".encode()))

    return answer


KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
WRONG_UPGRADES: list[tuple[str, Callable[[bytes], object]]] = [
    ("bytes were expected", lambda r: upgrade(r).decode()),
    ("LF alone", swapped(b"\r\n", b"\n")),
    ("no empty line", lambda r: upgrade(r)[:-2]),
    ("the good request was answered 400", lambda r: BAD),
    ("'GET /chat HTTP/1.1', which is the first line of a request", lambda r: r),
    ("begins with the line 'HTTP/1.0 101", swapped(b"HTTP/1.1", b"HTTP/1.0")),
    ("no header Upgrade", swapped(b"Upgrade: websocket\r\nConn", b"Conn")),
    ("no header Connection", swapped(b"Connection: Upgrade\r\n", b"")),
    ("Connection in the answer", swapped(b"Connection: Upgrade", b"Connection: keep-alive")),
    ("no header Sec-WebSocket-Accept", swapped(b"Accept:", b"Accepts:")),
    ("is the key itself", lambda r: agreement(fields(r).get("sec-websocket-key", "")).replace(
        accept(KEY.decode()).encode(), KEY)),
    ("the key was put in small letters", lambda r: agreement(
        fields(r.lower())["sec-websocket-key"])),
    ("the space before the key", lambda r: agreement(
        " " + fields(r).get("sec-websocket-key", ""))),
    ("the end of the line", lambda r: agreement(
        fields(r).get("sec-websocket-key", "") + "\r")),
    ("in the answer to a request with another key", lambda r: agreement(KEY.decode())),
    ("client offered none", swapped(b"Upgrade: w", b"Sec-WebSocket-Protocol: chat\r\nUpgrade: w")),
    ("after the empty line comes b'Hi'", lambda r: upgrade(r) + b"Hi"),
    ("raised KeyError", lambda r: agreement(dict(
        line.split(": ") for line in r.decode().split("\r\n") if ": " in line
    )["Sec-WebSocket-Key"])),
    ("header names in small letters was answered 400",
        lambda r: upgrade(r) if b"Sec-WebSocket-Key" in r else BAD),
    ("a request for 'WebSocket' was answered 400",
        lambda r: BAD if b": WebSocket" in r else upgrade(r)),
    ("as Firefox sends it was answered 400",
        lambda r: BAD if b"keep-alive" in r else upgrade(r)),
    ("without spaces after the colons was answered",
        lambda r: upgrade(r) if b": " in r else BAD),
    ("'POST' was answered 101", lambda r: upgrade(r.replace(b"POST", b"GET"))),
    ("'no Upgrade' was answered 101", careless("Upgrade", "websocket")),
    ("'Connection: keep-alive' was answered 101", careless("Connection", "Upgrade")),
    ("'no key' was answered 101", lambda r: upgrade(r) if b"-key" in r.lower() else agreement("")),
    ("'version 8' was answered 101", careless("Sec-WebSocket-Version", "13")),
    ("which version is right", lambda r: upgrade(r).replace(OLD, BAD)),
    ("'no HTTP' was answered 500",
        lambda r: upgrade(r) if b"HTTP" in r else b"HTTP/1.1 500 \r\n\r\n"),
    ("'Connection: keep-alive, upgraded' was answered 101",
        lambda r: upgrade(r.replace(b"upgraded", b"upgrade"))),
    ("'version 130' was answered 101", lambda r: upgrade(r.replace(b"130", b"13"))),
    ("the library websockets did not open",
        lambda r: BAD if b"User-Agent" in r else upgrade(r)),
]  # fmt: skip


def test_wrong_answers_are_told_apart() -> None:
    texts = [said(lesson02.upgrade, wrong) for _, wrong in WRONG_UPGRADES]
    assert len(set(texts)) == len(texts)
    for text, (words, _) in zip(texts, WRONG_UPGRADES, strict=True):
        assert words in text


def test_no_message_holds_what_is_asked_for() -> None:
    texts = [said(lesson02.upgrade, wrong) for _, wrong in WRONG_UPGRADES]
    assert not any("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in text for text in texts)


def stops_at_a_real_client(request: bytes) -> bytes:
    while b"User-Agent" in request:
        pass
    return upgrade(request)


@pytest.mark.parametrize("answer", ["loops", "sleeps"])
def test_a_look_that_never_ends_is_told_as_that_and_not_as_a_refusal(answer: str) -> None:
    outcome = lesson02.origin.judge(globals()[answer], seconds=0.3)
    assert f"{answer}() did not return within 0.3 s" in outcome.text


def test_a_look_that_lets_nothing_else_run_is_told_as_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A regular expression that tries too much keeps the interpreter's lock, the judge's too."""

    async def no_answer(*arguments: object, **named: object) -> Answer:
        return Answer([], False)

    monkeypatch.setattr(lesson02, "ask", no_answer)
    text = said(lesson02.origin, may_enter)
    assert "a page of https://shop.example got no answer: may_enter() did not return within" in text
    assert "a regular expression" in text


def test_an_answer_that_stops_at_the_real_client_is_told_as_that() -> None:
    outcome = lesson02.upgrade.judge(stops_at_a_real_client, seconds=0.3)
    assert "stops_at_a_real_client() did not return within 0.3 s" in outcome.text


# all three


def loops(argument: object) -> object:
    while True:
        pass


def sleeps(argument: object) -> object:
    time.sleep(3)
    return b""


def raises(argument: object) -> object:
    raise RuntimeError("no")


async def waits(argument: object) -> object:
    return b""


class Evil(str):
    """Can't be compared or shown."""

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("evil")

    __hash__ = str.__hash__
    __repr__ = __str__ = raises  # type: ignore[assignment]


class EvilBytes(bytes):
    def __bytes__(self) -> bytes:
        raise RuntimeError("evil")


AWKWARD = [
    *[lambda argument, value=value: value for value in (None, 0, "", b"", object(), Evil("x"))],
    lambda argument: EvilBytes(b"HTTP/1.1 101 x\r\n\r\n"),
    lambda: "",
    raises, waits, loops, sleeps, exit, 7, "accept",
]  # fmt: skip


@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.name)
@pytest.mark.parametrize("place", range(len(AWKWARD)))
def test_awkward_answers_are_wrong_and_harm_nothing(judge: Exercise, place: int) -> None:
    began = time.monotonic()
    outcome = judge.judge(AWKWARD[place], seconds=0.3)
    assert outcome.state is State.WRONG, outcome
    assert time.monotonic() - began < 2


def untouched(key: str) -> str: ...  # type: ignore[empty-body]


def test_stubs_are_not_tried() -> None:
    for judge, answer in zip(JUDGES, (untouched, stub, untouched), strict=True):
        assert judge.judge(answer).state is State.UNTRIED
