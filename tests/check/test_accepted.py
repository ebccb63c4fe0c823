"""Each mistake with the accept value has a sentence of its own, and none holds the value."""

from __future__ import annotations

import pytest

from wslab.check.accepted import _mistakes, right_accept
from wslab.check.outcome import Wrong
from wslab.net.raw import KEY
from wslab.protocol.handshake_keys import accept_value

OTHER = "+pQL8+tXP1/BL0+LEs2K7w=="


def said(value: str, key: str = OTHER) -> str:
    with pytest.raises(Wrong) as caught:
        right_accept(value, key, "the accept value")
    assert caught.value.rule == "RFC 6455, 4.2.2"
    return str(caught.value)


def test_the_right_value_passes() -> None:
    right_accept(accept_value(KEY), KEY, "the accept value")
    right_accept(accept_value(OTHER), OTHER, "the accept value")


def test_every_mistake_has_its_sentence() -> None:
    values = [value for _, value in _mistakes(OTHER)]
    assert len({said(value) for value in values}) == len(set(values)) == len(values)
    assert not any(accept_value(OTHER) in said(value) for value in values)


def test_others_are_told_by_their_first_character() -> None:
    assert "that of another key" in said(accept_value(KEY))
    assert said("") == "the accept value ends after 0 characters; 28 characters were expected."
    assert said("zzz").startswith("character 0 of the accept value is 'z'")
