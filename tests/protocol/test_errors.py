from __future__ import annotations

import inspect

import pytest

from wslab.protocol import errors
from wslab.protocol.errors import (
    HandshakeError,
    LocalError,
    ProtocolError,
    RequestError,
    ResponseError,
    WebSocketError,
)

ALL = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, Exception)
]
HANDSHAKE = [error for error in ALL if issubclass(error, HandshakeError)]

STATUS = {
    "MethodNotAllowed": 405,
    "BadHTTPVersion": 400,
    "MissingHost": 400,
    "RepeatedHost": 400,
    "BadHost": 400,
    "MissingUpgrade": 426,
    "MissingConnectionUpgrade": 400,
    "UnsupportedVersion": 426,
    "MissingKey": 400,
    "RepeatedKey": 400,
    "BadKey": 400,
    "RepeatedOrigin": 400,
    "BadProtocolHeader": 400,
    "BadExtensionsHeader": 400,
    "ForbiddenOrigin": 403,
}


def test_there_is_one_root_and_every_error_says_what_it_is() -> None:
    for error in ALL:
        assert issubclass(error, WebSocketError)
        assert error.__doc__ and error.__doc__.strip()


def test_local_and_remote_faults_share_no_class() -> None:
    for error in ALL:
        kinds = [issubclass(error, kind) for kind in (HandshakeError, ProtocolError, LocalError)]
        assert sum(kinds) == (0 if error is WebSocketError else 1)


def test_each_request_error_has_its_status() -> None:
    found = {e.__name__: e.status for e in ALL if issubclass(e, RequestError)}
    del found["RequestError"]
    assert found == STATUS


@pytest.mark.parametrize("error", HANDSHAKE, ids=lambda e: e.__name__)
def test_a_handshake_error_without_words_has_its_own(error: type[HandshakeError]) -> None:
    made = error()
    assert str(made).endswith(".")
    if made.header is not None and issubclass(error, RequestError):
        assert made.header in str(made) or made.header == "Origin"


def test_426_names_what_to_upgrade_to_and_405_what_is_allowed() -> None:
    for error in (errors.MissingUpgrade(), errors.UnsupportedVersion()):
        assert error.headers == [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
    assert errors.MethodNotAllowed().headers == [("Allow", "GET")]


def test_everything_can_be_said_otherwise() -> None:
    error = HandshakeError("No.", status=402, header="X-Coin", headers=[("X-Price", "1")])
    assert (str(error), error.status, error.header) == ("No.", 402, "X-Coin")
    assert error.headers == [("X-Price", "1")]
    assert HandshakeError().status == 400  # the class was not touched


def test_extra_headers_follow_the_usual_ones() -> None:
    error = errors.MethodNotAllowed(headers=[("X-A", "b")])
    assert error.headers == [("Allow", "GET"), ("X-A", "b")]
    error.headers.append(("X-C", "d"))
    assert errors.MethodNotAllowed().headers == [("Allow", "GET")]


def test_a_clients_errors_are_about_a_response() -> None:
    assert issubclass(errors.BadAccept, ResponseError)
    assert errors.UnexpectedStatus("no", status=404).status == 404


def test_a_protocol_error_has_code_and_reason() -> None:
    error = ProtocolError(1002, "reserved opcode 0x3")
    assert (error.code, error.reason, error.frames) == (1002, "reserved opcode 0x3", [])
    assert str(error) == "1002: reserved opcode 0x3"
