"""What a learner has solved, kept in a file, so that it outlives a kernel.

The file is `progress.json` in the user's data folder, or what the environment variable
WSLAB_PROGRESS names. Where it can't be written, nothing is kept and nothing fails.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from platformdirs import user_data_dir

from wslab.check.outcome import State


def path() -> Path:
    """The file that holds the progress."""
    if chosen := os.environ.get("WSLAB_PROGRESS"):
        return Path(chosen)
    return Path(user_data_dir("wslab", appauthor=False), "progress.json")


def load() -> dict[str, State]:
    """How far each exercise is that was tried; a file that makes no sense counts as none."""
    try:
        stored = json.loads(path().read_text("utf-8"))
        return {str(name): State[str(state)] for name, state in stored.items()}
    except (OSError, ValueError, KeyError, AttributeError):
        return {}


def note(name: str, state: State) -> bool:
    """Keep the state of an exercise; True if it was right before and is wrong now.

    A stub changes nothing: what was solved once stays solved in a fresh copy of the lesson.
    """
    known = load()
    before = known.get(name)
    if state is not State.UNTRIED and state is not before:
        _store({**known, name: state})
    return before is State.RIGHT and state is State.WRONG


def _store(states: dict[str, State]) -> None:
    file = path()
    fresh = file.with_suffix(f".{os.getpid()}.new")
    text = json.dumps({name: state.name for name, state in sorted(states.items())}, indent=1)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text + "\n", "utf-8")
        fresh.replace(file)  # in one step, so that a kernel that is killed leaves a whole file
    except OSError:
        return
