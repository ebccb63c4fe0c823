"""`show.frame`: the figure of RFC 6455 section 5.2 with the bits of one real frame; `show.masking`:
the XOR."""

from __future__ import annotations

from wslab.net.dissect import FrameItem, read_frame
from wslab.net.dissect.secrets import hide_secrets
from wslab.protocol.frames import Frame, encode_frame
from wslab.show.display import Cell, Picture, Table
from wslab.show.frame_fields import Field, frame_fields
from wslab.show.hexdump import HexDump
from wslab.show.svg import Canvas
from wslab.show.theme import FIELD_COLOURS, GREY
from wslab.show.words import plural, preview, visible

CELL = 46.0
PER_ROW = 16
LEFT = 14.0
WIDTH = 2 * LEFT + PER_ROW * CELL
BITS_TOP = 46.0
BITS_HEIGHT = 36.0
STRIP_TOP = 152.0
ROW_HEIGHT = 50.0
UNDER_TOP = 53.0  # below a byte of the payload: what it is
KEY_HEIGHT = 15.0  # where it is masked, the byte of the key stands between the two


def frame_item(what: FrameItem | Frame | bytes) -> FrameItem:
    """A frame in any of its forms, dissected."""
    if isinstance(what, FrameItem):
        hidden = hide_secrets(what)
        assert isinstance(hidden, FrameItem)
        return hidden
    if isinstance(what, Frame):
        return read_frame(encode_frame(what))
    if isinstance(what, (bytes, bytearray, memoryview)):
        return read_frame(bytes(what))
    raise TypeError(
        f"give a dissected frame, a Frame, or the bytes of one, not {type(what).__name__}"
    )


