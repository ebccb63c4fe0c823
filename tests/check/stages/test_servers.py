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
from wslab.check.outcome import State, Wrong
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


# One change of the right server, the stage that finds it, and the probe that does.
LENIENT = "key = await reader.readexactly(4) if second & 0x80 else bytes(4)"
WITH_KEY = ("key = await reader.readexactly(4)", LENIENT)
ROOM = """length = await read_length(reader, second & 0x7F)
    if length + len(seen) > LIMIT:
        raise Failed(1009)"""
SEEN = [  # what there is of the message, where the next frame is read
    ("read_frame(reader: asyncio.StreamReader)", "read_frame(reader, seen)"),
    ("await read_frame(reader)", "await read_frame(reader, message)"),
]
BAD_REASON = """try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise Failed(1002) from None"""

CHANGED: dict[str, tuple[list[tuple[str, str]], int, str]] = {
    "codes up to 65535": ([("range(3000, 5000)", "range(3000, 65_536)")], 11, "code 5000"),
    "1001 is bad": ([("1000, 1001, 1002", "1000, 1002")], 11, "code 1001"),
    "1007 to 1010 are bad": ([("range(1007, 1015)", "range(1011, 1015)")], 11, "code 1007"),
    "1012 to 1014 are bad": ([("range(1007, 1015)", "range(1007, 1012)")], 11, "code 1012"),
    "1014 is bad": ([("range(1007, 1015)", "range(1007, 1014)")], 11, "code 1014"),
    "a bad reason is 1002": ([("check_text(payload[2:])", BAD_REASON)], 11, "closed with 1002"),
    **{
        f"opcode {opcode:#x}": ([("8, 9, 10)", f"8, 9, 10, {opcode})")], 13, f"opcode {opcode:#x}")
        for opcode in (4, 5, 6, 12, 13, 14)
    },
    "RSV2 in control": ([("& 0x70", "& (0x50 if opcode & 8 else 0x70)")], 13, "RSV2 of a ping"),
    "RSV3 in control": ([("& 0x70", "& (0x60 if opcode & 8 else 0x70)")], 13, "RSV3 of a pong"),
    "a byte too many": ([("LIMIT = 100_000", "LIMIT = 100_001")], 14, "100,001 bytes"),
    "waits for a gigabyte": ([("length > LIMIT", "length > 10**10")], 14, "a gigabyte"),
    "64 bits for 126": ([("(8, 65_536)", "(8, 126)")], 14, "126 in 64 bits"),
    "64 bits for 65,535": ([("(8, 65_536)", "(8, 65_535)")], 14, "65,535 in 64 bits"),
    "a long Close": ([("& 0x7F > 125", "& 0x7F > 125 and opcode != 8")], 14, "a Close"),
    "a long pong": ([("& 0x7F > 125", "& 0x7F > 125 and opcode != 10")], 14, "a pong"),
    "pings count": (
        [
            ('kind, message = 0, b""\n    while', 'kind, message, pings = 0, b"", 0\n    while'),
            ("if opcode == 9:\n", "if opcode == 9:\n            pings += len(payload)\n"),
            ("len(message) > LIMIT", "len(message) + pings > LIMIT"),
        ],
        14,
        "is the payload of the ping counted",
    ),
    "a ping counts": (
        [("length = await read_length(reader, second & 0x7F)", ROOM), *SEEN],
        14,
        "is the payload of the ping counted",
    ),
    "a Close in fragments": (
        [("(not first & 0x80 or", "(not first & 0x80 and opcode != 8 or")],
        10,
        "a Close without FIN",
    ),
    "no mask on a Close": (
        [("or not second & 0x80", "or not second & 0x80 and opcode != 8"), WITH_KEY],
        6,
        "a Close",
    ),
    "no mask on a pong": (
        [("or not second & 0x80", "or not second & 0x80 and opcode != 10"), WITH_KEY],
        6,
        "a pong",
    ),
    "no mask on a continuation": (
        [("or not second & 0x80", "or not second & 0x80 and opcode != 0"), WITH_KEY],
        8,
        "its end had no mask",
    ),
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
        too = [14] if name == "ping_breaks_fragments" else []  # whether a ping counts in the limit
        assert failed == [FAULTY[name][0], *too]


def test_each_mistake_has_words_of_its_own() -> None:
    assert len({words for _, words in FAULTY.values()}) == len(FAULTY)


@pytest.mark.parametrize("name", CHANGED)
def test_one_change_of_the_right_one_is_found(name: str) -> None:
    changes, number, words = CHANGED[name]
    source = Path(right_streams.__file__).read_text("utf-8")
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    changed: dict[str, Any] = {"__name__": name}
    exec(source, changed)
    with pytest.raises(Wrong, match=re.escape(words)):
        STAGES[number - 1].probe_all(changed["serve"])
    assert not any(stage.fails(changed["serve"]) for stage in STAGES[: number - 1])
