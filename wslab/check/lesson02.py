"""The exercises of lesson 02: the accept value, the look at the origin, the whole answer.

RFC 6455 sections 4.2.1 (the client's request), 4.2.2 (the server's answer), 4.4 (another version)
and 10.2 (the origin); RFC 6454 for what an origin is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from wslab.check.accepted import ACCEPTS, right_accept
from wslab.check.difference import same_text
from wslab.check.exercise import exercise
from wslab.check.handshakes import BROKEN, GOOD, Handshake, ask, changed
from wslab.check.outcome import Wrong
from wslab.check.response import Head, head_of
from wslab.check.running.answer import Answer, shown
from wslab.check.running.house import occasion
from wslab.check.running.serving import serving
from wslab.net.loop import background
from wslab.net.raw import KEY
from wslab.protocol.frames import Frame, Opcode, encode_frame
from wslab.protocol.handshake_keys import accept_value

REQUESTS = "RFC 6455, 4.2.1"
ORIGINS = "RFC 6455, 10.2"
LATE_SECONDS = 0.4  # a client waits longer than an answer may take: the answer is to blame then
OTHER_KEY = "+pQL8+tXP1/BL0+LEs2K7w=="  # its accept value has both + and /


# 1 · Fill in


@exercise(lesson=2, awaited=False)
def accept(answer: Answer) -> str:
    """The Sec-WebSocket-Accept for a key, both as str."""
    for key in (KEY, OTHER_KEY):
        got = answer(key)
        what = f"the accept value for the key {key}"
        if isinstance(got, str):
            right_accept(str.__str__(got), key, what)
        else:
            same_text(got, accept_value(key), what, ACCEPTS)
    return "The value follows from this very key, and everybody can compute it: no secret is in it."


# 2 · Find the bug


def may_enter(origin: str | None) -> bool:
    """True for https pages of shop.example and of its subdomains, such as www.shop.example."""
    if origin is None:
        return False
    return origin.startswith("https://") and origin.endswith("shop.example")


PAGES: tuple[tuple[str | None, bool, str], ...] = (
    ("https://shop.example", True, "That is the shop itself."),
    ("https://www.shop.example", True, "That is a subdomain of the shop."),
    ("https://evil.example", False, "That is another site."),
    ("https://evil-shop.example", False, "Anybody may own a name that ends like the shop's."),
    ("https://shop.example.evil.example", False, "That is a subdomain of evil.example."),
    ("https://wwwxshop.example", False, "The shop's subdomains end with a dot and its name."),
    ("https://www.shop-example", False, "The dot in the shop's name is a dot, and nothing else."),
    ("http://shop.example", False, "It came without TLS, so that anybody may have changed it."),
    ("https://shop.example:8443", False, "Another port is another origin (RFC 6454, 4)."),
    ("null", False, "That is how a page without an origin says so (RFC 6454, 7.1)."),
    (None, False, "No Origin was sent: the one who asks is no browser."),
    ("https://orders.shop.example", True, "That is another subdomain of the shop."),
    ("https://new.orders.shop.example", True, "A subdomain may have a subdomain of its own."),
    ("http://www.shop.example", False, "The subdomain's page came without TLS, too."),
    ("https://my-shop.shop.example", True, "A subdomain's name may have a hyphen."),
)


@exercise(lesson=2, stub=may_enter, awaited=False)
def origin(answer: Answer) -> str:
    """Whether a page may connect, asked by a server that real requests come to."""

    def respond(request: bytes) -> bytes:
        page = head_of(request, "the request").get("Origin")
        with occasion(_who(page)):
            verdict = answer(page)
        if verdict is not True and verdict is not False:
            said = f"{answer.name}({page!r}) returned {shown(verdict)}"
            raise Wrong(f"{said}; True or False was expected.", ORIGINS)
        return b"HTTP/1.1 101 Yes\r\n\r\n" if verdict else b"HTTP/1.1 403 No\r\n\r\n"

    door = _Door(respond)
    with serving(door) as server:
        for page, welcome, why in PAGES:
            request = changed("Origin", *([] if page is None else [page]))
            said = background().run(ask(server, request, timeout=answer.seconds + LATE_SECONDS))
            door.complain()
            if said.response is None:
                raise Wrong(f"{_who(page)} got no answer: {answer.late()}", ORIGINS)
            if (said.response.status == 101) is not welcome:
                kept = "is kept out" if welcome else "gets in"
                raise Wrong(f"{_who(page)} {kept}. {why}", ORIGINS)
    return "Part of a name is not the name: only the whole origin says where a page came from."


def _who(page: str | None) -> str:
    return "a client without Origin" if page is None else f"a page of {page}"


# 3 · Build

_NAMES = ("POST", "no Upgrade", "Connection: keep-alive", "no key", "version 8", "no HTTP")
_REFUSED = (
    *(broken for broken in BROKEN if broken.name in _NAMES),
    Handshake(  # what only begins like the right word is another one
        "Connection: keep-alive, upgraded",
        "Connection has the token Upgrade",
        REQUESTS,
        400,
        changed("Connection", "keep-alive, upgraded"),
    ),
    Handshake(
        "version 130",
        "the version of WebSocket is 13",
        "RFC 6455, 4.4",
        426,
        changed("Sec-WebSocket-Version", "130"),
    ),
)


@exercise(lesson=2, awaited=False)
def upgrade(answer: Answer) -> str:
    """The whole answer to an opening request, as bytes."""
    _agrees(answer(GOOD.request), KEY, "the good request")
    for what, request, key, rule in _unusual():
        head = _answer_of(answer(request), f"the answer to {what}")
        if head.status != 101:
            raise Wrong(f"{what} was answered {head.status}; nothing is wrong with it.", rule)
        _agrees(head.data, key, what)
    for broken in _REFUSED:
        _refuses(answer(broken.request), broken.name, broken.rule, broken.section)
    _opens(answer)
    return "The library websockets opened with it, and the first frame after the empty line came."


def _unusual() -> list[tuple[str, bytes, str, str]]:
    """Good requests that look different: what is different, the bytes, the key, the rule."""
    good, small = GOOD.request, GOOD.request.lower()
    small = small.replace(KEY.lower().encode(), KEY.encode()).replace(
        b"get /chat http", b"GET /chat HTTP"
    )
    return [
        ("a request with another key", changed("Sec-WebSocket-Key", OTHER_KEY), OTHER_KEY, ACCEPTS),
        ("a request with header names in small letters", small, KEY, "RFC 9110, 5.1"),
        ("a request for 'WebSocket'", changed("Upgrade", "WebSocket"), KEY, REQUESTS),
        (
            "a request with 'Connection: keep-alive, Upgrade', as Firefox sends it",
            changed("Connection", "keep-alive, Upgrade"),
            KEY,
            REQUESTS,
        ),
        (
            "a request without spaces after the colons",
            good.replace(b": ", b":"),
            KEY,
            "RFC 9112, 5",
        ),
    ]


def _answer_of(got: object, what: str) -> Head:
    """The head of an answer; a request is none. Raises Wrong."""
    head = head_of(got, what)
    if head.status == 0:
        first = head.data.partition(b"\r\n")[0].decode("latin-1")
        raise Wrong(
            f"{what} begins with {shown(first)}, which is the first line of a request; HTTP/1.1, a"
            " status of three digits and a reason were expected.",
            "RFC 9112, 4",
        )
    return head


def _agrees(got: object, key: str, to: str) -> None:
    head = _answer_of(got, f"the answer to {to}")
    if head.status != 101:
        raise Wrong(f"{to} was answered {head.status}; 101 was expected.", ACCEPTS)
    for name, value in (("Upgrade", "websocket"), ("Connection", "upgrade")):
        said = head.get(name)
        if said is None:
            raise Wrong(f"the answer to {to} has no header {name}.", ACCEPTS)
        if value not in [token.strip().lower() for token in said.split(",")]:
            raise Wrong(f"{name} in the answer to {to} is {said!r}: it does not agree.", ACCEPTS)
    accepted = head.get("Sec-WebSocket-Accept")
    if accepted is None:
        raise Wrong(f"the answer to {to} has no header Sec-WebSocket-Accept.", ACCEPTS)
    what = f"Sec-WebSocket-Accept in the answer to {to}"
    for read, mistake in (
        (key.lower(), "the key was put in small letters"),
        (f" {key}", "the space before the key counts as part of it"),
        (f"{key}\r", "the end of the line counts as part of the key"),
    ):
        if accepted == accept_value(read):
            raise Wrong(f"{what} is not right: {mistake}.", ACCEPTS)
    right_accept(accepted, key, what)
    for name in ("Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"):
        if head.get(name) is not None:
            raise Wrong(f"the answer has a {name}, and the client offered none.", "RFC 6455, 4.1")
    if head.rest:
        raise Wrong(
            f"after the empty line comes {shown(head.rest)}: the client reads that as a frame.",
            "RFC 6455, 4.2.2",
        )


def _refuses(got: object, name: str, rule: str, section: str) -> None:
    to = f"the broken request {name!r}"
    head = _answer_of(got, f"the answer to {to}")
    if not 400 <= head.status <= 499:
        raise Wrong(f"{to} was answered {head.status}, and the rule is: {rule}.", section)
    if name.startswith("version") and head.get("Sec-WebSocket-Version") != "13":
        raise Wrong(f"the answer to {to} does not say in a header which version is right.", section)


def _opens(answer: Answer) -> None:
    """A real client comes, and gets a message as soon as it is let in."""
    door = _Door(answer)
    with serving(door) as server:
        try:
            came = background().run(_first_message(server.url, answer.seconds + LATE_SECONDS))
        except (OSError, WebSocketException, TimeoutError) as error:
            door.complain()
            why = str(error) or "it got no answer in time"
            raise Wrong(f"the library websockets did not open: {why}", ACCEPTS) from None
        door.complain()
    if came != HELLO:
        raise Wrong(f"the first message came as {shown(came)}; {HELLO!r} was sent.", ACCEPTS)


HELLO = "You are in."


async def _first_message(url: str, seconds: float) -> object:
    async with (
        asyncio.timeout(seconds),
        connect(url, proxy=None, open_timeout=None, close_timeout=0.2) as client,
    ):
        return await client.recv()


class _Door:
    """A server's side of each connection: a function answers the request; who is let in gets a
    message and a goodbye.
    """

    def __init__(self, respond: Callable[[bytes], object]) -> None:
        self._respond = respond
        self._wrong: Wrong | None = None

    def complain(self) -> None:
        """Raise what was found wrong meanwhile, in another thread."""
        if self._wrong is not None:
            raise self._wrong

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        try:
            head: Head = head_of(await asyncio.to_thread(self._respond, request), "the answer")
        except Wrong as wrong:
            self._wrong = wrong
            return
        writer.write(head.data)
        if head.status == 101:
            writer.write(encode_frame(Frame(Opcode.TEXT, HELLO.encode())))
            writer.write(encode_frame(Frame(Opcode.CLOSE, (1000).to_bytes(2, "big"))))
            await reader.read()
