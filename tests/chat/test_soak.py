"""The soak in small: `make soak` runs it with 500 people and 10,000 messages."""

from __future__ import annotations

import select

import pytest

from tests.chat.soak import run

pytestmark = pytest.mark.skipif(not hasattr(select, "epoll"), reason="the crowd needs epoll")


def test_each_acknowledged_message_reaches_each_client_once_and_in_order() -> None:
    said: list[str] = []
    run(40, 800, cuts_per_second=20, say=said.append)
    assert said[1].startswith("800 messages were acknowledged, and 32000 heard")
    assert int(said[2].split()[0]) >= 20, "too few cuts to prove anything"
