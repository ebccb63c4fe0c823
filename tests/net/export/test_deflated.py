"""wslab.net.export.deflated: another content, the same length, inflated and not."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.show.recorded import deflated
from wslab.net.dissect.inflate import TAIL
from wslab.net.export.deflated import deflated_to

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=4, max_size=200)


@settings(deadline=None)
@given(LETTERS)
def test_it_inflates_to_the_data_and_has_the_length(secret: str) -> None:
    plain = b'40{"token":"%s"}' % secret.encode()
    hidden = b'40{"token":"%s"}' % (b"*" * len(secret))
    length = len(deflated(plain, zlib.compressobj(wbits=-zlib.MAX_WBITS)))
    found = deflated_to(hidden, length)
    if found is not None:  # a secret that deflates as well as asterisks leaves no room
        assert len(found) == length
        assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(found + TAIL) == hidden


@pytest.mark.parametrize("length", range(11, 60))
def test_every_length_a_little_above_the_shortest(length: int) -> None:
    data = b"*" * 40
    found = deflated_to(data, length)
    assert found is not None and len(found) == length
    assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(found + TAIL) == data


def test_no_room_is_said() -> None:
    assert deflated_to(b"asterisks", 2) is None
