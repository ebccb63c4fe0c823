"""Bytes and foreign text made fit to be read: visible, short, and never taken for markup."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

_DECODER = codecs.getincrementaldecoder("utf-8")
# Controls that texts have in them; \x1e stands between the packets of Engine.IO.
_SEPARATORS = {ord(c): None for c in "\r\n\t\x1e"}
_LOOPBACK_PORT = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):\d{1,5}")
# DejaVu Sans is the widest of the usual system fonts; these are its widths in em, rounded up.
_EM = dict.fromkeys(" ijlI.,:;'|!", 0.34)
_EM |= dict.fromkeys('frt()[]{}/\\"·-', 0.42)
_EM |= dict.fromkeys("cksvxyz", 0.6)
_EM |= dict.fromkeys("mwMW@%…—→←↔×O#&", 1.0)


def visible(text: str) -> str:
    """The text, all that has no shape of its own (controls, direction marks) as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}.get(character)
    code = ord(character)
    return short or (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"
    )


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis when something was cut."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def preview(data: bytes, *, text: bool | None = None, limit: int = 60) -> str:
    """Bytes as a reader wants them: quoted when they are text, in hex when they are not.

    `text` says which; None lets the bytes decide.
    """
    if not data:
        return ""
    head = data[: limit * 4 + 4]
    if text is not False:
        decoder = _DECODER("replace" if text else "strict")
        try:  # a character cut in two by the end of `head` is no fault
            decoded = decoder.decode(head, final=head == data)
        except UnicodeDecodeError:
            decoded = ""
        if decoded and (text or decoded.translate(_SEPARATORS).isprintable()):
            return '"' + shorten(visible(decoded), limit) + '"'
    count = max(limit // 3, 1)
    return data[:count].hex(" ") + (" …" if len(data) > count else "")


def size(count: int) -> str:
    """A number of bytes: 7 B, 1,024 B, 1.0 MiB."""
    if count < 100_000:
        return f"{count:,} B"
    return f"{count / 1024:,.0f} KiB" if count < 1 << 20 else f"{count / (1 << 20):,.1f} MiB"


def duration(seconds: float) -> str:
    """A time as one says it: 12.3 ms, 1.50 s, 2 min 5 s, 1 h."""
    if seconds < 1:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 60:
        return f"{seconds:.2f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"


def plural(count: int, noun: str, many: str = "") -> str:
    """1 frame, 2 frames."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def hide_ports(text: str) -> str:
    """The text with the ports of loopback addresses replaced by the word PORT."""
    return _LOOPBACK_PORT.sub(r"\1:PORT", text)


def text_width(text: str, font: float = 13, *, mono: bool = False, bold: bool = False) -> float:
    """A width in pixels that the text stays within, in any of the usual fonts."""
    em = sum(_mono_em(c) if mono else _em(c) for c in text)
    return em * font * (1.08 if bold else 1)


def _mono_em(character: str) -> float:
    return 1.2 if ord(character) > 0x2E7F else 0.615


def _em(character: str) -> float:
    if character in _EM:
        return _EM[character]
    if ord(character) > 0x2E7F:  # Chinese, Japanese, Korean; emoji
        return 1.2
    return 0.78 if character.isupper() or ord(character) > 0x024F else 0.645


def fit(
    text: str, width: float, font: float = 13, *, mono: bool = False, bold: bool = False
) -> str:
    """The text, cut with an ellipsis where it would be wider than `width` pixels."""
    if text_width(text, font, mono=mono, bold=bold) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle] + "…", font, mono=mono, bold=bold) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrap(text: str, width: float, font: float = 13, *, mono: bool = False) -> list[str]:
    """The text in lines no wider than `width` pixels, broken at spaces."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and text_width(longer, font, mono=mono) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, widest: int = 60) -> str:
    """A table in plain text, the columns aligned."""
    cells = [[shorten(cell.replace("\n", " "), widest) for cell in row] for row in [header, *rows]]
    if not header:
        return ""
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * w for w in widths))
    return "\n".join(lines)
