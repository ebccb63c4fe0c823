"""wslab.show.hexdump: the bytes, each where it stands, secrets and ports dotted out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

from tests.show.looking import everything, html_of, rows_of
from tests.show.recorded import MASK, REQUEST, chat, connection, up
from wslab import show
from wslab.net.dissect import dissect
from wslab.protocol.frames import Frame, Opcode
from wslab.show.theme import FIELD_COLOURS

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_frame_as_hex_and_as_fields() -> None:
    shown = show.bytes(up(Opcode.TEXT, b"Hello")[1])
    assert shown.text.startswith("0000  81 85 37 fa 21 3d 7f 9f 4d 51 58 ")
    assert "..7.!=..MQX" in shown.text
    assert [row[0] for row in rows_of(shown)][-2:] == ["masking key", "payload"]
    assert repr(shown) == "<bytes: 11 bytes>"
    assert show.bytes(Frame(Opcode.TEXT, b"Hello", mask=MASK)).html == shown.html


def test_every_field_is_tinted_and_named_on_hover() -> None:
    html = show.bytes(up(Opcode.TEXT, b"Hello")[1]).html
    assert 'title="masking key = 37 fa 21 3d: each payload byte' in html
    assert ">37 fa 21 3d</a>" in html
    assert 'title="in bits: 1000 0001\nFIN = 1: the last frame of its message (RFC' in html


def test_the_bits_of_the_first_two_bytes_are_in_the_colours_of_their_fields() -> None:
    shown = show.bytes(up(Opcode.TEXT, b"Hello")[1])
    assert shown.text.splitlines()[1] == "bits  1000 0001  1000 0101"
    (line,) = (line for line in shown.html.splitlines() if line.startswith("bits"))
    for name, bits in (("FIN", "1"), ("RSV3", "0"), ("opcode", "0001"), ("length", "000 0101")):
        colour = FIELD_COLOURS[name.rstrip("123")]
        found = re.search(f'title="{name} = [^"]*" style="[^"]*{colour}40;[^>]*>([01 ]+)<', line)
        assert found and found[1] == bits
    assert "bits" not in show.bytes(dissect(chat())[0]).text.splitlines()[1][:4]


@pytest.mark.browser
def test_the_tab_key_comes_to_each_field_once_and_explains_it(browser: Browser) -> None:
    shown = show.bytes(up(Opcode.BINARY, bytes(40))[1])
    page = browser.new_page()
    page.set_content(shown.html)
    told = []
    while page.keyboard.press("Tab") or page.evaluate("document.activeElement !== document.body"):
        after = "getComputedStyle(document.activeElement, '::after').content"
        told.append(page.evaluate(f"[document.activeElement.textContent.slice(0, 5), {after}]"))
    page.close()
    assert [text for text, _ in told] == ["82", "a8", "37 fa", "37 fa"]
    assert "opcode = 0x2: binary" in told[0][1] and "MASK = 1" in told[1][1]
    assert "masking key" in told[2][1] and "payload" in told[3][1] and "RFC 6455" in told[3][1]


def test_secrets_and_ports_are_dotted_out() -> None:
    shown = show.bytes(dissect(chat())[0], limit=1000)
    out = everything(shown)
    for secret in (b"topsecret", b"s3cret", b"41234", b"8888"):
        assert secret.decode() not in out and secret.hex(" ") not in out
    assert "·· ·· ··" in shown.text
    (cut,) = dissect(connection(("up", REQUEST[:-1])))
    assert b"topsecret".hex(" ") not in everything(show.bytes(cut, limit=1000))


def test_the_same_as_a_picture(tmp_path: Path) -> None:
    frame = show.bytes(up(Opcode.TEXT, b"Hello")[1])
    frame.save(tmp_path / "frame.svg")
    svg = (tmp_path / "frame.svg").read_text("utf-8")
    assert svg == frame.svg == show.bytes(frame.item).svg
    root = ElementTree.fromstring(svg)
    found = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"81", "85", "37", "3d", "7f", "masking key, bytes 2–5"} <= set(found)
    head = show.bytes(dissect(chat())[0], limit=1000).svg
    assert "topsecret" not in head and "41234" not in head
    assert "976 more bytes" in show.bytes(up(Opcode.BINARY, bytes(1000))[1], limit=32).svg


def test_the_limit_says_what_is_missing() -> None:
    shown = show.bytes(up(Opcode.BINARY, bytes(1000))[1], limit=32)
    assert "0010  " in shown.text and "0020  " not in shown.text
    assert "976 more bytes" in shown.text and "976 more bytes" in shown.html


def test_hostile_bytes_are_escaped() -> None:
    html_of(show.bytes(up(Opcode.TEXT, b"<script>\"'&")[1]))
    (item,) = dissect(connection(("up", b"<script>alert(1)</script>\r\n")))
    assert "<script" not in show.bytes(item).html


def test_anything_else_is_refused() -> None:
    with pytest.raises(TypeError, match="not int"):
        show.bytes(5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no whole frame"):
        show.bytes(b"\x81")
