"""Both halves of the handshake against each other, and against the library `websockets`."""

from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.http11 import Request as TheirRequest
from websockets.http11 import Response as TheirResponse
from websockets.protocol import OPEN
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from wslab.protocol import errors, handshake
from wslab.protocol.handshake import (
    Request,
    Response,
    build_request,
    build_response,
    check_request,
    check_response,
    make_key,
    refusal,
)
from wslab.protocol.headers import Headers

tokens = st.text("abcXYZ019-._", min_size=1, max_size=8)
protocol_lists = st.lists(tokens, max_size=3, unique=True)
keys = st.binary(min_size=16, max_size=16).map(make_key)


def parsed_request(data: bytes) -> Request:
    """A request as the net floor will see it: through h11."""
    reader = h11.Connection(h11.SERVER)
    reader.receive_data(data)
    event = reader.next_event()
    assert isinstance(event, h11.Request)
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
    version = f"HTTP/{event.http_version.decode()}"
    return Request(event.method.decode(), event.target.decode(), Headers(pairs), version)


def parsed_response(data: bytes) -> Response:
    """A response as the net floor will see it: through h11."""
    reader = h11.Connection(h11.CLIENT)
    reader.send(h11.Request(method="GET", target="/", headers=[("Host", "a"), ("Upgrade", "a")]))
    reader.receive_data(data)
    event = reader.next_event()
    assert isinstance(event, (h11.Response, h11.InformationalResponse))
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
    body = b""
    if event.status_code != 101:
        content = reader.next_event()
        assert isinstance(content, h11.Data)
        body = bytes(content.data)
    return Response(event.status_code, event.reason.decode(), Headers(pairs), body)


@given(keys, protocol_lists, st.data())
def test_our_client_and_our_server_through_an_http_parser(
    key: str, protocols: list[str], data: st.DataObject
) -> None:
    request = build_request(
        "localhost:1", "/x?y", key, protocols=protocols, extensions="x-a; b, x-c"
    )
    upgrade = check_request(parsed_request(request.serialize()))
    assert (upgrade.key, upgrade.protocols, upgrade.target) == (key, tuple(protocols), "/x?y")
    chosen = data.draw(st.sampled_from([None, *protocols]))
    answer = build_response(upgrade, protocol=chosen, extensions="x-c; d=1")
    accepted = check_response(
        parsed_response(answer.serialize()), key, protocols, request_extensions(request)
    )
    assert accepted.protocol == chosen
    assert [extension.name for extension in accepted.extensions] == ["x-c"]


def request_extensions(request: Request) -> str:
    return request.headers.get("Sec-WebSocket-Extensions") or ""


@given(protocol_lists, st.booleans())
def test_their_client_and_our_server(protocols: list[str], deflate: bool) -> None:
    client = ClientProtocol(
        parse_uri("ws://example.org:8000/chat?x=1"),
        origin="http://example.org:8000",  # type: ignore[arg-type]
        subprotocols=protocols or None,  # type: ignore[arg-type]
        extensions=[ClientPerMessageDeflateFactory()] if deflate else None,
    )
    client.send_request(client.connect())
    upgrade = check_request(parsed_request(b"".join(client.data_to_send())))
    assert upgrade.key == client.key
    assert upgrade.protocols == tuple(protocols)
    assert (upgrade.host, upgrade.target) == ("example.org:8000", "/chat?x=1")
    assert [offer.name for offer in upgrade.extensions] == ["permessage-deflate"] * deflate
    handshake.check_origin(upgrade.origin, upgrade.host)

    chosen = protocols[-1] if protocols else None
    extensions = "permessage-deflate" if deflate else ""
    client.receive_data(build_response(upgrade, protocol=chosen, extensions=extensions).serialize())
    assert client.handshake_exc is None
    assert client.state is OPEN
    assert client.subprotocol == chosen
    assert len(client.extensions) == deflate


@given(keys, protocol_lists, st.booleans())
def test_our_client_and_their_server(key: str, protocols: list[str], deflate: bool) -> None:
    offered = "permessage-deflate; client_max_window_bits" if deflate else ""
    server = ServerProtocol(
        origins=["http://example.org"],  # type: ignore[list-item]
        subprotocols=protocols or None,  # type: ignore[arg-type]
        extensions=[ServerPerMessageDeflateFactory()],
    )
    request = build_request(
        "example.org",
        "/chat",
        key,
        origin="http://example.org",
        protocols=protocols,
        extensions=offered,
        headers=[("Cookie", "a=b")],
    )
    server.receive_data(request.serialize())
    (event,) = server.events_received()
    assert isinstance(event, TheirRequest)
    server.send_response(server.accept(event))
    assert server.handshake_exc is None
    answer = parsed_response(b"".join(server.data_to_send()))
    accepted = check_response(answer, key, protocols, offered, require_protocol=True)
    assert accepted.protocol == server.subprotocol
    assert [e.name for e in accepted.extensions] == ["permessage-deflate"] * deflate


# Both servers must refuse the same requests. Where `websockets` is milder, or answers with
# another status, it is said why.
BROKEN = {
    "no Upgrade": (("Upgrade", None), 426),
    "another Upgrade": (("Upgrade", "h2c"), 426),
    "no Connection": (("Connection", None), 400),  # they: 426
    "no key": (("Sec-WebSocket-Key", None), 400),
    "short key": (("Sec-WebSocket-Key", "c2hvcnQ="), 400),
    "no version": (("Sec-WebSocket-Version", None), 426),  # they: 400; RFC 6455 4.4 has 426
    "version 8": (("Sec-WebSocket-Version", "8"), 426),  # they: 400
    "bad extensions": (("Sec-WebSocket-Extensions", "a; ="), 400),
    "other origin": (("Origin", "http://evil.example"), 403),
}


@pytest.mark.parametrize(("change", "status"), BROKEN.values(), ids=list(BROKEN))
def test_both_servers_refuse_a_broken_request(change: tuple[str, str | None], status: int) -> None:
    key = make_key(bytes(16))
    request = build_request("example.org", "/", key, origin="http://example.org")
    name, value = change
    request.headers.remove(name)
    if value is not None:
        request.headers.add(name, value)

    with pytest.raises(errors.RequestError) as caught:
        upgrade = check_request(parsed_request(request.serialize()))
        handshake.check_origin(upgrade.origin, upgrade.host)
    assert caught.value.status == status

    server = ServerProtocol(
        origins=["http://example.org"],  # type: ignore[list-item]
        extensions=[ServerPerMessageDeflateFactory()],
    )
    server.receive_data(request.serialize())
    (event,) = server.events_received()
    assert isinstance(event, TheirRequest)
    assert 400 <= server.accept(event).status_code < 500


def test_their_client_understands_our_refusal() -> None:
    client = ClientProtocol(parse_uri("ws://example.org/"))
    client.send_request(client.connect())
    client.receive_data(refusal(errors.ForbiddenOrigin()).serialize())
    client.receive_eof()
    (event,) = client.events_received()
    assert isinstance(event, TheirResponse)
    assert event.status_code == 403
    assert b"Origin" in bytes(event.body)


def test_our_client_understands_their_refusal() -> None:
    server = ServerProtocol()
    server.send_response(server.reject(503, "Later.\n"))
    answer = parsed_response(b"".join(server.data_to_send()))
    with pytest.raises(errors.UnexpectedStatus, match="503 Service Unavailable") as caught:
        check_response(answer, make_key(bytes(16)))
    assert caught.value.status == 503
    assert answer.body == b"Later.\n"


def test_the_names_are_gathered_in_one_module() -> None:
    for name in handshake.__all__:
        assert getattr(handshake, name) is not None
