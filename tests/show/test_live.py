"""What a live table is told; the page itself is in tests/browser/here/test_stream.py."""

from __future__ import annotations

from tests.show.recorded import captured, chat
from wslab import show
from wslab.show.live import MOST_AT_ONCE, _Watch


def test_the_rows_are_those_of_the_table() -> None:
    capture = captured(chat())
    watch = _Watch(capture)
    news = watch.news()
    assert news is not None and news["skipped"] == 0
    table = show.table(capture)
    assert [row["cells"][3:] for row in news["fresh"]] == [
        [cell if isinstance(cell, str) else cell.text for cell in row[1:]] for row in table.rows
    ]
    assert watch.news() is None


def test_the_bytes_of_a_row() -> None:
    watch = _Watch(captured(chat()))
    assert watch.news() is not None
    answer = watch.answer({"id": 3})
    assert answer is not None and "48 65 6c 6c 6f" in answer["html"]
    answer = watch.answer({"id": 99})
    assert answer is not None and "not kept any more" in answer["html"]
    for wrong in ({}, {"id": "3"}, {"id": None}):
        assert watch.answer(wrong) is None


def test_too_many_are_sampled() -> None:
    capture = captured(chat())
    (connection,) = capture.connections
    hello = next(chunk for chunk in connection.chunks if b"Hello" in chunk.data)
    before = connection.chunks.index(hello)
    connection.chunks[before:before] = [hello] * (3 * MOST_AT_ONCE)
    watch = _Watch(capture)
    news = watch.news()
    assert news is not None
    total = len(show.table(capture, limit=1000).rows)
    assert len(news["fresh"]) <= MOST_AT_ONCE
    assert len(news["fresh"]) + news["skipped"] == total
