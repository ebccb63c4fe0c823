"""A stage is an exercise: awkward servers do no harm, and what breaks later is said to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.check.servers import fragments_singly, pong_empty, right_streams, utf8_per_fragment
from tests.check.stages.support import broken
from wslab.check import stage, store
from wslab.check.exercise import EXERCISES
from wslab.check.outcome import UNTRIED, State
from wslab.check.stages import STAGES, again
from wslab.check.stages.judging import STUCK

IN_VAIN = (
    "  Mind: the probes find no fault, but the library websockets does: it waited in vain.\n"
    "  Stage 7, ping and pong, is not right: mend it first.\n"
)

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WSLAB_PROGRESS", str(tmp_path / "progress.json"))


def test_there_are_fourteen_with_names_of_their_own() -> None:
    assert [stage.number for stage in STAGES] == list(range(1, 15))
    assert len({stage.title for stage in STAGES}) == 14
    assert all(EXERCISES[f"07.stage{stage.number:02}"] is stage for stage in STAGES)
    for each in STAGES:
        assert len({probe.name for probe in each.probes}) == len(each.probes)


def test_a_stub_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        """Answer the request."""

    store.note(STAGES[0].name, State.RIGHT)
    for number in range(1, 15):
        stage(number, serve)
    assert capsys.readouterr().out == f"○ {UNTRIED}\n" * 14
    assert store.load() == {STAGES[0].name: State.RIGHT}  # nothing has broken


async def leaves(reader: Reader, writer: Writer) -> None:
    writer.close()


async def forever(reader: Reader, writer: Writer) -> None:
    while True:
        pass


async def sleeps(reader: Reader, writer: Writer) -> None:
    await asyncio.sleep(60)


async def blocks(reader: Reader, writer: Writer) -> None:
    time.sleep(3)


async def raises(reader: Reader, writer: Writer) -> None:
    raise KeyError("mask")


async def exits(reader: Reader, writer: Writer) -> None:
    raise SystemExit


async def spins(reader: Reader, writer: Writer) -> None:
    """Right, but it goes on when its client is gone."""
    try:
        await right_streams.serve(reader, writer)
    except asyncio.IncompleteReadError:
        while True:
            await reader.read(1)


async def alone(reader: Reader) -> None:
    await reader.read(1)


AWKWARD: dict[str, tuple[int, Any]] = {
    "leaves": (1, leaves),
    "leaves, later": (7, leaves),
    "never ends": (1, forever),
    "never ends, later": (7, forever),
    "sleeps": (7, sleeps),
    "blocks": (1, blocks),
    "raises": (1, raises),
    "exits": (7, exits),
    "one argument": (1, alone),
    "no coroutine": (1, lambda reader, writer: 1),
    "a number": (7, 7),
    "a word": (1, "serve"),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_servers_are_wrong_within_two_seconds(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    number, server = AWKWARD[name]
    began = time.monotonic()
    outcome = STAGES[number - 1].judge(server)
    assert time.monotonic() - began < 2.5  # 2, and what a busy machine takes
    assert capfd.readouterr() == ("", "")
    assert outcome.state is State.WRONG
    assert outcome.text


class Own(BaseException):
    """Nothing that `except Exception` catches."""


async def owns(reader: Reader, writer: Writer) -> None:
    raise Own("boo")


def test_what_a_server_raises_is_told_in_place_of_a_guess() -> None:
    told = STAGES[2].judge(owns).text
    assert "the handshake failed. Your server raised " in told and "Own: boo" in told
    assert "earlier stage" in STAGES[2].judge(leaves).text


def meeting(
    of_clients: Callable[[], Awaitable[object]], field: bytes = b"user-agent:"
) -> Callable[[Reader, Writer], Awaitable[None]]:
    """A right server, but for what it does when a head has a field, which the real clients send."""

    async def serve(reader: Reader, writer: Writer) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if field in head.lower():
            await of_clients()
        rest = asyncio.StreamReader()
        rest.feed_data(head)

        async def on() -> None:
            while data := await reader.read(100_000):
                rest.feed_data(data)
            rest.feed_eof()

        feeding = asyncio.create_task(on())
        await right_streams.serve(rest, writer)
        feeding.cancel()

    return serve


async def wrong() -> None:
    raise KeyError("agent")


async def busy() -> None:
    while True:
        pass


def test_what_a_real_client_finds_is_the_stage_s_failure(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage(14, meeting(wrong, b"sec-websocket-extensions:"))
    told = capsys.readouterr().out
    assert told.startswith("✗ Not yet: the probes find no fault, but the library websockets does:")
    assert "Your server raised KeyError: 'agent'" in told


def test_a_stage_that_explains_it_is_named_and_excuses_it_only_when_it_was_tried(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage(14, meeting(wrong))
    told = capsys.readouterr().out
    assert told.startswith("✗ Not yet: the probes find no fault, but the library websockets does:")
    assert "Stage 1, answer the upgrade, is not right either, and was never tried." in told
    stage(1, meeting(wrong))
    capsys.readouterr()
    stage(14, meeting(wrong))
    told = capsys.readouterr().out
    assert told.startswith("✓ Right.") and "Your server raised KeyError: 'agent'" in told
    assert "Stage 1, answer the upgrade, is not right: mend it first." in told


def test_where_a_real_client_waits_is_told_in_time() -> None:
    began = time.monotonic()
    told = STAGES[13].judge(meeting(busy, b"sec-websocket-extensions:")).text
    assert time.monotonic() - began < 3.5  # 2.5, and what a busy machine takes
    assert "of its cell: `while True:`" in told


def test_what_a_server_raises_is_told() -> None:
    outcome = STAGES[0].judge(raises)
    assert "Your server raised KeyError: 'mask'" in outcome.text


def test_the_line_may_be_in_another_cell() -> None:
    async def calls(reader: Reader, writer: Writer) -> None:
        broken()

    told = STAGES[0].judge(calls).text
    assert "KeyError: 'mask', in line" in told
    assert 'of the cell of broken(): `raise KeyError("mask")`' in told


def test_raising_is_no_way_to_end_a_connection() -> None:
    async def careless(reader: Reader, writer: Writer) -> None:
        writer.write(right_streams.response(await reader.readuntil(b"\r\n\r\n")))
        (await reader.readexactly(1)).decode("ascii")

    told = STAGES[12].judge(careless).text
    assert "an exception ended the connection. Your server raised UnicodeDecodeError" in told
    assert "  sent      c1 85 " in told


def test_what_keeps_a_server_busy_is_told() -> None:
    assert "such as time.sleep(): line" in STAGES[0].judge(blocks).text
    assert "of its cell: `while True:`" in STAGES[0].judge(forever).text
    assert "busy" not in STAGES[6].judge(sleeps).text + STAGES[0].judge(leaves).text


def test_a_function_that_is_no_coroutine_is_told() -> None:
    assert "`async def` is wanted" in STAGES[0].judge(lambda reader, writer: 1).text


def test_parts_that_all_connections_share_are_told() -> None:
    parts: list[bytes] = []

    async def shares(reader: Reader, writer: Writer) -> None:
        writer.write(right_streams.response(await reader.readuntil(b"\r\n\r\n")))
        while True:
            fin, opcode, payload = await right_streams.read_frame(reader)
            if bool(opcode) == bool(parts):
                writer.write(b"\x88\x02\x03\xea")
                return
            parts.append(payload)
            if fin:
                message = b"".join(parts)
                kind = 2 if message[:1] == b"\xff" else 1
                writer.write(right_streams.make_frame(kind, message))
                parts.clear()

    told = STAGES[7].judge(shares).text
    assert "a new connection: what another connection had left unfinished counted here" in told


def test_a_server_that_goes_on_without_its_client_is_told() -> None:
    assert STUCK in STAGES[3].judge(spins).text


def test_a_stage_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    for number in (0, 15, "7"):
        stage(number, right_streams.serve)  # type: ignore[arg-type]
    assert capsys.readouterr().out == "There are the stages 1 to 14.\n" * 3


def test_what_was_right_and_breaks_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    stage(7, right_streams.serve)
    stage(8, right_streams.serve)
    capsys.readouterr()
    stage(8, pong_empty.serve)
    assert capsys.readouterr().out == (
        "✓ Right. A message is whole at FIN, however it was cut.\n"
        f"{IN_VAIN}"
        "  Stage 7, ping and pong, was right before and has broken.\n"
    )
    assert store.load() == {"07.stage07": State.WRONG, "07.stage08": State.RIGHT}
    stage(7, pong_empty.serve)
    stage(7, right_streams.serve)
    capsys.readouterr()
    stage(7, pong_empty.serve)
    assert capsys.readouterr().out.endswith(
        "  It was right before: what you changed since then broke it.\n"
    )


def test_what_was_wrong_and_is_right_again_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    store.note(STAGES[1].name, State.WRONG)
    store.note(STAGES[6].name, State.WRONG)
    stage(8, fragments_singly.serve)
    assert "right now" not in capsys.readouterr().out  # while there is something else to do
    stage(8, pong_empty.serve)
    assert capsys.readouterr().out == (
        "✓ Right. A message is whole at FIN, however it was cut.\n"
        f"{IN_VAIN}"
        "  Stage 2, the accept value, is right now.\n"
    )
    stage(8, right_streams.serve)
    assert "  Stage 7, ping and pong, is right now.\n" in capsys.readouterr().out
    assert set(store.load().values()) == {State.RIGHT}
    assert len(store.load()) == 3  # a stage that was never tried is not asked


@pytest.mark.parametrize("last", [12, 14])
def test_a_later_stage_that_breaks_is_said(last: int, capsys: pytest.CaptureFixture[str]) -> None:
    for each in STAGES[:last]:
        store.note(each.name, State.RIGHT)
    stage(10, utf8_per_fragment.serve)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  Stage 12, UTF-8 across fragments, was right before and has broken."
    ]
    assert [name for name, state in store.load().items() if state is State.WRONG] == ["07.stage12"]


def test_a_server_from_before_the_later_stages_has_broken_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """After a restart, Run All begins with the first one again."""

    async def first(reader: Reader, writer: Writer) -> None:
        writer.write(right_streams.response(await reader.readuntil(b"\r\n\r\n")))

    for each in STAGES:
        store.note(each.name, State.RIGHT)
    stage(1, first)
    assert capsys.readouterr().out == "✓ Right. The connection speaks WebSocket now.\n"
    assert set(store.load().values()) == {State.RIGHT}


def test_what_was_not_asked_again_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in STAGES[:3]:
        store.note(each.name, State.RIGHT)
    monkeypatch.setattr(again, "FAILING_SECONDS", -1.0)
    stage(4, right_streams.serve)
    assert capsys.readouterr().out.splitlines()[1:] == [
        "  There was no time to ask again: stage 1, 2, 3."
    ]
    assert set(store.load().values()) == {State.RIGHT}


def test_a_server_that_is_stuck_is_not_asked_for_each_stage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That would take two seconds each time."""
    for number in range(1, 5):
        store.note(STAGES[number - 1].name, State.RIGHT)
    began = time.monotonic()
    stage(7, forever)
    assert time.monotonic() - began < 2.5
    assert "has broken" not in capsys.readouterr().out
    assert store.load()[STAGES[0].name] is State.RIGHT
