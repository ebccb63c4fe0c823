"""wslab.net.servers: running a cell again replaces what its earlier run started."""

from __future__ import annotations

import asyncio
import sys
import types
from typing import Any

import pytest

from wslab.net import servers
from wslab.net.servers import Cell, PortInUse


class Fake:
    """A server as far as the register cares."""

    def __init__(self, name: str, port: int = 1) -> None:
        self.name, self.port, self.closed = name, port, False

    async def aclose(self) -> None:
        self.closed = True
        servers.unregister(self)


@pytest.fixture
def started() -> Any:
    made: list[Fake] = []

    def start(name: str, cell: Cell | None, port: int = 1) -> Fake:
        server = Fake(name, port)
        servers.register(server, cell)
        made.append(server)
        return server

    yield start
    for server in made:
        servers.unregister(server)


def test_the_same_cell_run_again_closes_what_its_earlier_run_started(started: Any) -> None:
    first, second = started("a", Cell("c1", "run 1")), started("b", Cell("c1", "run 1"))
    other = started("c", Cell("c2", "run 1"))
    script = started("d", None)
    asyncio.run(servers.close_earlier_run(Cell("c1", "run 1")))
    assert not first.closed  # two servers of one run stay side by side
    asyncio.run(servers.close_earlier_run(Cell("c1", "run 2")))
    assert (first.closed, second.closed, other.closed, script.closed) == (True, True, False, False)


def test_a_given_name_is_replaced_too(started: Any) -> None:
    first, other = started("mine", None), started("other", None)
    asyncio.run(servers.close_earlier_run(None, "mine"))
    assert (first.closed, other.closed) == (True, False)


def test_a_busy_port_names_who_holds_it(started: Any) -> None:
    started("the server on port 7", None, port=7)
    assert "the server on port 7, which this kernel started" in str(servers.port_in_use(7))
    assert "another program on this computer" in str(servers.port_in_use(8))
    assert isinstance(servers.port_in_use(8), PortInUse)


def test_outside_a_notebook_there_is_no_cell() -> None:
    assert servers.current_cell() is None


@pytest.mark.parametrize(
    ("metadata", "identity"), [({"cellId": "abc"}, "abc"), ({}, "server.listen(0)")]
)
def test_a_cell_is_known_by_its_id_or_else_by_its_code(
    monkeypatch: pytest.MonkeyPatch, metadata: dict[str, str], identity: str
) -> None:
    shell = types.SimpleNamespace(
        parent_header={
            "header": {"msg_id": "m1"},
            "metadata": metadata,
            "content": {"code": "server.listen(0)"},
        }
    )
    # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell))
    assert servers.current_cell() == Cell(identity, "m1")
