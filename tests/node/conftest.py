"""Each test of the Node layer begins with an empty log and must leave nothing open behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wslab.net import client, console
from wslab.net.servers import running_servers


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    console.clear()
    yield
    console.clear()
    assert not running_servers()
    assert not client.open_peers
