"""The pictures in Chromium: texts stay in their places, markup from the wire stays text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.show.recorded import (
    REQUEST,
    RESPONSE,
    captured,
    chat,
    connection,
    down,
    polling,
    streaming,
    up,
)
from wslab import show
from wslab.protocol.frames import Opcode

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

LONG = "WWWWW 你好你好 " + "very long words " * 20
HOSTILE = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>"


def odd() -> Any:
    """A conversation with long, wide and hostile content."""
    head = REQUEST[:-2] + b"X-Long: " + LONG.encode() + b"\r\n" + HOSTILE.encode() + b": x\r\n\r\n"
    return captured(
        connection(
            ("up", head),
            ("down", RESPONSE),
            up(Opcode.TEXT, LONG.encode()),
            down(Opcode.TEXT, HOSTILE.encode()),
            down(Opcode.BINARY, bytes(70_000)),
            ("up", b"\x81\x01x"),
            up(Opcode.CLOSE, (4999).to_bytes(2, "big") + LONG.encode()[:123]),
        )
    )


PICTURES: dict[str, Callable[[], show.Picture]] = {
    "conversation": lambda: show.conversation(captured(chat(), streaming(), polling(20))),
    "conversation with times": lambda: show.conversation(captured(chat()), times=True),
    "odd conversation": lambda: show.conversation(odd()),
    "compare": lambda: show.compare({LONG: odd(), "WebSocket": captured(chat())}),
    "handshake": lambda: show.handshake(captured(chat())),
    "odd handshake": lambda: show.handshake(odd()),
    "frame": lambda: show.frame(up(Opcode.TEXT, b"Hello")[1]),
    "long frame": lambda: show.frame(down(Opcode.BINARY, bytes(range(256)) * 300)[1]),
    "close frame": lambda: show.frame(up(Opcode.CLOSE, b"\x03\xe8" + HOSTILE.encode()[:100])[1]),
    "states": lambda: show.states(["CONNECTING", "OPEN", "CLOSED"]),
    "timeline": lambda: show.timeline(
        [{"event": LONG, "readyState": 0}, {"event": HOSTILE, "readyState": 3, "data": LONG}]
    ),
}
MEASURE = """() => {
  const svg = document.querySelector('svg'), edge = svg.getBoundingClientRect(), out = [];
  for (const text of svg.querySelectorAll('text')) {
    const box = text.getBoundingClientRect();
    if (box.left < edge.left - 1 || box.right > edge.right + 1
        || box.top < edge.top - 1 || box.bottom > edge.bottom + 1) out.push(text.textContent);
  }
  const boxes = [...svg.querySelectorAll('text')].map(
    text => [text.textContent, text.getBoundingClientRect()]);
  const over = [];
  boxes.forEach(([a, one], i) => boxes.slice(i + 1).forEach(([b, two]) => {
    const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
    const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
    if (wide > 1 && high > 4) over.push([a, b]);
  }));
  return {count: svg.querySelectorAll('text').length, out, over,
          alive: document.querySelectorAll('script, img').length, title: document.title};
}"""


@pytest.mark.parametrize("name", PICTURES)
def test_no_text_leaves_the_picture_or_hides_another(browser: Browser, name: str) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_content(
        f"<title>still</title><body style='margin:40px'>{PICTURES[name]().html}</body>"
    )
    seen = page.evaluate(MEASURE)
    page.close()
    assert seen["count"] > 5
    assert seen["out"] == []
    assert seen["over"] == []
    assert seen["alive"] == 0 and seen["title"] == "still"


def test_a_saved_picture_follows_the_readers_system(browser: Browser) -> None:
    svg = show.states().svg
    colours = []
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_content(svg)
        colours.append(page.evaluate("getComputedStyle(document.querySelector('.paper')).fill"))
        page.close()
    assert colours == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]
