"""The top floor: it judges what a learner wrote, and what a learner has installed.

    from wslab import check

    check.lesson02.accept(accept)      # an exercise of lesson 02, and the learner's answer

`exercise` is what each of them is made of: `answer` calls the learner's function without harm,
`difference` finds the first thing that is wrong, `progress` remembers. `probes` sends a server what
a real client might, and what only a faulty one would; `handshakes` does the same before the first
frame. `setup` looks whether everything is there.
"""

from __future__ import annotations

import importlib
from types import ModuleType

LESSONS = tuple(f"lesson{number:02}" for number in range(7))


def __getattr__(name: str) -> ModuleType:
    """The exercises of a lesson, loaded when they are first asked for."""
    if name in LESSONS:
        return importlib.import_module(f"wslab.check.{name}")
    raise AttributeError(f"wslab.check has no {name!r}; the lessons' exercises are {LESSONS}")
