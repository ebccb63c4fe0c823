"""wslab.check.setup: what is missing is named, with its mend."""

from __future__ import annotations

import importlib.metadata

import pytest

from wslab.check import setup as module
from wslab.check.setup import loop, loopback, package, python, setup
from wslab.net import close_everything, leftovers
from wslab.net.servers import running_servers


async def test_where_all_is_well_every_row_says_so() -> None:
    table = await setup()
    assert [row[1].text for row in table.rows] == ["ok"] * len(table.rows)
    assert len(table.rows) == 3 + len(module.NEEDED)
    assert not running_servers()
    await close_everything()
    assert leftovers() == []


def test_an_old_python() -> None:
    assert "install Python 3.11 or newer" in python((3, 10)).mend
    assert not python((3, 11)).mend


def test_a_missing_package_is_named_with_its_mend() -> None:
    def find(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    found = package("matplotlib", find)
    assert found.row() == {
        "looked at": "the package matplotlib",
        "result": "missing",
        "mend": "run `make lab` again, or `pip install matplotlib`",
    }


def test_a_loop_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stuck:
        def run(self, coroutine: object, timeout: float) -> None:
            coroutine.close()  # type: ignore[attr-defined]
            raise TimeoutError

    assert not loop().mend
    monkeypatch.setattr(module, "background", Stuck)
    assert "restart the kernel" in loop().mend


async def test_a_socket_that_can_not_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nowhere(module.WebSocket):
        def __init__(self, url: str) -> None:
            super().__init__("ws://127.0.0.1:9/")  # the discard port: nobody listens

    monkeypatch.setattr(module, "WebSocket", Nowhere)
    assert "firewall" in (await loopback()).mend
    assert not running_servers()
    await close_everything()
