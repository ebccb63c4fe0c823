"""The stages of the handshake: answer the upgrade, then prove that the key was read (RFC 6455,
4.2.2).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wslab.check.handshakes import Answer, ask
from wslab.check.stages.probe import SECONDS, Finding
from wslab.net.dissect.items import RequestItem, ResponseItem
from wslab.net.raw import KEY
from wslab.protocol import GUID, accept_value

OTHER_KEY = "AQIDBAUGBwgJCgsMDQ4PEA=="
SHOWN = 60  # characters of a line

HeadJudge = Callable[[ResponseItem], tuple[str, str]]  # what is wrong, and the line that shows it

RIGHT = ("", "")


def request(*lines: str) -> bytes:
    """The head of a GET request with these header lines."""
    return "\r\n".join(["GET / HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode()


def upgrade_request(key: str = KEY) -> bytes:
    """An opening handshake as a client sends it."""
    return request(
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    )


@dataclass(frozen=True, slots=True)
class HeadProbe:
    """A request, and the judge of the head that answers it. about: the line of the request that
    matters here; cut: where the request is cut in two pieces, 0 for one piece.
    """

    name: str
    rule: str
    section: str
    sent: bytes
    judge: HeadJudge
    about: str
    cut: int = 0

    async def ask(self, server: Any, seconds: float = SECONDS) -> Finding:
        """Send the request to a server, and judge its answer."""
        line = f"sent      {self.about}"
        try:
            answer = await ask(server, self.sent, timeout=seconds, cut=self.cut, head=True)
        except OSError:
            return Finding("nobody listens.", (line,))
        if answer.response is None:
            return Finding(f"{_silence(answer)}.", (line,))
        why, shown = self.judge(answer.response)
        return Finding(f"{why}.", (line, f"received  {shown[:SHOWN]}")) if why else Finding()


def _silence(answer: Answer) -> str:
    if any(item.raw for item in answer.items if not isinstance(item, RequestItem)):
        return "the answer is no whole head of HTTP: an empty line ends it"
    if answer.ended:
        return "the connection ended without an answer"
    return "no answer came"


def upgrades(response: ResponseItem) -> tuple[str, str]:
    """The answer agrees to WebSocket: status, Upgrade and Connection."""
    if response.status != 101:
        return f"the status is {response.status}; 101 was expected", response.start_line
    if b"\n" in response.raw.replace(b"\r\n", b""):
        return "a line ends with 0a alone; each is to end with 0d 0a", response.start_line
    if response.version != "HTTP/1.1":
        return "the version of HTTP is another one than 1.1", response.start_line
    for name, token in (("Upgrade", "websocket"), ("Connection", "Upgrade")):
        value = response.get(name)
        if not value:
            return f"the answer has no field {name}", response.start_line
        if not response.has_token(name, token):
            return f"the field {name} does not say {token}", f"{name}: {value}"
    return RIGHT


def refuses(response: ResponseItem) -> tuple[str, str]:
    """The answer is no 101."""
    if response.status == 101:
        return "101 was the answer to a request that is no WebSocket handshake", response.start_line
    return RIGHT


def accepts(key: str) -> HeadJudge:
    """The accept value is the one of this key; known mistakes are named."""

    def judge(response: ResponseItem) -> tuple[str, str]:
        why, shown = upgrades(response)
        if why:
            return why, shown
        value, wanted = response.get("Sec-WebSocket-Accept"), accept_value(key)
        if value == wanted:
            return RIGHT
        if not value:
            return "the answer has no field Sec-WebSocket-Accept", response.start_line
        place = next(
            (n for n, (a, b) in enumerate(zip(value, wanted, strict=False)) if a != b),
            min(len(value), len(wanted)),
        )
        marked = f"{value[:place]}[{value[place : place + 1]}]{value[place + 1 :]}"
        why = _known(key).get(value, f"character {place} of the accept value is wrong")
        return why, f"Sec-WebSocket-Accept: {marked}"

    return judge


def _known(key: str) -> dict[str, str]:
    """Values that come of known mistakes, and the words for each."""

    def of(data: bytes) -> str:
        return base64.b64encode(hashlib.sha1(data).digest()).decode()

    text, guid = key.encode(), GUID.encode()
    hexadecimal = hashlib.sha1(text + guid).hexdigest()
    known = {
        of(base64.b64decode(key) + guid): "that is the value for the bytes that the key stands for;"
        " the text of the key is what is hashed",
        of(text.lower() + guid): "that is the value of the key in small letters; its case counts",
        of(text + guid.lower()): "that is the value with the GUID in lower case",
        of(text): "that is the value without the GUID",
        of(guid): "that is the value of the GUID alone, without the key",
        of(guid + text): "that is the value with the GUID before the key",
        of(text + b"\r" + guid): "a line end was taken for a part of the key",
        of(b" " + text + guid): "a space before the key was taken for a part of it",
        hexadecimal: "that is the hash in hex; base64 is wanted",
        base64.b64encode(hexadecimal.encode()).decode(): "that is base64 of the hash in hex; base64"
        " of its 20 bytes is wanted",
        base64.b64encode(hashlib.sha256(text + guid).digest()).decode(): "that is SHA-256; SHA-1 is"
        " wanted",
        key: "that is the key itself",
        str(None): "the value is None: does your function return it?",
        str(accept_value(key).encode()): "that is how Python shows bytes: decode them first",
    }
    if key != KEY:
        known[accept_value(KEY)] = "that is the value of another key: work it out from this one"
    return known


OTHER_SPELLING = request(
    "sec-websocket-version:13",
    f"SEC-WEBSOCKET-KEY:   {KEY}",
    "connection: keep-alive, Upgrade",
    "UPGRADE: WebSocket",
)

UPGRADE = (
    HeadProbe(
        "an upgrade",
        "101, Upgrade: websocket and Connection: Upgrade",
        "4.2.2",
        upgrade_request(),
        upgrades,
        "GET / HTTP/1.1, … Upgrade: websocket …",
    ),
    HeadProbe(
        "another spelling",
        "the case of field names does not matter, nor their order",
        "4.2.1",
        OTHER_SPELLING,
        upgrades,
        "GET / HTTP/1.1, … connection: keep-alive, Upgrade … UPGRADE: WebSocket …",
    ),
    HeadProbe(
        "a request in two pieces",
        "the head ends with an empty line, wherever TCP cuts it",
        "4.2.1",
        upgrade_request(),
        upgrades,
        "GET / HTT, then P/1.1, … Upgrade: websocket …",
        cut=9,
    ),
    HeadProbe(
        "no upgrade",
        "a request that is no handshake gets an HTTP error",
        "4.2.1",
        request("Accept: text/html"),
        refuses,
        "GET / HTTP/1.1, Host: …, Accept: text/html",
    ),
    HeadProbe(
        "another upgrade",
        "it is the field Upgrade that says websocket",
        "4.2.1",
        request("Upgrade: h2c", "Connection: Upgrade", "User-Agent: websocket-check"),
        refuses,
        "GET / HTTP/1.1, … Upgrade: h2c … User-Agent: websocket-check",
    ),
)

ACCEPT = (
    HeadProbe(
        "the key of the RFC",
        "the accept value is base64 of SHA-1 of key and GUID",
        "4.2.2",
        upgrade_request(),
        accepts(KEY),
        f"Sec-WebSocket-Key: {KEY}",
    ),
    HeadProbe(
        "another key",
        "the accept value is base64 of SHA-1 of key and GUID",
        "4.2.2",
        upgrade_request(OTHER_KEY),
        accepts(OTHER_KEY),
        f"Sec-WebSocket-Key: {OTHER_KEY}",
    ),
    HeadProbe(
        "no space and many",
        "spaces around a value are no part of it",
        "4.2.1",
        OTHER_SPELLING,
        accepts(KEY),
        f"SEC-WEBSOCKET-KEY:   {KEY}",
    ),
    HeadProbe(
        "no key",
        "a handshake without a key is refused",
        "4.2.1",
        request("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        refuses,
        "GET / HTTP/1.1, … without Sec-WebSocket-Key",
    ),
)
