"""The lessons on other versions of ipykernel and Python than the one that runs these tests.

ipykernel is swapped alone: an older one lies in a folder before the installed one, which takes two
seconds instead of a virtual environment. The newest is the installed one, under the other tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, output_from_msg

from tests.lessons import rules
from tests.lessons.compare import different, outputs
from tests.lessons.course import NOTEBOOKS, ROOT, Lesson, present
from tests.lessons.kernel import FileKernelManager

# The oldest that the course promises, and the first series of the rewritten kernel.
KERNELS = ("6.29.5", pytest.param("7.0.1", marks=pytest.mark.matrix))
SHOWN = ("stream", "display_data", "execute_result", "error")
PYTHONS = ("3.11", "3.12", "3.13")
EXTRA = Path(sys.prefix) / "wslab-versions"


def finished(command: list[str], env: dict[str, str] | None = None) -> None:
    """Run a command to its end; the test fails with what it printed if it does not exit with 0."""
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stdout[-8000:]}\n{done.stderr[-3000:]}")


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request: pytest.FixtureRequest) -> dict[str, str]:
    """An environment in which kernels are of this version of ipykernel."""
    folder = EXTRA / f"ipykernel-{request.param}"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        command += ["--target", str(unfinished), f"ipykernel=={request.param}", "nest-asyncio"]
        finished(command)
        unfinished.rename(folder)
    # The second silences a debugger's warning on stderr, which 6.29 lets through.
    env = os.environ | {"PYTHONPATH": str(folder), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    ask = [sys.executable, "-c", "import ipykernel; print(ipykernel.__version__)"]
    version = subprocess.run(ask, env=env, capture_output=True, text=True, check=True).stdout
    assert version.strip() == request.param
    return env


@pytest.mark.timeout(180)
@pytest.mark.parametrize("lesson", present(), ids=lambda lesson: lesson.number)
def test_run_all_on_this_kernel(kernel: dict[str, str], lesson: Lesson) -> None:
    """All cells are sent at once, as Run All does; each is answered, and its output is the stored
    one.

    nbval sends a cell when the one before has ended, so it can't see a kernel that forgets those
    that wait; nest-asyncio made ipykernel 7.1 do that.
    """
    cells = rules.code_cells(nbformat.read(lesson.path, as_version=4))
    manager = FileKernelManager(kernel_name="python3")
    manager.start_kernel(cwd=str(NOTEBOOKS), env=kernel)
    client = manager.blocking_client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=60)
        sent = [client.execute(cell.source) for cell in cells]
        replies = {}
        while len(replies) < len(sent):
            reply = client.get_shell_msg(timeout=60)
            if reply["parent_header"].get("msg_id") in sent:
                replies[reply["parent_header"]["msg_id"]] = reply["content"]
        shown = {name: new_code_cell() for name in sent}
        while True:
            message = client.get_iopub_msg(timeout=60)
            name = message["parent_header"].get("msg_id")
            if message["msg_type"] in SHOWN and name in shown:
                shown[name].outputs.append(output_from_msg(message))
            if name == sent[-1] and message["content"].get("execution_state") == "idle":
                break
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    answers = [(replies[name]["status"], replies[name].get("evalue", "")) for name in sent]
    assert answers == [("ok", "")] * len(cells)
    assert [replies[name]["execution_count"] for name in sent] == list(range(1, len(cells) + 1))
    if found := different(cells, [outputs(shown[name]) for name in sent]):
        pytest.fail(found, pytrace=False)


def interpreter(version: str) -> str | None:
    """A Python of this version that really runs, on the path or kept by pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(pyenv.glob(f"{version}.*/bin/python3"))
    code = f"import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    for candidate in [shutil.which(f"python{version}"), *map(str, kept)]:
        if candidate is None:
            continue
        if subprocess.run([candidate, "-c", code], capture_output=True).returncode == 0:
            return candidate
    return None


@pytest.mark.matrix
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("version", PYTHONS)
def test_everything_on_another_python(version: str) -> None:
    """A fresh virtual environment, then all tests that need neither browser nor Node."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip("this Python runs the other tests")
    python = interpreter(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed")
    folder = EXTRA / f"python-{version}"
    own = str(folder / "bin" / "python")
    if not (folder / "finished").exists():
        finished([python, "-m", "venv", "--clear", str(folder)])
        command = [own, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        finished([*command, "-c", "constraints.txt", "-e", ".[test]"])
        (folder / "finished").touch()
    lessons = [str(lesson.path) for lesson in present()]
    command = [own, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]
    command += ["-m", "not browser and not peers and not matrix"]
    finished([*command, "--nbval", "--nbval-current-env", "tests", *lessons])
