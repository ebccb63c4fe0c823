"""The twelve servers of tests/check/servers: the right one is judged right at each stage, and each
faulty one wrong at the stage of its mistake, which is named.
"""

from __future__ import annotations

import difflib
import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from tests.check.servers import right_streams, right_threads
from wslab.check.outcome import State
from wslab.check.stages import STAGES
from wslab.check.stages.judging import Stage

FOLDER = Path(right_streams.__file__).parent

# The server, the first stage that it fails, and what is said there.
FAULTY: dict[str, tuple[int, str]] = {
    "key_bytes": (2, "the bytes that the key stands for; the text of the key is what is hashed"),
    "guid_lower_case": (2, "the GUID in lower case"),
    "mask_not_removed": (3, "with the mask still on"),
    "length_little_endian": (5, "Was 01 00 read as 1?"),
    "length_125_126": (5, "126 was sent in 7 bits, where it is the mark of a longer length"),
    "pong_empty": (7, "the pong came without the payload of the ping"),
    "fragments_singly": (8, "each fragment was delivered as a message of its own"),
    "ping_breaks_fragments": (9, "the ping made the server forget the first fragment"),
    "close_not_answered": (10, "no Close came back"),
    "utf8_per_fragment": (12, "UTF-8 counts for the message, not for a fragment"),
    "recv_whole_frame": (3, "A read may return less than a frame"),
}


def serve_of(name: str) -> Any:
    return importlib.import_module(f"tests.check.servers.{name}").serve


def test_they_are_twelve_beside_the_one_that_the_faulty_ones_are_compared_with() -> None:
    names = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert names == {"right_streams", "right_threads", *FAULTY}
    assert len(FAULTY) == 11


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_one_has_one_mistake(name: str) -> None:
    right, faulty = (
        (FOLDER / f"{each}.py").read_text("utf-8").splitlines() for each in ("right_streams", name)
    )
    blocks = difflib.SequenceMatcher(None, right[1:], faulty[1:], autojunk=False).get_opcodes()
    changed = [block for block in blocks if block[0] != "equal"]
    assert 1 <= len(changed) <= 3
    assert sum(max(b - a, d - c) for _, a, b, c, d in changed) <= 10


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: str(stage.number))
def test_the_right_ones_pass(stage: Stage) -> None:
    with right_threads.running() as threads:
        for server in (threads, right_streams.serve):
            stage.probe_all(server)


def test_real_clients_have_nothing_against_the_one_with_threads() -> None:
    with right_threads.running() as threads:
        outcome = STAGES[-1].judge(threads)
        assert outcome.state is State.RIGHT, str(outcome)


@pytest.mark.parametrize("name", FAULTY)
def test_a_mistake_is_named_at_its_stage(name: str) -> None:
    number, words = FAULTY[name]
    first = STAGES[number - 1]
    for earlier in STAGES[: number - 1]:
        assert not earlier.fails(serve_of(name)), earlier.number
    outcome = first.judge(serve_of(name))
    assert outcome.state is State.WRONG
    assert words in outcome.text
    assert re.match(r"RFC 6455, \d", outcome.rule)


def test_a_mistake_breaks_no_stage_that_it_is_not_about() -> None:
    """The others are about one rule only, so that a learner sees one thing at a time."""
    for name in ("guid_lower_case", "length_125_126", "ping_breaks_fragments", "utf8_per_fragment"):
        failed = [stage.number for stage in STAGES if stage.fails(serve_of(name))]
        assert failed == [FAULTY[name][0]]


def test_each_mistake_has_words_of_its_own() -> None:
    assert len({words for _, words in FAULTY.values()}) == len(FAULTY)
