from __future__ import annotations

import pytest

from wslab.protocol import errors
from wslab.protocol.handshake import Accepted, ExtensionOffer, Response, accept_value
from wslab.protocol.handshake_client import build_request, check_response
from wslab.protocol.headers import Headers

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def test_the_request_of_rfc_6455_1_3() -> None:
    request = build_request(
        "server.example.com",
        "/chat",
        KEY,
        origin="http://example.com",
        protocols=["chat", "superchat"],
    )
    assert request.serialize() == (
        b"GET /chat HTTP/1.1\r\n"
        b"Host: server.example.com\r\n"
        b"Upgrade: websocket\r\n"
        b"Connection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Sec-WebSocket-Version: 13\r\n"
        b"Origin: http://example.com\r\n"
        b"Sec-WebSocket-Protocol: chat, superchat\r\n"
        b"\r\n"
    )


def test_extensions_and_headers_of_ones_own_are_sent() -> None:
    request = build_request(
        "a", "/?b", KEY, extensions="permessage-deflate; x", headers=[("Cookie", "c=d")]
    )
    assert request.headers.get("Sec-WebSocket-Extensions") == "permessage-deflate; x"
    assert request.headers.get("Cookie") == "c=d"
    assert "Origin" not in request.headers
    assert "Sec-WebSocket-Protocol" not in request.headers


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        (("a b", "/", KEY), {}, errors.InvalidHeader, "host"),
        (("a\r\nX: y", "/", KEY), {}, errors.InvalidHeader, "host"),
        (("a", "chat", KEY), {}, errors.InvalidHeader, "target"),
        (("a", "/a b", KEY), {}, errors.InvalidHeader, "target"),
        (("a", "/a#b", KEY), {}, errors.InvalidHeader, "fragment"),
        (("a", "/\r\nX: y", KEY), {}, errors.InvalidHeader, "target"),
        (("a", "/", "short"), {}, errors.InvalidHeader, "key"),
        (("a", "/", KEY), {"origin": "http://a\r\nX: y"}, errors.InvalidHeader, "Origin"),
        (("a", "/", KEY), {"protocols": ["a b"]}, errors.BadProtocolHeader, "a b"),
        (("a", "/", KEY), {"protocols": ["a", "a"]}, errors.BadProtocolHeader, "twice"),
        (("a", "/", KEY), {"protocols": ["a\r\nX"]}, errors.BadProtocolHeader, "token"),
        (("a", "/", KEY), {"extensions": "a;;"}, errors.BadExtensionsHeader, "character 3"),
        (("a", "/", KEY), {"headers": [("Host", "b")]}, errors.InvalidHeader, "Host"),
        (("a", "/", KEY), {"headers": [("A", "b\nC: d")]}, errors.InvalidHeader, "header A"),
        (("a", "/", KEY), {"headers": [("A B", "b")]}, errors.InvalidHeader, "A B"),
    ],
)
def test_what_would_break_the_request_is_refused(
    arguments: tuple[str, str, str],
    options: dict[str, object],
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        build_request(*arguments, **options)  # type: ignore[arg-type]


def response(**changes: str | list[str] | None) -> Response:
    """A sound response; each change replaces, repeats or drops one header."""
    fields = Headers(
        [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", accept_value(KEY)),
        ]
    )
    for name, value in changes.items():
        header = name.replace("_", "-")
        fields.remove(header)
        for line in value if isinstance(value, list) else [value]:
            if line is not None:
                fields.add(header, line)
    return Response(101, "Switching Protocols", fields)


def test_a_sound_response_is_accepted() -> None:
    assert check_response(response(), KEY) == Accepted(None, ())


@pytest.mark.parametrize(
    "changes",
    [
        {"Upgrade": "WebSocket"},
        {"Connection": "keep-alive, upgrade"},
        {"Connection": ["keep-alive", "Upgrade"]},
        {"Sec_WebSocket_Accept": f" {accept_value(KEY)} "},
        {"Sec_WebSocket_Extensions": ""},
    ],
)
def test_what_the_rfc_allows_is_accepted(changes: dict[str, str]) -> None:
    assert check_response(response(**changes), KEY, ["chat"]) == Accepted(None, ())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"Upgrade": None}, errors.BadUpgradeHeader),
        ({"Upgrade": "h2c"}, errors.BadUpgradeHeader),
        ({"Upgrade": "websocket, h2c"}, errors.BadUpgradeHeader),
        ({"Upgrade": ["websocket", "websocket"]}, errors.BadUpgradeHeader),
        ({"Connection": None}, errors.BadConnectionHeader),
        ({"Connection": "close"}, errors.BadConnectionHeader),
        ({"Connection": "Upgrades"}, errors.BadConnectionHeader),
        ({"Sec_WebSocket_Accept": None}, errors.MissingAccept),
        ({"Sec_WebSocket_Accept": ""}, errors.BadAccept),
        ({"Sec_WebSocket_Accept": accept_value(KEY).swapcase()}, errors.BadAccept),
        ({"Sec_WebSocket_Accept": [accept_value(KEY)] * 2}, errors.BadAccept),
        ({"Sec_WebSocket_Protocol": "other"}, errors.UnrequestedProtocol),
        ({"Sec_WebSocket_Protocol": "Chat"}, errors.UnrequestedProtocol),
        ({"Sec_WebSocket_Protocol": ""}, errors.UnrequestedProtocol),
        ({"Sec_WebSocket_Protocol": "chat, superchat"}, errors.UnrequestedProtocol),
        ({"Sec_WebSocket_Protocol": ["chat", "chat"]}, errors.UnrequestedProtocol),
        ({"Sec_WebSocket_Extensions": "x-other"}, errors.UnrequestedExtension),
        ({"Sec_WebSocket_Extensions": "x-a, x-other"}, errors.UnrequestedExtension),
        ({"Sec_WebSocket_Extensions": "x-a; ="}, errors.BadExtensionsHeader),
    ],
)
def test_what_the_client_must_fail(
    changes: dict[str, str], error: type[errors.HandshakeError]
) -> None:
    with pytest.raises(error) as caught:
        check_response(response(**changes), KEY, ["chat", "superchat"], "x-a")
    assert type(caught.value) is error
    assert caught.value.status == 101
    assert caught.value.header is not None
    assert caught.value.header in str(caught.value) or "chose" in str(caught.value)


