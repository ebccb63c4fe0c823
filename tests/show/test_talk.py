"""The picture of a talk: what it says, whatever was heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from wslab import show


@dataclass
class Heard:
    name: str
    messages: list[dict[str, Any]] = field(default_factory=list)


def said(*names: str) -> list[dict[str, Any]]:
    return [{"id": 10 * n, "name": name, "text": "x"} for n, name in enumerate(names)]


def test_all_heard_all() -> None:
    messages = said("Ada", "Bob", "Ada")
    plot = show.talk([Heard("Ada", messages), Heard("Bob", messages)])
    assert plot.alt == "2 talkers, 3 messages: all heard all in one order."
    assert repr(plot) == "<talk of 2>"
    assert plot.png.startswith(b"\x89PNG")
    assert "A dot: this talker said it" in plot.text


def test_what_was_missed_is_marked() -> None:
    messages = said("Ada", "Bob", "Ada")
    missed = [messages[0], messages[2]]
    plot = show.talk([Heard("Ada", messages), Heard("Bob", missed)])
    # The second place has another message, and the third none.
    assert plot.alt == "2 talkers, 3 messages: 2 were not heard there."
    swapped = [messages[1], messages[0], messages[2]]
    assert "2 were not" in show.talk([Heard("Ada", messages), Heard("Bob", swapped)]).alt


def test_silence_is_an_error() -> None:
    with pytest.raises(ValueError, match="let the talkers say something first"):
        show.talk([Heard("Ada")])
