from __future__ import annotations

from wslab.net.feeds.clients import Watch
from wslab.net.feeds.techniques import TECHNIQUES, Technique, usable


def nothing(watch: Watch) -> None:
    """A client that does nothing."""


def test_all_of_them_can_be_used_here_and_have_names_of_their_own() -> None:
    chosen, left_out = usable(TECHNIQUES)
    assert (chosen, left_out) == (list(TECHNIQUES), [])
    assert len({technique.name for technique in TECHNIQUES}) == len(TECHNIQUES) == 7


def test_one_that_lacks_a_library_is_left_out_and_says_which() -> None:
    lacking = Technique("by pigeon", nothing, missing=lambda: "pigeonry, corn")
    chosen, left_out = usable([TECHNIQUES[0], lacking])
    assert chosen == [TECHNIQUES[0]]
    assert left_out == ["by pigeon is left out: pigeonry, corn not installed"]
