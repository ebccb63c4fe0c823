"""The learner's own browser, as one more client of their server: the page that shows the notebook.

It does what the other real clients do (`peers`), as far as the standard's WebSocket lets it: a page
can't send a ping. It can't choose fragments either, and a browser may send a long message in some.
"""

from __future__ import annotations

import json
from typing import Any

from wslab.browser.here.verdict import verdict
from wslab.check.stages.peers import CLOSE, FRAGMENTS, LENGTHS, LONG, TEXT, WORDS

MIDDLE = "x" * 1_000

LINES = """
let closing = false;
const ws = new WebSocket(url);
const next = () => {
  if (texts.length) ws.send(texts[0]);
  else if (closes) { closing = true; ws.close(4000, "bye"); }
  else found();
};
ws.onopen = next;
ws.onmessage = ({ data }) => {
  if (data !== texts.shift()) found("another text came back");
  next();
};
ws.onclose = ({ code }) => {
  if (closing) found(code === 4000 ? "" : `it closed with 4000, and ${code} came back`);
};
"""


def ask_page(server: Any, stage: int) -> str:
    """What the browser has against a server at a stage; "" for nothing, and where there is none."""
    begins = {TEXT: WORDS, LENGTHS: MIDDLE, FRAGMENTS: LONG}
    texts = [text for first, text in begins.items() if stage >= first]
    known = f"const texts = {json.dumps(texts)}, closes = {json.dumps(stage >= CLOSE)};"
    found = verdict(known + LINES, f"ws://127.0.0.1:{server.port}/")
    if found is None or not found.what:
        return ""
    return f"the probes find no fault, but your browser, {found.browser}, does: {found.what}."