@pytest.mark.parametrize("status", [200, 301, 401, 426, 500])
def test_any_status_but_101_is_reported_first(status: int) -> None:
    with pytest.raises(errors.UnexpectedStatus, match=f"{status} Really") as caught:
        check_response(Response(status, "Really"), KEY)
    assert caught.value.status == status


def test_a_chosen_subprotocol_is_reported() -> None:
    chosen = response(Sec_WebSocket_Protocol="superchat")
    assert check_response(chosen, KEY, iter(["chat", "superchat"])).protocol == "superchat"


def test_a_subprotocol_that_nobody_asked_for_fails() -> None:
    with pytest.raises(errors.UnrequestedProtocol, match="not asked for"):
        check_response(response(Sec_WebSocket_Protocol="chat"), KEY)


def test_browsers_insist_on_a_subprotocol_when_they_offered_some() -> None:
    with pytest.raises(errors.MissingProtocol):
        check_response(response(), KEY, ["chat"], require_protocol=True)
    assert check_response(response(), KEY, require_protocol=True).protocol is None


@pytest.mark.parametrize(
    "offered", ["x-a, x-b; c", ["x-a", "x-b"], (ExtensionOffer("x-a"), ExtensionOffer("x-b"))]
)
def test_offers_may_be_given_as_header_names_or_offers(offered: object) -> None:
    answer = response(Sec_WebSocket_Extensions=["x-b; c=1", "x-a"])
    accepted = check_response(answer, KEY, extensions=offered)  # type: ignore[arg-type]
    assert accepted.extensions == (ExtensionOffer("x-b", (("c", "1"),)), ExtensionOffer("x-a"))
