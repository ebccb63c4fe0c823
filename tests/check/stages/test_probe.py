"""One conversation: it ends as soon as all is known, and in time in any case."""

from __future__ import annotations

import asyncio
import time

from tests.check.servers import right_streams
from tests.check.stages.support import HEAD, asked, saying
from wslab.check.probes import PONG, TEXT
from wslab.check.stages.control import BETWEEN, CLOSES, PINGS
from wslab.check.stages.data import TEXT_IN, TEXT_OUT
from wslab.check.stages.faults import MASKED
from wslab.check.stages.probe import LAST_BACK, from_server

PING, TEXTS, UNMASKED, CLOSE = PINGS[0], TEXT_OUT[0], MASKED[0], CLOSES[0]
PONGED = from_server(PONG, b"Hello")


def test_a_right_answer_is_known_at_once() -> None:
    began = time.monotonic()
    for probe in (PING, TEXTS, UNMASKED, CLOSE, BETWEEN[0], TEXT_IN[0]):
        assert str(asked(probe, right_streams.serve)) == ""
    assert time.monotonic() - began < 1


def test_a_text_counts_bare_and_framed() -> None:
    for answer in (b"Hello", from_server(TEXT, b"Hello")):
        assert not asked(TEXT_IN[0], saying(answer)).why
    assert "did not come back" in asked(TEXT_IN[0], saying(b"Help"), 0.5).why


def test_an_answer_in_fragments_is_right() -> None:
    hello = b"\x01\x03Hel\x00\x00\x80\x02lo"
    assert not asked(TEXTS, saying(hello + LAST_BACK)).why
    assert not asked(TEXTS, saying(hello + b"\x01\x00\x80\x01.")).why


def test_faults_of_the_server_s_own_frames() -> None:
    reserved = b"\xc1\x05Hello"
    assert "faulty frame" in asked(TEXTS, saying(reserved + LAST_BACK)).why


def test_the_message_after_it_is_wanted() -> None:
    finding = asked(PING, saying(PONGED, ends=True))
    assert finding.why == "the message after it did not come back."
    assert finding.lines[1].endswith("(the connection ended)")


def test_a_server_that_goes_on_after_a_fault() -> None:
    finding = asked(UNMASKED, saying(LAST_BACK))
    assert finding.why == "the message after it came back; the connection was to end."
    finding = asked(UNMASKED, saying(b""), 0.3)
    assert finding.why == "the connection stays open."
    assert "(the connection stays open)" in finding.lines[1]


def test_no_word_is_allowed_at_a_fault_and_another_code_is_not() -> None:
    assert not asked(UNMASKED, saying(b"", ends=True)).why
    assert not asked(UNMASKED, saying(b"\x88\x06\x03\xeamask", ends=True)).why
    why = asked(UNMASKED, saying(b"\x88\x02\x03\xe8", ends=True)).why
    assert why == "closed with 1000; 1002 was expected."


async def leaves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    return


def test_no_handshake_is_a_finding() -> None:
    assert "the handshake failed" in asked(PING, saying(b"", head=b"HTTP/1.1 200 OK\r\n\r\n")).why
    assert "the handshake failed" in asked(PING, leaves).why
    assert "no answer to the handshake" in asked(PING, saying(b"", head=HEAD[:20]), 0.2).why


def test_a_wrong_answer_is_known_before_the_time_is_over() -> None:
    began = time.monotonic()
    assert asked(PING, saying(b"\x8a\x00"), 5).why == (
        "the pong came without the payload of the ping."
    )
    assert time.monotonic() - began < 2
