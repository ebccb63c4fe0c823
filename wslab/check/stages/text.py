"""The stage of text: UTF-8, in one fragment and across several (RFC 6455, 5.6 and 8.1)."""

from __future__ import annotations

from wslab.check.probes import BINARY, CONTINUATION, TEXT
from wslab.check.stages.making import coming_back, failing
from wslab.check.stages.probe import Probe, from_server
from wslab.net.raw import client_frame

CUT = (TEXT, "café".encode())  # é is c3 a9


def _bad_text(name: str, *pieces: bytes, rule: str = "text is UTF-8") -> Probe:
    return failing(name, rule, "8.1", *pieces, codes=(1007,))


_PER_FRAGMENT = (
    "the connection ended at a letter that is whole: only its two bytes came in two fragments."
    " UTF-8 counts for the message, not for a fragment."
)

UTF8 = (
    coming_back(
        "a letter in two fragments",
        "a fragment may end inside a letter",
        "5.6",
        client_frame(TEXT, CUT[1][:-1], fin=False),
        client_frame(CONTINUATION, CUT[1][-1:]),
        messages=[CUT],
        mistakes=[
            (b"", _PER_FRAGMENT),
            (b"\x88", _PER_FRAGMENT),
            (from_server(TEXT, "caf\ufffd\ufffd".encode()), "� came back in place of the letter."),
        ],
    ),
    coming_back(
        "a letter in four fragments",
        "a fragment may end inside a letter",
        "5.6",
        *(
            client_frame(CONTINUATION if place else TEXT, bytes([byte]), fin=place == 3)
            for place, byte in enumerate("🙂".encode())
        ),
        messages=[(TEXT, "🙂".encode())],
    ),
    coming_back(
        "bytes are no text",
        "binary data is any bytes",
        "5.6",
        client_frame(BINARY, b"caf\xff"),
        messages=[(BINARY, b"caf\xff")],
    ),
    _bad_text("a wrong byte", client_frame(TEXT, b"caf\xff")),
    _bad_text("half a letter at the end", client_frame(TEXT, b"caf\xc3")),
    _bad_text(
        "a wrong second half",
        client_frame(TEXT, b"caf\xc3", fin=False),
        client_frame(CONTINUATION, b"\x28"),
    ),
    _bad_text("a surrogate", client_frame(TEXT, b"\xed\xa0\x80"), rule="UTF-8 has no surrogates"),
    _bad_text("too long a form", client_frame(TEXT, b"\xc0\xaf"), rule="UTF-8 is short"),
    _bad_text(
        "above U+10FFFF", client_frame(TEXT, b"\xf4\x90\x80\x80"), rule="UTF-8 ends at U+10FFFF"
    ),
)