def frame(what: FrameItem | Frame | bytes, *, limit: int = 48) -> Picture:
    """The bits of the first two bytes, large, then every byte with its field; at most `limit`
    bytes.

    what: a dissected frame, a `Frame`, or the bytes of a frame.
    """
    item = frame_item(what)
    fields = frame_fields(item)
    shown = item.size if item.size <= limit else max(limit // PER_ROW * PER_ROW, PER_ROW)
    rows = (shown + PER_ROW - 1) // PER_ROW
    height = STRIP_TOP + 12 + rows * _row_height(item) + (22 if shown < item.size else 0)
    canvas = Canvas(WIDTH, height)
    canvas.text(LEFT, 20, "The first two bytes, bit by bit", class_="b")
    _bits(canvas, [field for field in fields if field.bits])
    _lens(canvas)
    canvas.text(WIDTH - LEFT, STRIP_TOP + 8, "all bytes, in hex", class_="s d", anchor="end")
    _strip(canvas, item, fields, shown)
    if shown < item.size:
        canvas.text(
            LEFT, canvas.height - 8, f"… and {plural(item.size - shown, 'more byte')}", class_="d"
        )
    content = preview(item.data, text=item.is_text or None, limit=40)
    described = (
        f"A {item.opcode_name} frame of {plural(item.size, 'byte')}: "
        f"FIN {int(item.fin)}, opcode {item.opcode:#x}, "
        f"{'masked' if item.masked else 'not masked'}, "
        f"{plural(len(item.payload), 'byte')} of payload" + (f", {content}." if content else ".")
    )
    return Picture(
        canvas,
        title="The bits of a WebSocket frame",
        description=described,
        words=HexDump(item, limit).table,
        what="frame",
        extra=f"{item.opcode_name}, {plural(item.size, 'byte')}",
    )


def _bits(canvas: Canvas, fields: list[Field]) -> None:
    """The sixteen bits, every field a box with its name above and its meaning below."""
    for field in fields:
        assert field.bits
        first, last = field.bits
        x = LEFT + (field.start * 8 + first) * CELL
        width = (last - first + 1) * CELL
        middle = x + width / 2
        with canvas.group(f"{field.name} = {field.value}: {field.meaning} ({field.section})"):
            canvas.box(x + 1.5, BITS_TOP, width - 3, BITS_HEIGHT, field.colour)
            canvas.text(middle, BITS_TOP - 7, field.name, class_="s b", anchor="middle")
            bits = f"{int(field.value.replace(',', ''), 0):0{last - first + 1}b}"
            for place, bit in enumerate(bits):
                canvas.text(
                    x + (place + 0.5) * CELL, BITS_TOP + 24, bit, class_="l m", anchor="middle"
                )
            below = _short(field)
            canvas.text(
                middle,
                BITS_TOP + BITS_HEIGHT + 15,
                below,
                class_="s d",
                anchor="middle",
                width=width + 24,
            )


def _short(field: Field) -> str:
    """What a bit field says, in the little room below it."""
    if field.name == "FIN":
        return "final" if field.value == "1" else "more"
    if field.name.startswith("RSV"):
        return "" if field.value == "0" else "deflate" if "deflate" in field.meaning else "set!"
    if field.name == "opcode":
        return f"{field.value} {field.meaning.partition(':')[0].removesuffix(' ' + field.value)}"
    if field.name == "MASK":
        return "masked" if field.value == "1" else "plain"
    return f"{field.value}: {field.meaning}" if "next" in field.meaning else field.meaning


def _lens(canvas: Canvas) -> None:
    """A wedge that says: these sixteen bits are the two bytes below."""
    top, bottom = BITS_TOP + BITS_HEIGHT + 22, STRIP_TOP + 12
    left, right, corner = LEFT + 1, LEFT + PER_ROW * CELL - 1, LEFT + 2 * CELL - 1
    neck = bottom - 18  # it stays clear of the names beside it
    points = (
        f"{left:g},{top:g} {right:g},{top:g} {corner:g},{neck:g} {corner:g},{bottom:g} "
        f"{left:g},{bottom:g}"
    )
    canvas.add("polygon", points=points, fill=GREY, fill_opacity="0.13")


def _strip(canvas: Canvas, item: FrameItem, fields: list[Field], shown: int) -> None:
    """All bytes, sixteen in a row; below the payload what it is when unmasked."""
    for place, owners in enumerate((("FIN", "opcode"), ("MASK", "length"))):
        x, y = LEFT + place * CELL + 1.5, STRIP_TOP + 14
        for half, name in enumerate(owners):
            canvas.add(
                "rect",
                x=x + half * (CELL - 3) / 2,
                y=y,
                width=(CELL - 3) / 2,
                height=26,
                fill=FIELD_COLOURS[name],
                fill_opacity="0.2",
            )
        canvas.box(x, y, CELL - 3, 26, GREY, tint=0)
        canvas.text(
            x - 1.5 + CELL / 2, y + 18, f"{item.raw[place]:02x}", class_="l m", anchor="middle"
        )
    for field in fields:
        if not field.bits:
            _strip_field(canvas, item, field, shown)
    if item.payload:
        x = LEFT + item.header_length * CELL - 4
        said = ("XOR masking key", "is") if item.masked else ("as text:",)
        for line, under in enumerate(said):
            y = STRIP_TOP + UNDER_TOP + line * KEY_HEIGHT
            canvas.text(x, y, under, class_="c d", anchor="end")


def _row_height(item: FrameItem) -> float:
    return ROW_HEIGHT + (KEY_HEIGHT if item.mask and item.payload else 0)


def _strip_field(canvas: Canvas, item: FrameItem, field: Field, shown: int) -> None:
    plain = item.raw[: item.header_length] + item.payload
    name = (
        f"{8 * (field.end - field.start)}-bit length"
        if field.name == "extended length"
        else field.name
    )
    with canvas.group(
        f"{field.name}, {field.where}: {field.value}. {field.meaning} ({field.section})"
    ):
        length = min(field.end, shown, PER_ROW) - field.start
        canvas.text(
            LEFT + field.start * CELL + 2,
            STRIP_TOP + 8,
            name,
            class_="s b",
            width=max(length * CELL, 60),
        )
        for place in range(field.start, min(field.end, shown)):
            row, column = divmod(place, PER_ROW)
            x, y = LEFT + column * CELL, STRIP_TOP + row * _row_height(item)
            canvas.box(x + 1.5, y + 14, CELL - 3, 26, field.colour)
            canvas.text(
                x + CELL / 2, y + 32, f"{item.raw[place]:02x}", class_="l m", anchor="middle"
            )
            if place >= item.header_length:
                said = [_under(plain[place], masked=item.masked)]
                if item.mask:
                    said.insert(0, f"{item.mask[(place - item.header_length) % 4]:02x}")
                for line, under in enumerate(said):
                    below = y + UNDER_TOP + line * KEY_HEIGHT
                    canvas.text(x + CELL / 2, below, under, class_="c m d", anchor="middle")


def _under(byte: int, *, masked: bool) -> str:
    """A payload byte as it is after unmasking: its character, and its hex where the wire shows
    another."""
    character = chr(byte) if 33 <= byte < 127 else "␣" if byte == 32 else "·"
    return f"{byte:02x} {character}" if masked else character


def masking(what: FrameItem | Frame | bytes, *, limit: int = 8) -> Table:
    """The XOR by hand for the first bytes of a masked frame: byte on the wire, byte of the key,
    result."""
    item = frame_item(what)
    if item.mask is None:
        raise ValueError("this frame is not masked: only what a client sends is (RFC 6455, 5.3)")
    wire = item.raw[item.header_length :]
    rows: list[list[str | Cell]] = []
    for i in range(min(len(wire), limit)):
        key, plain = item.mask[i % 4], item.payload[i]
        character = visible(chr(plain)) if plain < 128 else f"(part of a character) {plain:#04x}"
        rows.append(
            [
                str(i),
                Cell(f"{wire[i]:02x}  {wire[i]:08b}", code=True, colour=FIELD_COLOURS["payload"]),
                f"{i} mod 4 = {i % 4}",
                Cell(f"{key:02x}  {key:08b}", code=True, colour=FIELD_COLOURS["masking key"]),
                Cell(f"{plain:02x}  {plain:08b}", code=True),
                Cell(character, code=True, strong=True),
            ]
        )
    rest = len(wire) - len(rows)
    notes = [f"and so on for {plural(rest, 'more byte')}"] if rest > 0 else []
    return Table(
        ["byte", "on the wire", "which key byte", "key", "wire XOR key", "character"],
        rows,
        caption=f"Masking key {item.mask.hex(' ')}, repeated over the payload (RFC 6455, 5.3)",
        notes=notes,
        what="masking",
        numeric=("byte",),
    )
