from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.protocol.errors import InvalidHeader
from wslab.protocol.handshake_keys import accept_value, is_key, make_key


def test_the_example_of_rfc_6455_1_3() -> None:
    assert make_key(b"the sample nonce") == "dGhlIHNhbXBsZSBub25jZQ=="
    assert accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_the_key_of_rfc_6455_4_1() -> None:
    assert make_key(bytes(range(1, 17))) == "AQIDBAUGBwgJCgsMDQ4PEA=="


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_key_is_made_of_16_bytes(length: int) -> None:
    with pytest.raises(InvalidHeader, match=str(length)):
        make_key(bytes(length))


@given(st.binary(min_size=16, max_size=16))
def test_what_is_made_is_a_key(random: bytes) -> None:
    key = make_key(random)
    assert is_key(key)
    assert len(key) == 24


@given(st.binary(max_size=40).filter(lambda raw: len(raw) != 16))
def test_another_number_of_bytes_is_not(raw: bytes) -> None:
    assert not is_key(base64.b64encode(raw).decode())


@pytest.mark.parametrize(
    "key",
    [
        "",
        "dGhlIHNhbXBsZSBub25jZQ",  # no padding
        "dGhlIHNhbXBsZSBub25jZQ=",
        "dGhlIHNhbXBsZSBub25jZR==",  # the same 16 bytes, unused bits set
        "dGhlIHNhbXBsZSBub25jZQ== ",
        "dGhl IHNhbXBsZSBub25jZQ==",
        "dGhlIHNhbXBsZSBub25j-_==",  # the URL alphabet
        "ключключключключключклю=",
    ],
)
def test_only_the_canonical_spelling_is_a_key(key: str) -> None:
    assert not is_key(key)
