"""wslab.show.packet_fields: where each part of a packet stands."""

from __future__ import annotations

import pytest

from tests.show.recorded import socketio_polling, socketio_socket
from wslab.net.dissect import BodyItem, Item, dissect, frames_of
from wslab.show.fields import fields_of

ITEMS = [
    item
    for recorded in (socketio_polling(), socketio_socket(), socketio_socket(deflate=True))
    for item in dissect(recorded)
    if getattr(item, "packets", ())
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.kind)
def test_the_fields_cover_the_item_in_order(item: Item) -> None:
    fields = [field for field in fields_of(item) if not field.bits]
    places = [place for field in fields for place in range(field.start, field.end)]
    assert places == sorted(set(places)) and places[-1] == item.size - 1


def test_a_frame() -> None:
    frame = next(f for f in frames_of(socketio_socket()) if b"new user" in f.data)
    fields = [(f.name, f.where, f.value) for f in fields_of(frame)][-4:]
    assert fields == [
        ("Engine.IO type", "byte 6", "4"),
        ("Socket.IO type", "byte 7", "2"),
        ("acknowledgement id", "byte 8", "0"),
        ("JSON", "bytes 9–27", '"["new user","Adä"]"'),  # ä has two bytes
    ]


def test_a_body_with_several_packets() -> None:
    body = [item for item in dissect(socketio_polling()) if isinstance(item, BodyItem)][4]
    assert [(f.name, f.value) for f in fields_of(body)] == [
        ("Engine.IO type", "3"), ("separator", "1e"), ("Engine.IO type", "4"),
        ("Socket.IO type", "5"), ("attachments", "1-"), ("namespace", "/chat,"),
        ("acknowledgement id", "7"), ("JSON", '"["picture",{"_placeholder":true,"num":0}]"'),
        ("separator", "1e"), ("bytes", "01 02 03"),
    ]  # fmt: skip
    assert fields_of(body)[-1].meaning.endswith("; here b and base64")


def test_what_is_compressed_or_in_several_frames_has_its_fields_inside() -> None:
    packed = next(f for f in frames_of(socketio_socket(deflate=True)) if f.compressed)
    last = next(f for f in frames_of(socketio_socket()) if f.fragment == 2)
    for frame, names in (
        (packed, ["Engine.IO type", "Socket.IO type", "acknowledgement id", "JSON"]),
        (last, ["Engine.IO type", "Socket.IO type", "JSON"]),
    ):
        fields = fields_of(frame)
        assert [f.name for f in fields if f.where == "inside"] == names
        assert [f.name for f in fields if f.where != "inside"][-1] == "payload"


def test_what_is_wrong_is_a_field_with_the_reason() -> None:
    frame = next(f for f in frames_of(socketio_socket()) if f.problems)
    field = fields_of(frame)[-1]
    assert field.name == "content" and "not JSON" in field.meaning
