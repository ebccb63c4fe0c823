"""What clients send instead of what they should."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from wslab.chat.refused import Refused
from wslab.chat.request import Request


def request(*args: Any, auth: dict[str, Any] | None = None) -> Request:
    socket: Any = SimpleNamespace(handshake=SimpleNamespace(auth=auth or {}))
    return Request(socket, args)


def test_value_options_and_answer() -> None:
    answers: list[Any] = []
    asked = request("hello", "ignored", {"since": 7, "uid": "u"}, answers.append)
    asked.answer("yes")
    assert answers == ["yes"]
    assert (asked.value, asked.id("since"), asked.id("before"), asked.uid) == (
        "hello",
        7,
        None,
        "u",
    )
    assert asked.key is None
    assert request("x", auth={"key": "k"}).key == "k"


def test_nothing_is_needed() -> None:
    empty = request()
    empty.answer("nobody hears it")
    assert (empty.value, empty.options, empty.id("since"), empty.uid) == (None, {}, None, None)


@pytest.mark.parametrize("value", [-1, 2**53, 1.0, True, "7", [7], {}])
def test_what_is_no_id(value: Any) -> None:
    with pytest.raises(Refused, match="since must be the id of a message"):
        request("x", {"since": value}).id("since")


@pytest.mark.parametrize("value", ["", 7, "x" * 129, ["k"], {}])
def test_what_is_no_key_and_no_uid(value: Any) -> None:
    with pytest.raises(Refused, match="key must be a text of 1 to 128"):
        _ = request("x", auth={"key": value}).key
    with pytest.raises(Refused, match="uid must be a text of 1 to 64"):
        _ = request("x", {"uid": value}).uid
