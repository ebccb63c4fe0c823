"""What a learner has solved, kept in a file, so that it outlives a kernel.

The file is `progress.json` in the user's data folder, or what the environment variable
WSLAB_PROGRESS names; where that is empty, what was solved is kept as long as this process. Where
the file can't be written, nothing is kept and nothing fails.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from platformdirs import user_data_dir

from wslab.check.outcome import State

_here: dict[str, State] = {}  # where there is no file


def path() -> Path | None:
    """The file that holds the progress; None where it is not to outlive this process."""
    chosen = os.environ.get("WSLAB_PROGRESS")
    if chosen is not None:
        return Path(chosen) if chosen else None
    return Path(user_data_dir("wslab", appauthor=False), "progress.json")


def load() -> dict[str, State]:
    """How far each exercise is that was tried; a file that makes no sense counts as none."""
    file = path()
    if file is None:
        return dict(_here)
    try:
        stored = json.loads(file.read_text("utf-8"))
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
    if file is None:
        _here.update(states)
        return
    if file.exists() and not file.is_file():  # a device would be replaced by a file
        return
    fresh = file.with_suffix(f".{os.getpid()}.new")
    text = json.dumps({name: state.name for name, state in sorted(states.items())}, indent=1)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text + "\n", "utf-8")
        fresh.replace(file)  # in one step, so that a kernel that is killed leaves a whole file
    except OSError:
        return
