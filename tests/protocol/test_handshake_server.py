from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.protocol import errors
from wslab.protocol.handshake import ExtensionOffer, Request
from wslab.protocol.handshake_server import Upgrade, build_response, check_request, refusal
from wslab.protocol.headers import Headers

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
SOUND = [
    ("Host", "server.example.com"),
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", KEY),
    ("Origin", "http://example.com"),
    ("Sec-WebSocket-Protocol", "chat, superchat"),
    ("Sec-WebSocket-Version", "13"),
]
UPGRADE = Upgrade(
    key=KEY,
    protocols=("chat", "superchat"),
    extensions=(),
    origin="http://example.com",
    host="server.example.com",
    target="/chat",
)


def request(method: str = "GET", version: str = "HTTP/1.1", **changes: object) -> Request:
    """The request of RFC 6455 1.3; each change replaces, repeats or drops one header."""
    fields = Headers(SOUND)
    for name, value in changes.items():
        header = name.replace("_", "-")
        fields.remove(header)
        for line in value if isinstance(value, list) else [value]:
            if line is not None:
                fields.add(header, str(line))
    return Request(method, "/chat", fields, version)


def test_the_request_of_rfc_6455_1_3() -> None:
    assert check_request(request()) == UPGRADE


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "HTTP/1.2"},
        {"Upgrade": "WebSocket"},
        {"Upgrade": "h2c, websocket"},
        {"Connection": "keep-alive, UPGRADE"},
        {"Connection": ["keep-alive", "upgrade"]},
        {"Sec_WebSocket_Key": f" {KEY}\t"},
        {"Sec_WebSocket_Protocol": ["chat", "superchat"]},
        {"Sec_WebSocket_Extensions": ""},
    ],
)
def test_what_the_rfc_allows_makes_no_difference(changes: dict[str, str]) -> None:
    assert check_request(request(**changes)) == UPGRADE


def test_extensions_may_be_spread_over_lines() -> None:
    upgrade = check_request(request(Sec_WebSocket_Extensions=["x-a; b=1", "x-c"]))
    assert upgrade.extensions == (ExtensionOffer("x-a", (("b", "1"),)), ExtensionOffer("x-c"))


def test_origin_and_subprotocols_may_be_missing() -> None:
    upgrade = check_request(request(Origin=None, Sec_WebSocket_Protocol=None))
    assert (upgrade.origin, upgrade.protocols) == (None, ())


FAULTS: list[tuple[dict[str, object], type[errors.RequestError], str]] = [
    ({"method": "POST"}, errors.MethodNotAllowed, "not POST"),
    ({"method": "get"}, errors.MethodNotAllowed, "not get"),
    ({"version": "HTTP/1.0"}, errors.BadHTTPVersion, "not HTTP/1.0"),
    ({"version": "HTTP/0.9"}, errors.BadHTTPVersion, "not HTTP/0.9"),
    ({"version": "http/1.1"}, errors.BadHTTPVersion, "not http/1.1"),
    ({"version": ""}, errors.BadHTTPVersion, "HTTP/1.1"),
    ({"Host": None}, errors.MissingHost, "missing"),
    ({"Host": ""}, errors.MissingHost, "missing"),
    ({"Host": ["a", "a"]}, errors.RepeatedHost, "once"),
    ({"Host": "a/b"}, errors.BadHost, "'a/b'"),
    ({"Upgrade": None}, errors.MissingUpgrade, "Upgrade: websocket"),
    ({"Upgrade": "h2c"}, errors.MissingUpgrade, "'h2c'"),
    ({"Upgrade": "websockets"}, errors.MissingUpgrade, "'websockets'"),
    ({"Connection": None}, errors.MissingConnectionUpgrade, "missing"),
    ({"Connection": "keep-alive"}, errors.MissingConnectionUpgrade, "'keep-alive'"),
    ({"Sec_WebSocket_Version": None}, errors.UnsupportedVersion, "missing"),
    ({"Sec_WebSocket_Version": "8"}, errors.UnsupportedVersion, "'8'"),
    ({"Sec_WebSocket_Version": "13, 8"}, errors.UnsupportedVersion, "'13, 8'"),
    ({"Sec_WebSocket_Version": ["13", "13"]}, errors.UnsupportedVersion, "'13' and '13'"),
    ({"Sec_WebSocket_Version": "013"}, errors.UnsupportedVersion, "'013'"),
    ({"Sec_WebSocket_Key": None}, errors.MissingKey, "missing"),
    ({"Sec_WebSocket_Key": [KEY, KEY]}, errors.RepeatedKey, "once"),
    ({"Sec_WebSocket_Key": ""}, errors.BadKey, "24 characters"),
    ({"Sec_WebSocket_Key": "c2hvcnQ="}, errors.BadKey, "c2hvcnQ="),
    ({"Sec_WebSocket_Key": KEY[:-1]}, errors.BadKey, "16 bytes"),
    ({"Sec_WebSocket_Key": KEY.replace("Q==", "R==")}, errors.BadKey, "canonical"),
    ({"Sec_WebSocket_Key": "é" * 24}, errors.BadKey, "base64"),
    ({"Sec_WebSocket_Protocol": ""}, errors.BadProtocolHeader, "empty"),
    ({"Sec_WebSocket_Protocol": "a b"}, errors.BadProtocolHeader, "token"),
    ({"Sec_WebSocket_Protocol": ["a", "a"]}, errors.BadProtocolHeader, "twice"),
    ({"Sec_WebSocket_Extensions": "a; =b"}, errors.BadExtensionsHeader, "character 4"),
    ({"Origin": ["http://a", "http://b"]}, errors.RepeatedOrigin, "once"),
]


