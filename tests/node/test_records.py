"""wslab.node.records: JavaScript's objects, read as attributes or as items."""

from __future__ import annotations

import pytest

from wslab.node.records import BinaryMessage, Record, UTF8Message


def test_a_record_is_read_and_written_both_ways() -> None:
    record = Record(name="a", value="1")
    assert record.name == record["name"] == "a"
    record.value = "2"
    assert record["value"] == "2"
    assert record == {"name": "a", "value": "2"}


def test_a_missing_name_is_said_with_those_there_are() -> None:
    with pytest.raises(AttributeError, match="no 'path' here, only name, value"):
        _ = Record(name="a", value="1").path


def test_a_text_message_is_what_npm_emits() -> None:
    message = UTF8Message("hé")
    assert (message.type, message.utf8Data, message.binaryData) == ("utf8", "hé", None)
    assert (message["type"], message["utf8Data"]) == ("utf8", "hé")
    assert repr(message) == "{type: 'utf8', utf8Data: 'hé'}"


def test_a_binary_message_is_what_npm_emits() -> None:
    message = BinaryMessage(b"\x01\xff")
    assert (message.type, message.binaryData, message.utf8Data) == ("binary", b"\x01\xff", None)
    assert message["binaryData"] == b"\x01\xff"
    assert repr(message) == r"{type: 'binary', binaryData: b'\x01\xff'}"


def test_a_message_has_three_items_and_no_others() -> None:
    with pytest.raises(KeyError):
        _ = UTF8Message("x")["text"]
