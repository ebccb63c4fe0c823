"""The table of four servers: what is measured now, and what was recorded and still holds."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from tests.check.servers import right_threads
from tests.check.stages.record import measured
from wslab.check.stages import STAGES, verdicts
from wslab.check.stages.faults import LIMIT
from wslab.check.stages.verdicts import conformance, failed_by, recorded
from wslab.net import console
from wslab.node import WebSocketServer, http

NAMES = {stage.number: {probe.name for probe in stage.probes} for stage in STAGES}


@pytest.fixture
def wslab_server() -> Iterator[Any]:
    server = http.createServer()
    sockets = WebSocketServer(
        httpServer=server, maxReceivedMessageSize=LIMIT, maxReceivedFrameSize=LIMIT
    )

    @sockets.on("request")
    def accept(request: Any) -> None:
        connection = request.accept(None, request.origin)
        connection.on(
            "message",
            lambda m: connection.send(m.utf8Data if m.type == "utf8" else m.binaryData),
        )

    server.listen(0)
    yield server
    server.close()
    console.clear()  # what it says of faulty clients


async def test_wslab_fails_no_probe(wslab_server: Any) -> None:
    assert await failed_by(wslab_server) == {}


async def test_the_table_has_a_row_for_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    async def found(server: Any) -> verdicts.Failed:
        return {7: {"a ping": "no pong came."}}

    monkeypatch.setattr(verdicts, "failed_by", found)
    table = await conformance({"mine": SimpleNamespace(port=9)})
    assert table.header == ["stage", "rule", "mine", *(f"{name} (recorded)" for name in recorded())]
    assert len(table.rows) == len(STAGES)
    assert [row[2].text for row in table.rows][6:8] == ["✗ a ping", "✓ 8"]
    assert all(version in table.text for version, _ in recorded().values())


async def test_a_server_with_threads_can_be_asked() -> None:
    with right_threads.running() as server:
        assert await failed_by(server) == {}


def test_what_is_recorded_is_about_probes_that_are_there() -> None:
    for _, found in recorded().values():
        for stage, probes in found.items():
            assert set(probes) <= NAMES[stage]


@pytest.mark.peers
def test_what_is_recorded_still_holds() -> None:
    again = measured()
    assert list(again) == list(recorded())
    for name, (version, found) in recorded().items():
        assert again[name]["version"] == version
        assert {int(stage): probes for stage, probes in again[name]["failed"].items()} == found
