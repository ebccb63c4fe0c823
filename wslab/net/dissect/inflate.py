"""What permessage-deflate hid in a recorded message, within bounds.

RFC 7692 section 7.2.2: append 00 00 ff ff to a message's payload and inflate; section 7.1.1: the
window is kept from message to message unless a side agreed to `no_context_takeover`.
"""

from __future__ import annotations

import zlib

TAIL = b"\x00\x00\xff\xff"
KEPT = 1 << 20
GIVE_UP = 16 << 20


def agreed(header: str) -> dict[str, bool] | None:
    """From the response's Sec-WebSocket-Extensions: whether each direction keeps its window.

    None when permessage-deflate was not agreed on.
    """
    for extension in header.split(","):
        name, *parameters = (part.strip().lower() for part in extension.split(";"))
        if name == "permessage-deflate":
            names = {parameter.partition("=")[0].strip() for parameter in parameters}
            return {
                "up": "client_no_context_takeover" not in names,
                "down": "server_no_context_takeover" not in names,
            }
    return None


class Inflater:
    """The receiving half of permessage-deflate for one direction."""

    def __init__(self, *, keeps_window: bool) -> None:
        self._keeps_window = keeps_window
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._broken = ""
        self._made = 0

    def feed(self, payload: bytes, fin: bool) -> tuple[bytes | None, str]:
        """The inflated bytes of one frame, None if there are none to be had; and a note if so."""
        result = (
            (None, self._broken) if self._broken else self._run(payload + (TAIL if fin else b""))
        )
        if fin:
            self._made = 0
            if not self._keeps_window:
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                self._broken = ""
        return result

    def skip(self) -> None:
        """Messages were left out, and with them what later ones may point back to."""
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._made = 0
        self._broken = "not inflated: it may need messages that were only counted"
        if not self._keeps_window:
            self._broken = ""

    def _run(self, data: bytes) -> tuple[bytes | None, str]:
        kept = bytearray()
        made = 0
        try:
            while True:
                piece = self._inflate.decompress(data, 1 << 16)
                made += len(piece)
                kept += piece[: KEPT - len(kept)]
                data = self._inflate.unconsumed_tail
                if self._inflate.eof:  # a final block: the stream starts anew after it
                    self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                    break
                if self._made + made > GIVE_UP:
                    self._broken = f"inflates to more than {GIVE_UP >> 20} MiB: not inflated"
                    return None, self._broken
                if not data and len(piece) < 1 << 16:
                    break
        except zlib.error as error:
            self._broken = "not valid deflate data"
            return None, f"{self._broken} ({error})"
        self._made += made
        note = f"the first {KEPT} of {made} inflated bytes" if made > KEPT else ""
        return bytes(kept), note
