"""Kernels that are talked to over sockets in files.

Over TCP, Jupyter looks for free ports, lets go of them, and the kernel binds them a second later.
Among tests that open hundreds of ports one of them may be taken by then, and the kernel dies.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager, KernelManager


def in_files() -> dict[str, Any]:
    """The options of a kernel manager for one kernel more; none on Windows, which has TCP alone."""
    if os.name == "nt":
        return {}
    # A short name: the path of such a socket has 107 bytes at most (unix(7)).
    file = Path(tempfile.gettempdir(), f"wslab-{uuid.uuid4().hex[:12]}.json")
    return {"transport": "ipc", "connection_file": str(file)}


class FileKernelManager(KernelManager):
    """Starts a kernel for a blocking client."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**in_files(), **options)


class AsyncFileKernelManager(AsyncKernelManager):
    """The same for nbclient."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**in_files(), **options)
