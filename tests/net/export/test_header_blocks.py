"""wslab.net.export.header_blocks: header blocks without credentials, which can still be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.show.recorded import connection, http2
from wslab.net.capture import CapturedConnection
from wslab.net.dissect import HTTP2Item, dissect
from wslab.net.export.header_blocks import rewritten
from wslab.net.export.hidden import hidden_chunks

PREFACE = ("up", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")


def h2(given: CapturedConnection) -> list[HTTP2Item]:
    return [item for item in dissect(given) if isinstance(item, HTTP2Item)]


def hidden(given: CapturedConnection) -> list[HTTP2Item]:
    return h2(replace(given, chunks=hidden_chunks(given)))


@pytest.mark.parametrize("upgraded", [False, True])
def test_blocks_can_be_read_and_have_no_credential(upgraded: bool) -> None:
    given = http2(upgraded=upgraded)
    before, after = h2(given), hidden(given)
    assert [(i.name, i.stream, i.flags, i.data, i.problems) for i in after] == [
        (i.name, i.stream, i.flags, i.data, i.problems) for i in before
    ]
    assert [i.headers for i in after if i.headers] == [
        ((":method", "POST"), (":path", "/price?token=*****"), ("cookie", "*" * 17)),
        ((":method", "GET"), (":path", "/again")),
        ((":status", "200"), ("content-type", "text/plain")),
    ]


def test_without_a_credential_nothing_is_written_anew() -> None:
    assert rewritten(dissect(http2()), "down") == {}


def frames(*, many: int = 0) -> list[bytes]:
    from hpack import Encoder
    from hyperframe import frame as f

    encoder = Encoder()
    first = [(":path", "/"), ("x-long", "y" * many), ("x-auth-token", "t0ken")]
    flags = ["END_HEADERS", "PADDED", "PRIORITY"]
    block = encoder.encode(first)
    return [
        f.HeadersFrame(1, block, pad_length=7, depends_on=5, flags=flags).serialize(),
        f.HeadersFrame(3, encoder.encode(first), flags=["END_HEADERS"]).serialize(),
    ]


def starred(item: HTTP2Item) -> bool:
    return item.block is not None and set(item.raw[slice(*item.block)]) == {ord("*")}


@pytest.mark.parametrize("many", [0, 5000])
def test_padding_priority_and_references_to_the_table(many: int) -> None:
    """The second block is a few bytes that refer to the first one's."""
    one, two = frames(many=many)
    given = connection(PREFACE, ("up", one[:20]), ("up", one[20:]), ("up", two))
    _, first, second = hidden(given)
    headers = ((":path", "/"), ("x-long", "y" * many), ("x-auth-token", "*****"))
    assert first.headers == second.headers == headers
    assert first.problems == second.problems == ()
    assert first.raw.endswith(bytes(7)) and set(first.flags) == {
        "END_HEADERS",
        "PADDED",
        "PRIORITY",
    }


def test_what_could_not_be_read_is_asterisks() -> None:
    one, two = frames()
    broken = one[:20] + b"\xff" * (len(one) - 20)
    for item in hidden(connection(PREFACE, ("up", broken), ("up", two)))[1:]:
        assert item.headers == () and starred(item)
    good, bad = hidden(connection(PREFACE, ("up", one), ("up", broken)))[1:]
    assert good.headers and not good.problems and starred(bad)
