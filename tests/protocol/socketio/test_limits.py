"""Limits are kept, and can be set."""

from __future__ import annotations

import pytest

from wslab.protocol.socketio import PacketError, PacketLimits, decode


def test_limits_can_be_set() -> None:
    narrow = PacketLimits(size=20, depth=2, namespace=4)
    assert decode('2["a",[1]]', narrow).data == ["a", [1]]
    for text in ('2["a",[[1]]]', '2/admin,["a"]', '2["' + "a" * 20 + '"]'):
        with pytest.raises(PacketError):
            decode(text, narrow)
