"""Real clients: they say nothing of a right server, and what is wrong of another."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.check.servers import close_not_answered, fragments_singly, key_bytes, right_streams
from tests.check.stages.support import saying
from wslab.check.running.serving import serving
from wslab.check.stages import peers
from wslab.check.stages.peers import ask_peers, modules_folder, npm_ws


@pytest.fixture
def no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers.shutil, "which", lambda name: None)


def test_a_right_server_is_right_for_websockets(no_node: None) -> None:
    for stage in range(2, 15):
        with serving(right_streams.serve) as server:
            assert ask_peers(server, stage) == ""


def test_what_websockets_finds_is_told(no_node: None) -> None:
    with serving(key_bytes.serve) as server:
        assert "the library websockets does: invalid Sec-WebSocket-Accept" in ask_peers(server, 2)
    with serving(close_not_answered.serve) as server:
        assert "1006 came back" in ask_peers(server, 10)
    with serving(fragments_singly.serve) as server:
        assert "another text came back" in ask_peers(server, 8)


def test_who_waits_in_vain_says_so(no_node: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "SECONDS", 0.3)
    with serving(saying(b"")) as server:
        assert ask_peers(server, 4)


def test_without_ws_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(peers.wslab, "__file__", str(tmp_path / "wslab" / "__init__.py"))
    assert modules_folder() is None
    assert npm_ws(9, 4) == ""
    (tmp_path / "node_modules" / "ws").mkdir(parents=True)
    (tmp_path / "node_modules" / "ws" / "package.json").write_text("{}")
    assert modules_folder() == tmp_path / "node_modules"


@pytest.mark.peers
def test_ws_finds_nothing_in_a_right_server_and_the_fault_in_another() -> None:
    with serving(right_streams.serve) as server:
        assert npm_ws(server.port, 10) == ""
    with serving(key_bytes.serve) as server:
        assert "Sec-WebSocket-Accept" in npm_ws(server.port, 2)
    with serving(close_not_answered.serve) as server:
        assert npm_ws(server.port, 10) == "it closed with 4000, and 1006 came back"


async def test_it_can_be_asked_from_a_loop(no_node: None) -> None:
    with serving(right_streams.serve) as server:
        assert await asyncio.to_thread(ask_peers, server, 4) == ""
