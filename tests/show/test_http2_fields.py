"""wslab.show.http2_fields: the head of nine bytes, the payload, the headers."""

from __future__ import annotations

import pytest

from tests.show.recorded import http2
from wslab.net.dissect import Item, dissect
from wslab.show.fields import fields_of


@pytest.mark.parametrize("item", dissect(http2()), ids=lambda item: item.name)
def test_the_fields_cover_the_item(item: Item) -> None:
    places = [place for field in fields_of(item) for place in range(field.start, field.end)]
    assert places == list(range(item.size))


def test_headers_are_inside_and_credentials_hidden() -> None:
    item = next(item for item in dissect(http2()) if item.raw[3:4] == b"\x09")
    shown = {field.name: field.value for field in fields_of(item)}
    assert shown["flags"] == "0x04" and shown["stream"] == "1"
    assert shown["header block"] == shown["cookie"] == "[redacted]"
    assert shown[":path"] == "/price?token=[redacted]"
    assert [f.where for f in fields_of(item) if f.name == ":method"] == ["inside"]
