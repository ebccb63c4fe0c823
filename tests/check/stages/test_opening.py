"""The stages of the handshake: what is wrong with a head is named."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.check.stages.support import HEAD, asked, saying
from wslab.check.stages.opening import ACCEPT, OTHER_KEY, UPGRADE, upgrade_request
from wslab.net.raw import KEY
from wslab.protocol import GUID, accept_value

START = "HTTP/1.1 101 Switching Protocols\r\n"
FIELDS = "Upgrade: websocket\r\nConnection: Upgrade\r\n"


def told(head: str | bytes, *, ends: bool = True, stage: int = 1, place: int = 0) -> str:
    data = head if isinstance(head, bytes) else head.encode()

    async def handler(reader, writer):  # type: ignore[no-untyped-def]
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        while not ends and await reader.read(100):
            pass

    return asked((UPGRADE, ACCEPT)[stage - 1][place], handler, 0.3).why


def value(accept: str, place: int = 0) -> str:
    head = f"{START}{FIELDS}Sec-WebSocket-Accept: {accept}\r\n\r\n"
    return told(head, stage=2, place=place)


def digest(data: bytes) -> str:
    return base64.b64encode(hashlib.sha1(data).digest()).decode()


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("", "the connection ended without an answer"),
        ("HTTP/1.1 200 OK\r\n\r\n", "the status is 200"),
        (f"HTTP/1.0 101 Switching Protocols\r\n{FIELDS}\r\n", "the version of HTTP"),
        (f"{START}Connection: Upgrade\r\n\r\n", "no field Upgrade"),
        (f"{START}Upgrade: websocket\r\n\r\n", "no field Connection"),
        (f"{START}Upgrade: web\r\nConnection: Upgrade\r\n\r\n", "does not say websocket"),
        (f"{START}Upgrade: websocket\r\nConnection: close\r\n\r\n", "does not say Upgrade"),
        (f"{START}{FIELDS}", "an empty line ends it"),
        (f"{START}{FIELDS}\r\n".replace("\r\n", "\n"), "each is to end with 0d 0a"),
    ],
)
def test_a_wrong_upgrade_is_named(head: str, words: str) -> None:
    assert words in told(head)


def test_a_right_upgrade_in_any_case() -> None:
    assert told(HEAD) == ""
    assert told("HTTP/1.1 101 Yes\r\nconnection: x, UPGRADE\r\nupgrade: WEBSOCKET\r\n\r\n") == ""
    assert told("", ends=False) == "no answer came."


def test_only_a_handshake_is_upgraded() -> None:
    assert "101 was the answer" in told(HEAD, place=3)
    assert "101 was the answer" in told(HEAD, place=4)
    assert told("HTTP/1.1 404 Not Found\r\n\r\n", place=3) == ""
    assert "101 was the answer" in told(HEAD, stage=2, place=3)


def test_a_refusal_need_not_end_the_connection() -> None:
    refusal = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    assert told(refusal, place=3, ends=False) == ""


def test_known_wrong_values_have_words_of_their_own() -> None:
    text, guid = KEY.encode(), GUID.encode()
    values = [
        digest(base64.b64decode(KEY) + guid),
        digest(text + guid.lower()),
        digest(text),
        digest(guid),
        digest(guid + text),
        digest(b" " + text + guid),
        digest(text.lower() + guid),
        "None",
        str(accept_value(KEY).encode()),
        hashlib.sha1(text + guid).hexdigest(),
        KEY,
        "x" * 28,
    ]
    words = [value(each) for each in values]
    assert all(words)
    assert len(set(words)) == len(values)
    assert value(accept_value(KEY)) == ""
    assert "of another key" in value(accept_value(KEY), place=1)
    assert value(accept_value(OTHER_KEY), place=1) == ""


def test_the_value_is_shown_with_its_first_difference_marked() -> None:
    right = accept_value(KEY)
    head = HEAD.replace(right.encode(), right[:5].encode() + b"!" + right[6:].encode())
    finding = asked(ACCEPT[0], saying(b"", head=head, ends=True))
    assert finding.lines == (
        f"sent      Sec-WebSocket-Key: {KEY}",
        f"received  Sec-WebSocket-Accept: {right[:5]}[!]{right[6:]}",
    )


def test_the_request_is_the_one_of_the_rfc() -> None:
    assert f"Sec-WebSocket-Key: {KEY}\r\n".encode() in upgrade_request()
