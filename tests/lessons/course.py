"""The lessons of the course, listed in one place: every tool and test here reads this list."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
SOLUTIONS = NOTEBOOKS / "solutions"


@dataclass(frozen=True)
class Lesson:
    """One lesson: its number, the stem of its file and the short title that navigation shows.

    stages: how many parts of one piece of work it has, in place of three exercises.
    """

    number: str
    name: str
    title: str
    stages: int = 0

    @property
    def file(self) -> str:
        """The file's name, which is also how a lesson links to it."""
        return f"{self.number}_{self.name}.ipynb"

    @property
    def path(self) -> Path:
        """The learner's copy, in the folder notebooks/ of this tree. It is generated."""
        return NOTEBOOKS / self.file

    @property
    def solution(self) -> Path:
        """The whole lesson with its solutions, from which the learner's copy is made."""
        return SOLUTIONS / self.file


LESSONS = (
    Lesson("00", "start_here", "Start here"),
    Lesson("01", "http_vs_websocket", "HTTP vs WebSocket"),
    Lesson("02", "handshake", "The handshake"),
    Lesson("03", "browser_api", "The browser API"),
    Lesson("04", "frames", "Frames"),
    Lesson("05", "node_server", "A Node-style server"),
    Lesson("06", "chat_room", "The chat room"),
    Lesson("07", "your_own_server", "Your own server", stages=14),
)


def present() -> list[Lesson]:
    """The listed lessons that exist as files; a test of its own complains about the others."""
    return [lesson for lesson in LESSONS if lesson.path.exists()]


def find(words: list[str]) -> list[Lesson]:
    """The lessons named by number ("03" or "3"), file or path; all that exist when none is named.

    Raises:
        SystemExit: a word names no lesson; the message lists the numbers.
    """
    if not words:
        return present()
    chosen = []
    for word in words:
        stem = os.path.basename(word).removesuffix(".ipynb")
        fits = [x for x in LESSONS if stem in (x.number, x.name, x.file.removesuffix(".ipynb"))]
        fits = fits or [x for x in LESSONS if stem.isdigit() and int(stem) == int(x.number)]
        if not fits:
            numbers = " ".join(lesson.number for lesson in LESSONS)
            raise SystemExit(f"no lesson is called {word!r}; choose from {numbers}")
        chosen += fits
    return chosen
