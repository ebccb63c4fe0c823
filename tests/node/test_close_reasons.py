"""wslab.node.close_reasons: npm's names for the codes are the registered codes."""

from __future__ import annotations

from wslab.node import WebSocketConnection
from wslab.node.close_reasons import CloseReasons
from wslab.protocol.closing import MEANINGS


def codes() -> dict[str, int]:
    return {
        name: value for name, value in vars(CloseReasons).items() if name.startswith("CLOSE_REASON")
    }


def test_every_code_is_registered_or_reserved_and_has_a_description() -> None:
    assert set(codes().values()) - set(MEANINGS) == {1004}
    assert set(codes().values()) == set(CloseReasons.CLOSE_DESCRIPTIONS)


def test_a_connection_has_them() -> None:
    assert WebSocketConnection.CLOSE_REASON_NORMAL == 1000
    assert WebSocketConnection.CLOSE_DESCRIPTIONS[1000] == "Normal connection closure"
