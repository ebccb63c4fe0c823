from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wslab.protocol.masking import LONG, apply_mask, mask_in_place


def by_the_book(data: bytes, key: bytes) -> bytes:
    """RFC 6455 5.3, letter for letter."""
    return bytes(byte ^ key[i % 4] for i, byte in enumerate(data))


def test_the_example_of_the_rfc() -> None:
    assert apply_mask(b"Hello", bytes.fromhex("37fa213d")).hex() == "7f9f4d5158"


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_it_is_the_rfcs_definition_and_its_own_inverse(data: bytes, key: bytes) -> None:
    masked = apply_mask(data, key)
    assert masked == by_the_book(data, key)
    assert apply_mask(masked, key) == data


@given(st.integers(LONG - 5, LONG + 5), st.binary(min_size=4, max_size=4))
def test_short_and_long_payloads_are_masked_alike(length: int, key: bytes) -> None:
    data = (bytes(range(256)) * (LONG // 256 + 1))[:length]
    assert apply_mask(data, key) == by_the_book(data, key)


def test_views_are_taken_and_bytes_come_back() -> None:
    for length in (5, LONG):
        masked = apply_mask(bytearray(length), b"\x01\x02\x03\x04")
        assert type(masked) is bytes
        assert masked[:5] == b"\x01\x02\x03\x04\x01"


@given(st.sampled_from([0, 5, LONG - 1, LONG, LONG + 7]), st.integers(0, 9))
def test_in_place_from_any_byte_on(length: int, start: int) -> None:
    before, data = b"untouched"[:start], bytes(range(256)) * (LONG // 256 + 1)
    buffer = bytearray(before + data[:length])
    mask_in_place(buffer, start, b"\x01\x02\x03\x84")
    assert bytes(buffer) == before + by_the_book(data[:length], b"\x01\x02\x03\x84")
