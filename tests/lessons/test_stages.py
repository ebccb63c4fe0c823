"""Lesson 07 and its judge agree: titles, and the bytes that each stage's brief is about."""

from __future__ import annotations

import re

import nbformat
import pytest

from tests.lessons.course import LESSONS
from tests.lessons.rules import code_cells
from wslab.check.stages import STAGES
from wslab.check.stages.faults import LIMIT
from wslab.check.stages.judging import Stage
from wslab.check.stages.opening import HeadProbe
from wslab.check.stages.probe import Probe

notebook = nbformat.read(LESSONS[7].solution, as_version=4)
BRIEFS = {
    int(match[1]): (match[2], cell.source)
    for cell in notebook.cells
    if cell.cell_type == "markdown"
    and (match := re.match(r"### Stage (\d+) · (.+)", cell.source)) is not None
}
HEX = re.compile(r"`((?:[0-9a-f]{2} )+[0-9a-f]{2})`")


def test_every_stage_has_its_brief_with_its_title() -> None:
    assert {number: title for number, (title, _) in BRIEFS.items()} == {
        stage.number: stage.title for stage in STAGES
    }


def on_the_wire(stage: Stage) -> list[bytes]:
    """What goes over the wire in the probes of a stage."""
    found = []
    for probe in stage.probes:
        if isinstance(probe, HeadProbe):
            found.append(probe.sent)
        elif isinstance(probe, Probe):
            found += [piece for step in probe.steps for piece in step.pieces]
            found.append(probe.expected)
    return found


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.number))
def test_the_bytes_of_a_brief_are_those_of_its_probes(stage: Stage) -> None:
    shown = [bytes.fromhex(text) for text in HEX.findall(BRIEFS[stage.number][1])]
    assert shown or stage.number == 2, "a brief has the bytes that it is about"
    for data in shown:
        assert any(data in wire for wire in on_the_wire(stage)), data.hex(" ")


def test_the_limit_of_the_lesson_is_that_of_the_probes() -> None:
    limits = [cell.source for cell in code_cells(notebook) if cell.source.startswith("LIMIT = ")]
    assert len(limits) == 2
    for source in limits:
        assert int(source.split()[2].replace("_", "")) == LIMIT
