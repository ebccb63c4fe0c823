"""The stage of text: a mistake is named, and Python agrees on what is UTF-8."""

from __future__ import annotations

import pytest

from tests.check.stages.support import asked, saying
from wslab.check.stages.probe import LAST_BACK, Probe
from wslab.check.stages.text import UTF8
from wslab.net.raw import MASK
from wslab.protocol.masking import apply_mask


@pytest.mark.parametrize(
    ("probe", "answer", "words"),
    [
        (UTF8[0], b"\x88\x02\x03\xef", "not for a fragment"),
        (UTF8[0], b"\x81\x09caf\xef\xbf\xbd\xef\xbf\xbd" + LAST_BACK, "in place of the letter"),
        (UTF8[3], b"\x81\x04caf\xff" + LAST_BACK, "sent the message back"),
    ],
)
def test_a_mistake_is_named(probe: Probe, answer: bytes, words: str) -> None:
    assert words in asked(probe, saying(answer), 0.6).why


def test_what_must_fail_is_no_utf_8_and_the_rest_is_what_it_says() -> None:
    for probe in UTF8:
        pieces = probe.steps[0].pieces
        own = pieces[:-1]  # the last message follows
        payload = b"".join(apply_mask(piece[6:], MASK) for piece in own)
        binary = own[0][0] & 0x0F == 2
        if probe.ends:
            with pytest.raises(UnicodeDecodeError):
                payload.decode()
        else:
            assert binary or payload.decode() in ("café", "🙂")
