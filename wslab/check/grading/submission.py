"""One notebook that a learner handed in, run in this process's own kernel and judged.

    python -m wslab.check.grading.submission homework/ada.ipynb

prints one line of JSON. Its outputs are not looked at, since anybody can type a check mark: after
the last cell the same kernel is asked to judge what the notebook defines, by exercises that are
loaded anew. What a notebook changed in them is gone; its code still runs beside them, and one that
is out to deceive can.
"""

from __future__ import annotations

import ast
import json
import os
import queue
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wslab.check.grading.asking import asking
from wslab.check.grading.descendants import adopt, end_descendants
from wslab.check.grading.isolation import CantIsolate, cut_off_network

CELL_SECONDS = 20.0
JUDGE_SECONDS = 60.0
MOST_LATE = 3  # cells that do not end, before the notebook is given up
START_SECONDS = 60.0
INTERRUPT_SECONDS = 3.0
LOOK_SECONDS = 0.5  # between two looks whether the kernel is still there

JUDGE = """
import sys as _sys
for _name in [name for name in _sys.modules if f"{{name}}.".startswith("wslab.check.")]:
    del _sys.modules[_name]
import json as _json
from wslab.check.grading.judge import judged as _judged
_said = _json.dumps(_judged({asked!r}, globals()))
"""


class Unusable(Exception):
    """The file can't be judged; the message says why."""


class KernelEnded(Unusable):
    """The kernel is gone."""


def graded(path: Path, cell_seconds: float = CELL_SECONDS) -> dict[str, Any]:
    """Run a notebook and judge it: its results, and what hindered it ("problem").

    Raises Unusable for a file that is no notebook of a lesson with exercises.
    """
    sources = _sources(path)
    asked = asking(sources)
    if not asked:
        raise Unusable(
            "no cell checks an exercise: there is no line such as check.lesson02.accept(accept)"
        )
    late = []
    with tempfile.TemporaryDirectory(prefix="wslab-grade-") as folder, _kernel(folder) as kernel:
        for place, source in enumerate(sources, 1):
            try:
                if not kernel.run(source, cell_seconds):
                    late.append(place)
            except KernelEnded:
                raise Unusable(f"code cell {place} ended the kernel") from None
            if len(late) == MOST_LATE:
                break
        said = kernel.value(JUDGE.format(asked=asked), "_said", JUDGE_SECONDS)
    problem = f"code cell {late[0]} did not end within {cell_seconds:g} s" if late else ""
    if said is None:
        raise Unusable(problem or "the kernel did not answer after the last cell")
    return {"results": json.loads(said), "problem": problem}


def _sources(path: Path) -> list[str]:
    import nbformat

    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        return [str(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    except (nbformat.reader.NotJSONError, UnicodeDecodeError):
        raise Unusable("this is no notebook: the file is no JSON") from None
    except Exception:  # nbformat raises whatever the JSON leads to
        raise Unusable("this is no notebook: the file is JSON, but has no cells as one") from None


class _Kernel:
    """A kernel that is asked over its shell channel only: what cells print is never looked at, and
    however much it is, it is in nobody's way.
    """

    def __init__(self, manager: Any, client: Any) -> None:
        self._manager, self._client = manager, client

    def run(self, source: str, seconds: float) -> bool:
        """Run a cell; False if it had to be interrupted. An error in it is the cell's affair.

        Raises KernelEnded when the kernel is gone.
        """
        asked = self._client.execute(source, allow_stdin=False, stop_on_error=False)
        if self._reply(asked, seconds) is not None:
            return True
        self._manager.interrupt_kernel()
        self._reply(asked, INTERRUPT_SECONDS)
        return False

    def value(self, source: str, expression: str, seconds: float) -> str | None:
        """The text that an expression has after a cell; None if there is none in time."""
        asked = self._client.execute(source, user_expressions={"value": expression})
        reply = self._reply(asked, seconds) or {}
        data = reply.get("user_expressions", {}).get("value", {}).get("data", {})
        return ast.literal_eval(data["text/plain"]) if data else None

    def ready(self) -> None:
        """Wait until the kernel answers."""
        self._reply(self._client.kernel_info(), START_SECONDS)

    def _reply(self, asked: str, seconds: float) -> dict[str, Any] | None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            try:
                message = self._client.get_shell_msg(timeout=min(left, LOOK_SECONDS))
            except queue.Empty:
                if not self._manager.is_alive():
                    raise KernelEnded("the kernel ended while it was judged") from None
                continue
            if message["parent_header"].get("msg_id") == asked:
                content: dict[str, Any] = message["content"]
                return content
        return None


@contextmanager
def _kernel(folder: str) -> Iterator[_Kernel]:
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    env = os.environ | {"WSLAB_PROGRESS": ""}
    manager.start_kernel(cwd=folder, env=env)
    client = manager.blocking_client()
    try:
        client.start_channels(iopub=False, stdin=False, hb=False)
        kernel = _Kernel(manager, client)
        kernel.ready()
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main(arguments: list[str]) -> int:
    """The program: [--network] FILE. Prints JSON, also where the file could not be judged."""
    *options, file = arguments
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the kernel is ended on the way out
    adopt()
    try:
        if "--network" not in options:
            cut_off_network()
        said = graded(Path(file))
    except CantIsolate as error:
        said = {"unsafe": str(error)}
    except Unusable as error:
        said = {"problem": str(error)}
    finally:
        end_descendants()
    print(json.dumps(said), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
