"""Errors as a learner reads them: the sentence, and the line of their own that led to it.

A traceback through the inside of wslab says nothing to someone who forgot to close a server. So the
log and the notebook show the error's own words, and the innermost line that is neither wslab's nor
Python's library.
"""

from __future__ import annotations

import linecache
import os
import traceback
from types import FrameType
from typing import Any, TypeVar

from wslab.protocol.errors import WebSocketError

E = TypeVar("E", bound=type[BaseException])

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_LIBRARY = os.path.dirname(os.__file__) + os.sep


def describe_error(error: BaseException) -> str:
    """The error's words, and the learner's own line: the innermost one outside wslab and Python."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    own = [step for step in traceback.walk_tb(error.__traceback__) if _is_learners_own(step[0])]
    if not own:
        return text
    frame, line_number = own[-1]
    filename, function = frame.f_code.co_filename, frame.f_code.co_name
    is_cell = "ipykernel_" in filename or filename.startswith("<ipython-input")
    place = f"line {line_number} of {'the cell' if is_cell else os.path.basename(filename)}"
    if not function.startswith("<"):
        place = f"{function}, {place}"
    source = linecache.getline(filename, line_number).strip()
    return f"{text}\n  in {place}" + (f": {source}" if source else "")


def _is_learners_own(frame: FrameType) -> bool:
    filename = frame.f_code.co_filename
    installed = f"{os.sep}site-packages{os.sep}" in filename
    return not installed and not filename.startswith((_PACKAGE, _LIBRARY, "<frozen"))


def shown_plainly(error_class: E) -> E:
    """Class decorator: a notebook shows this error by `describe_error`, not as a traceback."""

    def _render_traceback_(self: BaseException) -> list[str]:  # the name that IPython looks for
        return describe_error(self).splitlines()

    decorated: Any = error_class
    decorated._render_traceback_ = _render_traceback_
    return error_class


# The protocol floor knows no notebook, so its errors learn it here.
shown_plainly(WebSocketError)
