"""wslab.show.words: bytes and foreign text made fit to be read."""

from __future__ import annotations

import pytest

from wslab.show.words import (
    duration,
    fit,
    hide_ports,
    plural,
    preview,
    shorten,
    size,
    text_table,
    text_width,
    visible,
    wrap,
)


def test_visible_escapes_all_that_has_no_shape() -> None:
    assert visible("a\r\n\t\0\x1b[31m") == "a\\r\\n\\t\\0\\x1b[31m"
    assert visible("\u202e\u2066") == "\\u202e\\u2066"  # direction marks can hide what is there
    assert visible("\ud800") == "\\ud800"
    assert visible("\U000e0041") == "\\U000e0041"
    assert visible("grüß 你好 🙂") == "grüß 你好 🙂"


@pytest.mark.parametrize(
    ("data", "text", "shown"),
    [
        (b"", None, ""),
        (b"Hello", None, '"Hello"'),
        (b"a\nb", None, '"a\\nb"'),
        (b"\x00\xff", None, "00 ff"),
        (b"\xff", True, '"\ufffd"'),
        (b"Hello", False, "48 65 6c 6c 6f"),
        ("你好".encode(), None, '"你好"'),
        (bytes(100), None, "00 " * 19 + "00 …"),
    ],
)
def test_preview(data: bytes, text: bool | None, shown: str) -> None:
    assert preview(data, text=text) == shown


def test_preview_of_much_looks_only_at_the_beginning() -> None:
    shown = preview(b"x" * 1_000_000 + b"\xff", limit=10)
    assert shown == '"' + "x" * 9 + '…"'
    # A character cut in two by that is no fault.
    assert "\ufffd" not in preview("é".encode() * 1000, text=True, limit=11)


def test_long_binary_is_not_taken_for_text() -> None:
    assert preview(b"abc\xff" * 200, limit=12) == "61 62 63 ff …"


def test_sizes_and_plurals() -> None:
    assert [size(n) for n in (0, 7, 99_999, 102_400, 1 << 20)] == [
        "0 B", "7 B", "99,999 B", "100 KiB", "1.0 MiB",
    ]  # fmt: skip
    assert plural(1, "byte") == "1 byte" and plural(1200, "byte") == "1,200 bytes"
    assert plural(2, "entry", "entries") == "2 entries"


def test_ports_of_loopback_addresses_are_hidden() -> None:
    assert hide_ports("ws://127.0.0.1:5000/ localhost:1 [::1]:65535") == (
        "ws://127.0.0.1:PORT/ localhost:PORT [::1]:PORT"
    )
    assert hide_ports("example.org:443 10:30") == "example.org:443 10:30"


def test_fit_and_wrap_keep_within_the_width() -> None:
    long = "WWW the quick brown fox 你好 jumps " * 5
    for mono in (False, True):
        shown = fit(long, 200, mono=mono)
        assert shown.endswith("…") and text_width(shown, mono=mono) <= 200
        lines = wrap(long.strip(), 200, mono=mono)
        assert " ".join(lines) == long.strip()
        assert all(text_width(line, mono=mono) <= 200 for line in lines)
    assert fit("short", 200) == "short"


def test_shorten() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("abc defg", 5) == "abc…"


def test_text_table_is_aligned() -> None:
    assert text_table(["a", "bb"], [["1", "2"], ["333", "4"]]) == (
        "a    bb\n---  --\n1    2\n333  4"
    )


def test_times_are_said_in_the_unit_that_fits() -> None:
    times = 0.0123, 1.5, 59.994, 60, 125, 3599.98, 5400, 36000
    said = ["12.3 ms", "1.50 s", "59.99 s", "1 min", "2 min 5 s", "1 h", "1 h 30 min", "10 h"]
    assert [duration(seconds) for seconds in times] == said
