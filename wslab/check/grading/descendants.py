"""What a notebook has started ends with it, also what it put into a session of its own."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import time

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
SECONDS = 3.0  # for all of them; some may start others meanwhile


def adopt() -> None:
    """Become the parent of every descendant that loses its own, so that none gets out of sight.

    Only Linux has that (prctl(2)). Elsewhere those are ended that still have their parent.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_descendants() -> None:
    """Kill every process that this one has started, and those that they have."""
    import psutil  # ipykernel needs it, too

    ends = time.monotonic() + SECONDS
    while (there := psutil.Process().children(recursive=True)) and time.monotonic() < ends:
        for process in there:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(there, timeout=max(0.0, ends - time.monotonic()))
