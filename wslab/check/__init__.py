"""The top floor: it judges what a learner wrote, and what a learner has installed.

    from wslab import check

    check.lesson02.accept(accept)      # an exercise of lesson 02, and the learner's answer
    check.stage(7, serve)              # a stage of lesson 07, and the learner's server

`exercise` is what each of them is made of: `running` has the learner's code at work without harm,
`difference` finds the first thing that is wrong, `store` remembers. The stages are in `stages`, and
`grading` judges a folder of notebooks. `probes` sends a server what a real client might, and what
only a faulty one would; `handshakes` does the same before the first frame. `setup` looks whether
everything is there.
"""

from __future__ import annotations

import importlib.util
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wslab.show import Picture


def stage(number: int, server: object) -> None:
    """Judge a stage of lesson 07, 1 to 14, and print what comes of it. Raises nothing.

    server: `async def serve(reader, writer)`, or a server that runs, with a `port`.
    """
    from wslab.check import stages

    stages.judge(number, server)


def progress() -> Picture:
    """A picture of the stages of lesson 07, done and to do; it survives a restart of the kernel."""
    from wslab.check.stages import drawn

    return drawn.progress()


def __getattr__(name: str) -> ModuleType:
    """The exercises of a lesson, loaded when they are first asked for."""
    module = f"{__name__}.{name}"
    if name.startswith("lesson") and importlib.util.find_spec(module) is not None:
        return importlib.import_module(module)
    raise AttributeError(f"wslab.check has no {name!r}; exercises are in lesson00, lesson01, …")
