"""images/ holds what the code draws today, and drawing it again gives the same bytes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from tests.lessons.course import ROOT
from wslab.gallery import draw_all
from wslab.net import leftovers

EXPECTED = {"frame.svg", "handshake.svg", "http_vs_websocket.svg", "ready_state.svg"}


def test_the_committed_pictures_are_the_ones_drawn_now(tmp_path: Path) -> None:
    drawn = draw_all(tmp_path)
    assert {file.name for file in drawn} == EXPECTED
    stale = [
        file.name
        for file in drawn
        if (ROOT / "images" / file.name).read_bytes() != file.read_bytes()
    ]
    assert not stale, f"run `make images`: {', '.join(stale)} differ from what the code draws"
    assert leftovers() == []


def test_each_picture_stands_alone_and_says_what_it_shows() -> None:
    for name in sorted(EXPECTED):
        text = (ROOT / "images" / name).read_text()
        root = ET.fromstring(text)
        assert root.get("role") == "img"
        title = root.find("{http://www.w3.org/2000/svg}title")
        assert title is not None
        assert title.text
        assert "127.0.0.1:" not in text.replace("127.0.0.1:PORT", "")
        assert "http" not in text.replace("http://www.w3.org", "").replace("http://127.0.0.1", "")
