"""wslab.show.fields: the fields of any item cover all of its bytes, and hide what is secret."""

from __future__ import annotations

import pytest

from tests.show.recorded import REQUEST, chat, connection, polling, streaming
from wslab.net.dissect import Item, dissect
from wslab.show.fields import fields_of

ITEMS = [
    *dissect(chat()), *dissect(polling(1)), *dissect(streaming()),
    *dissect(connection(("up", b"\r\nGET / HTTP/1.1\nHost: h\nbad line\n\n"), ("down", b"???"))),
]  # fmt: skip


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.kind)
def test_the_fields_cover_the_item(item: Item) -> None:
    covered = {place for field in fields_of(item) for place in range(field.start, field.end)}
    assert covered == set(range(item.size))


def test_a_head_has_a_field_for_each_line() -> None:
    fields = fields_of(dissect(chat())[0])
    assert [f.name for f in fields[:3]] == ["request line", "Host", "Upgrade"]
    assert fields[-1].name == "empty line"
    assert fields[1].value == "127.0.0.1:PORT"
    (cookie,) = [f for f in fields if f.name == "Cookie"]
    assert cookie.value == "[redacted]"
    assert "s3cret" not in fields[0].value
    (key,) = [f for f in fields if f.name == "Sec-WebSocket-Key"]
    assert REQUEST[key.start : key.end].endswith(b"ZQ==\r\n") and key.section == "RFC 6455, 11.3.1"


def test_a_chunk_has_size_data_and_line_end() -> None:
    chunk, end = dissect(streaming())[2], dissect(streaming())[-1]
    assert [(f.name, f.value) for f in fields_of(chunk)] == [
        ("chunk size", "9"), ("chunk data", '"data: 0\\n\\n"'), ("line end", ""),
    ]  # fmt: skip
    assert [f.name for f in fields_of(end)] == ["chunk size", "line end"]


def test_what_was_not_parsed_has_its_reason() -> None:
    (item,) = dissect(connection(("up", b"???\r\n")))
    (field,) = fields_of(item)
    assert field.name == "not parsed" and "first line" in field.meaning
