"""The fields of a frame, bit by bit and byte by byte (RFC 6455 section 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.net.dissect import FrameItem
from wslab.show import explain
from wslab.show.theme import FIELD_COLOURS, RED
from wslab.show.words import plural, preview


@dataclass(frozen=True, slots=True)
class Field:
    """Bytes `start` to `end` of an item; `bits` when it is only some bits of one byte (from,
    to)."""

    name: str
    start: int
    end: int
    value: str
    meaning: str
    section: str
    colour: str
    bits: tuple[int, int] | None = None

    @property
    def where(self) -> str:
        """In words: byte 0, bits 4–7. One without bytes is inside another."""
        if self.start == self.end:
            return "inside"
        if self.bits:
            first, last = self.bits
            return f"byte {self.start}, " + (
                f"bit {first}" if first == last else f"bits {first}–{last}"
            )
        if self.end - self.start == 1:
            return f"byte {self.start}"
        return f"bytes {self.start}–{self.end - 1}"


def frame_fields(item: FrameItem) -> list[Field]:
    """The fields of RFC 6455 section 5.2, bit fields first."""
    out = [
        Field(
            "FIN",
            0,
            1,
            str(int(item.fin)),
            "the last frame of its message" if item.fin else "more frames of this message follow",
            "RFC 6455, 5.2",
            FIELD_COLOURS["FIN"],
            (0, 0),
        )
    ]
    for bit, name in enumerate(("rsv1", "rsv2", "rsv3"), 1):
        on = bool(getattr(item, name))
        use = "compressed (permessage-deflate)" if on and bit == 1 and item.compressed else ""
        meaning = use or ("set, but no extension uses it" if on else "no extension uses it")
        section = "RFC 7692, 6" if use else "RFC 6455, 5.2"
        out.append(
            Field(
                name.upper(), 0, 1, str(int(on)), meaning, section, FIELD_COLOURS["RSV"], (bit, bit)
            )
        )
    said, section = explain.OPCODES.get(item.opcode, ("reserved for later", "RFC 6455, 5.2"))
    out.append(
        Field(
            "opcode",
            0,
            1,
            f"{item.opcode:#x}",
            f"{item.opcode_name}: {said}",
            section,
            FIELD_COLOURS["opcode"],
            (4, 7),
        )
    )
    who = "client to server: masked" if item.masked else "server to client: not masked"
    if item.masked != (item.direction == "up"):
        who = "masked, though it must not be" if item.masked else "not masked, though it must be"
    out.append(
        Field(
            "MASK", 1, 2, str(int(item.masked)), who, "RFC 6455, 5.1", FIELD_COLOURS["MASK"], (0, 0)
        )
    )
    out += _length_fields(item)
    if item.mask is not None:
        out.append(
            Field(
                "masking key",
                item.header_length - 4,
                item.header_length,
                item.mask.hex(" "),
                "each payload byte is XORed with one of these four",
                "RFC 6455, 5.3",
                FIELD_COLOURS["masking key"],
            )
        )
    return out + _payload_fields(item)


def _length_fields(item: FrameItem) -> list[Field]:
    seven = item.raw[1] & 0x7F
    extended = {126: 2, 127: 8}.get(seven, 0)
    meaning = (
        f"the next {extended} bytes are the length"
        if extended
        else plural(seven, "byte") + " of payload"
    )
    colour = FIELD_COLOURS["length"]
    out = [Field("length", 1, 2, str(seven), meaning, "RFC 6455, 5.2", colour, (1, 7))]
    if extended:
        length = len(item.payload)
        out.append(
            Field(
                "extended length",
                2,
                2 + extended,
                f"{length:,}",
                plural(length, "byte") + " of payload",
                "RFC 6455, 5.2",
                colour,
            )
        )
    return out


def _payload_fields(item: FrameItem) -> list[Field]:
    if not item.payload:
        return []
    start, colour = item.header_length, FIELD_COLOURS["payload"]
    if item.opcode == 8 and item.close_code is not None:
        fields = [
            Field(
                "close code",
                start,
                start + 2,
                str(item.close_code),
                explain.close_code(item.close_code),
                "RFC 6455, 7.4.1" if item.close_code < 3000 else "RFC 6455, 7.4.2",
                RED,
            )
        ]
        if len(item.payload) > 2:
            fields.append(
                Field(
                    "reason",
                    start + 2,
                    item.size,
                    preview(item.payload[2:], text=True),
                    "for whoever reads the log, in UTF-8",
                    "RFC 6455, 5.5.1",
                    colour,
                )
            )
        return fields
    is_text = True if item.is_text and not item.compressed else None
    meaning = "unmasked with the key above" if item.masked else "as it is"
    section = "RFC 6455, 5.3" if item.masked else "RFC 6455, 5.6"
    if item.inflated is not None:
        meaning += f"; inflated: {preview(item.inflated, text=True if item.is_text else None)}"
        section = "RFC 7692, 7.2.2"
    return [
        Field(
            "payload",
            start,
            item.size,
            preview(item.payload, text=is_text),
            meaning,
            section,
            colour,
        )
    ]