@pytest.mark.parametrize(("changes", "error", "words"), FAULTS)
def test_each_fault_has_its_error(
    changes: dict[str, object], error: type[errors.RequestError], words: str
) -> None:
    with pytest.raises(errors.RequestError, match=words) as caught:
        check_request(request(**changes))  # type: ignore[arg-type]
    assert type(caught.value) is error


def test_faults_are_found_in_the_documented_order() -> None:
    order = []
    broken = Request("POST", "/", Headers(), "HTTP/1.0")
    repairs = [
        lambda: setattr(broken, "method", "GET"),
        lambda: setattr(broken, "version", "HTTP/1.1"),
        lambda: broken.headers.add("Host", "a"),
        lambda: broken.headers.add("Upgrade", "websocket"),
        lambda: broken.headers.add("Connection", "Upgrade"),
        lambda: broken.headers.add("Sec-WebSocket-Version", "13"),
        lambda: broken.headers.set("Sec-WebSocket-Key", KEY),
        lambda: broken.headers.remove("Sec-WebSocket-Protocol"),
        lambda: broken.headers.remove("Sec-WebSocket-Extensions"),
    ]
    broken.headers.add("Sec-WebSocket-Protocol", "a a")
    broken.headers.add("Sec-WebSocket-Extensions", ";")
    for repair in repairs:
        with pytest.raises(errors.RequestError) as caught:
            check_request(broken)
        order.append(type(caught.value).__name__)
        repair()
    assert check_request(broken).host == "a"
    assert order == [
        "MethodNotAllowed",
        "BadHTTPVersion",
        "MissingHost",
        "MissingUpgrade",
        "MissingConnectionUpgrade",
        "UnsupportedVersion",
        "MissingKey",
        "BadProtocolHeader",
        "BadExtensionsHeader",
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([name for name, _ in SOUND] + ["Sec-WebSocket-Extensions"]),
            st.sampled_from([value for _, value in SOUND]) | st.text(max_size=30),
        ),
        max_size=12,
    ),
    st.sampled_from(["GET", "POST", ""]),
)
def test_no_request_raises_anything_else(fields: list[tuple[str, str]], method: str) -> None:
    try:
        upgrade = check_request(Request(method, "/", Headers(SOUND + fields)))
    except errors.RequestError as error:
        answer = refusal(error)
        assert 400 <= answer.status < 500
        answer.serialize()
    else:
        build_response(upgrade).serialize()


# Answers -------------------------------------------------------------------------------------


def test_the_response_of_rfc_6455_1_3() -> None:
    assert build_response(UPGRADE, protocol="chat").serialize() == (
        b"HTTP/1.1 101 Switching Protocols\r\n"
        b"Upgrade: websocket\r\n"
        b"Connection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        b"Sec-WebSocket-Protocol: chat\r\n"
        b"\r\n"
    )


def test_extensions_and_headers_of_ones_own_are_answered() -> None:
    upgrade = check_request(request(Sec_WebSocket_Extensions="x-a; b, x-c"))
    answer = build_response(upgrade, extensions="x-c", headers=[("Set-Cookie", "d=e")])
    assert answer.headers.get("Sec-WebSocket-Extensions") == "x-c"
    assert answer.headers.get("Set-Cookie") == "d=e"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"protocol": "other"}, errors.InvalidHeader, "it offered chat, superchat"),
        ({"protocol": "Chat"}, errors.InvalidHeader, "'Chat'"),
        ({"protocol": ""}, errors.InvalidHeader, "''"),
        ({"extensions": "x-a"}, errors.InvalidHeader, "x-a"),
        ({"extensions": "x-a;"}, errors.BadExtensionsHeader, "the end"),
        ({"headers": [("A", "b\r\nC: d")]}, errors.InvalidHeader, "header A"),
        ({"headers": [("A\r\nB", "c")]}, errors.InvalidHeader, "token"),
        ({"headers": [("Sec-WebSocket-Accept", "x")]}, errors.InvalidHeader, "itself"),
        ({"headers": [("content-length", "0")]}, errors.InvalidHeader, "itself"),
    ],
)
def test_what_was_not_offered_or_would_break_the_response_is_refused(
    options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        build_response(UPGRADE, **options)  # type: ignore[arg-type]


def test_a_refusal_says_which_header_and_why() -> None:
    answer = refusal(errors.BadKey("The key is too short."))
    assert answer.status == 400
    assert answer.body == (b"400 Bad Request\n\nHeader: Sec-WebSocket-Key\nThe key is too short.\n")
    assert list(answer.headers) == [
        ("Connection", "close"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(answer.body))),
    ]


def test_a_426_says_what_to_upgrade_to() -> None:
    answer = refusal(errors.MissingUpgrade())
    assert answer.status == 426
    assert answer.headers.get("Upgrade") == "websocket"
    assert answer.headers.get("Sec-WebSocket-Version") == "13"
    assert answer.headers.tokens("Connection") == ["Upgrade", "close"]


@pytest.mark.parametrize(("changes", "error", "words"), FAULTS)
def test_every_refusal_can_be_sent_and_names_its_header(
    changes: dict[str, object], error: type[errors.RequestError], words: str
) -> None:
    with pytest.raises(errors.RequestError) as caught:
        check_request(request(**changes))  # type: ignore[arg-type]
    answer = refusal(caught.value)
    head, _, body = answer.serialize().partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {error.status} ".encode())
    assert str(caught.value).encode() in body
    assert error.header is None or error.header.encode() in body


def test_a_refusal_without_a_header_to_blame_names_none() -> None:
    answer = refusal(errors.RequestError("No WebSocket is served at this path.", status=404))
    assert answer.body == b"404 Not Found\n\nNo WebSocket is served at this path.\n"
