"""Scenarios for the tests alone: played by the twin and by Chromium, and the traces compared.

Where Chromium departs from the standard, the scenario says so, with the reason.
"""

from __future__ import annotations

from typing import Any

from wslab.browser.library import SCENARIOS, TCP_LOST
from wslab.browser.scenarios import Do, Scenario

ACCEPT = ["accept"]
ECHO = [ACCEPT, ["echo"]]
MIRROR = [ACCEPT, ["mirror"], ["end"]]
LOST: dict[str, Any] = {"chromium_lacks": ("error",), "departs": TCP_LOST}
HI = ["text", "hi"]


def on_open(*steps: tuple[str, tuple[Any, ...]]) -> tuple[Do, ...]:
    return tuple(Do("open", name, args) for name, args in steps)


def refused(name: str, *script: list[Any]) -> Scenario:
    return Scenario(f"refused: {name}", "", script)


def broken(name: str, data: str) -> Scenario:
    # The good message is answered first: of one read with a bad frame in it, Chromium may drop all.
    script = [ACCEPT, HI, ["read"], ["raw", data], ["hold"]]
    return Scenario(f"broken: {name}", "", script, (Do("message", "send", ("go on",)),))


MORE = [
    # Handshakes that fail
    *(refused(str(status), ["respond", status]) for status in (200, 400, 403, 426, 500, 503)),
    refused("a redirect", ["respond", 301, {"Location": "/"}]),
    refused("a password asked for", ["respond", 401, {"WWW-Authenticate": "Basic realm=x"}]),
    refused("an end without an answer", ["end"]),
    refused("a reset without an answer", ["reset"]),
    refused("a reset in the middle of the answer", ["raw", "48 54 54 50 2f 31"], ["reset"]),
    refused("a reset after the status line", ["raw", b"HTTP/1.1 101 OK\r\n".hex()], ["reset"]),
    refused("no HTTP at all", ["raw", "00 01 02 03 0d 0a 0d 0a"], ["end"]),
    refused("a wrong accept value", ["accept", {"Sec-WebSocket-Accept": "x"}], ["hold"]),
    refused("no Upgrade", ["accept", {"Upgrade": "h2c"}], ["hold"]),
    refused("no Connection", ["accept", {"Connection": "close"}], ["hold"]),
    refused("a subprotocol", ["accept", {"Sec-WebSocket-Protocol": "x"}], ["hold"]),
    refused("an extension", ["accept", {"Sec-WebSocket-Extensions": "x-none"}], ["hold"]),
    Scenario("refused: no subprotocol chosen", "", [ACCEPT, ["hold"]], protocols=("a", "b")),
    Scenario(
        "refused: another subprotocol chosen",
        "",
        [["accept", {"Sec-WebSocket-Protocol": "A"}], ["hold"]],
        protocols=("a", "b"),
    ),
    # Constructors that throw
    Scenario("throws: repeated", "", ECHO, protocols=("a", "a")),
    Scenario("throws: empty", "", ECHO, protocols=("",)),
    Scenario("throws: a space", "", ECHO, protocols=("a b",)),
    Scenario("throws: a comma", "", ECHO, protocols=("a,b",)),
    # The server closes
    *(
        Scenario(f"server closes: {code}", "", [ACCEPT, ["close", code, "because"]])
        for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1014, 3000, 4999)
    ),
    Scenario("server closes: no code", "", [ACCEPT, ["close"]]),
    Scenario("server closes: a long reason", "", [ACCEPT, ["close", 4000, "é" * 61]]),
    Scenario("server closes: after two messages", "", [ACCEPT, HI, ["text", ""], ["close", 1000]]),
    # The page closes
    *(
        Scenario(f"page closes: {code}", "", MIRROR, on_open(("close", (code, "why"))))
        for code in (1000, 3000, 3999, 4000, 4999)
    ),
    Scenario("page closes: nothing given", "", MIRROR, on_open(("close", ()))),
    Scenario("page closes: code alone", "", MIRROR, on_open(("close", (3000,)))),
    Scenario("page closes: 123 bytes", "", MIRROR, on_open(("close", (1000, "x" * 123)))),
    Scenario("page closes: a number as text", "", MIRROR, on_open(("close", ("3000",)))),
    Scenario("page closes: a fraction", "", MIRROR, on_open(("close", (3000.5,)))),
    Scenario(
        "page closes: forbidden codes first",
        "",
        MIRROR,
        (
            *(
                Do("open", "close", (code,), "InvalidAccessError")
                for code in (0, 999, 1001, 1004, 1005, 1006, 1015, 2999, 5000, 65536, -1, "x")
            ),
            Do("open", "close", (1000, "é" * 62), "SyntaxError"),
            Do("open", "close", (1000, "fine")),
        ),
    ),
    Scenario(
        "page closes: a slow answer", "", [ACCEPT, ["mirror", 0.1], ["end"]], on_open(("close", ()))
    ),
    Scenario(
        "page closes: and no answer",
        "",
        [ACCEPT, ["read"], ["end"]],
        on_open(("close", (3000,))),
        **LOST,
    ),
    Scenario(
        "page closes: messages come before the answer",
        "",
        [ACCEPT, ["read"], ["raw", "81 02 68 69"], ["mirror"], ["end"]],
        on_open(("send", ("go",)), ("close", ())),
    ),
    Scenario(
        "page closes: in answer to a close that came with the handshake",
        "",
        [ACCEPT, ["raw", "88 06 03 e9 50 41 53 53"], ["end"]],
        on_open(("close", (3000,))),
    ),
    Scenario(
        "page closes: before it is open",
        "",
        ECHO,
        (Do("", "close", (3000, "no")), Do("", "send", ("late",)), Do("", "close")),
    ),
    Scenario("page closes: in the error event", "", [["respond", 404]], (Do("error", "close"),)),
    Scenario("page closes: in the close event", "", [ACCEPT, ["close"]], (Do("close", "close"),)),
    Scenario(
        "both close: the server's Close comes with the message that makes the page close",
        "",
        [ACCEPT, ["raw", "81 02 68 69 88 02 0b b8"], ["end"]],
        (Do("message", "close", (4000, "mine")),),
    ),
    Scenario(
        "both close: the two Close frames cross",
        "",
        [ACCEPT, ["read"], ["raw", "88 04 0b b8 6d 65"], ["end"]],
        on_open(("send", ("go",)), ("close", (4000, "mine"))),
    ),
    # The end of TCP
    Scenario("lost: after open", "", [ACCEPT, ["end"]], **LOST),
    Scenario(
        "lost: in the middle of a frame", "", [ACCEPT, ["raw", "81 05 68 69"], ["end"]], **LOST
    ),
    Scenario(
        "lost: a reset after a message",
        "",
        [ACCEPT, HI, ["read"], ["reset"]],
        (Do("message", "send", ("go",)),),
        **LOST,
    ),
    # What no server may send
    broken("a reserved opcode", "83 00"),
    broken("a reserved bit", "c1 01 61"),
    broken("a masked frame", "81 81 00 00 00 00 41"),
    broken("bytes that are no UTF-8", "81 02 ff ff"),
    broken("a long ping", "89 7e 00 7e"),
    broken("a ping in fragments", "09 00"),
    broken("a continuation of nothing", "80 01 61"),
    broken("a message within a message", "01 01 61 81 01 62"),
    broken("a close code of 1005", "88 02 03 ed"),
    broken("a close code of 1006", "88 02 03 ee"),
    broken("a close code of 1015", "88 02 03 f7"),
    broken("half a close code", "88 01 03"),
    broken("a close reason that is no UTF-8", "88 03 03 e8 ff"),
    # Messages
    Scenario("messages: fragments", "", [ACCEPT, ["raw", "01 01 68 89 00 80 01 69"], ["close"]]),
    Scenario("messages: empty", "", [ACCEPT, ["raw", "81 00 82 00"], ["close"]]),
    Scenario("messages: ping and pong", "", [ACCEPT, ["raw", "89 00 8a 01 61"], ["close"]]),
    Scenario("messages: a byte order mark", "", [ACCEPT, ["text", "\ufeffhi"], ["close"]]),
    Scenario("messages: U+0000 and U+10FFFF", "", [ACCEPT, ["text", "\0\U0010ffff"], ["close"]]),
    Scenario("messages: a burst", "", [ACCEPT, *[["text", str(i)] for i in range(50)], ["close"]]),
    Scenario(
        "messages: 50 sent, then close",
        "",
        MIRROR,
        on_open(*(("send", (f"message {i}",)) for i in range(50)), ("close", (1000,))),
    ),
    Scenario(
        "messages: an empty one sent",
        "",
        [ACCEPT, ["echo", 1], ["close"]],
        on_open(("send", ("",))),
    ),
    Scenario(
        "messages: no bytes sent", "", [ACCEPT, ["echo", 1], ["close"]], on_open(("send", (b"",)))
    ),
    Scenario(
        "messages: bytes as a Blob",
        "",
        [ACCEPT, ["echo", 1], ["close"]],
        on_open(("send", (b"\xff" * 200,))),
    ),
    Scenario(
        "messages: bytes as an ArrayBuffer",
        "",
        [ACCEPT, ["echo", 1], ["close"]],
        (Do("", "binaryType", ("arraybuffer",)), *on_open(("send", (bytes(range(40)),)))),
    ),
    Scenario(
        "messages: a binaryType that there is not",
        "",
        [ACCEPT, ["raw", "82 01 41"], ["close"]],
        (Do("", "binaryType", ("text",)),),
    ),
    Scenario(
        "messages: a mebibyte of two-byte characters",
        "",
        [ACCEPT, ["echo", 1], ["close"]],
        on_open(("send", ("é" * 524_288,))),
    ),
    Scenario(
        "messages: sent in every state",
        "",
        MIRROR,
        (
            Do("", "send", ("connecting",), "InvalidStateError"),
            Do("open", "close"),
            Do("open", "send", ("closing",)),
            Do("close", "send", ("closed",)),
        ),
    ),
]

ALL = [*SCENARIOS.values(), *MORE]
