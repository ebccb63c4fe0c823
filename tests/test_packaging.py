"""What is installed: the wheel, conda's environment, the pinned versions, the Node packages."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.lessons.course import LESSONS, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")
PEERS = ROOT / "tests" / "peers"
# What conda brings beside the dependencies of the package itself.
ONLY_CONDA = {"python", "pip", "make", "nodejs"}


def ranges(lines: list[str]) -> dict[str, tuple[str, str]]:
    """For each requirement its name, and its range and condition as text."""
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): (str(r.specifier), str(r.marker or "")) for r in found}


def pinned() -> dict[str, str]:
    """The exact versions in constraints.txt by name."""
    lines = [line for line in CONSTRAINTS.splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in (x.split("==") for x in lines)}


def needed(name: str, extra: str = "") -> set[str]:
    """The names of everything that an installation of `name` brings on Linux."""
    linux = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
    found: set[str] = set()
    todo = [(canonicalize_name(name), extra)]
    while todo:
        name, extra = todo.pop()
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # this machine is not Linux
            continue
        for wanted in map(Requirement, lines):
            marker = wanted.marker
            if marker and not any(marker.evaluate({**linux, "extra": e}) for e in ("", extra)):
                continue
            other = canonicalize_name(wanted.name)
            todo += [(other, e) for e in sorted(wanted.extras)]
            if other not in found:
                found.add(other)
                todo.append((other, ""))
    return found


def test_environment_yml_has_the_names_and_ranges_of_pyproject() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    conda = [line for line in listed if isinstance(line, str)]
    by_pip = next(line["pip"] for line in listed if isinstance(line, dict))
    assert by_pip[-1] == "-e .", "the course itself is installed last"
    given = ranges(conda + by_pip[:-1])
    assert given.pop("python") == (PROJECT["requires-python"], "")
    assert {n: v for n, v in given.items() if n not in ONLY_CONDA} == ranges(
        PROJECT["dependencies"]
    )


def test_constraints_pin_everything_that_is_installed() -> None:
    assert needed("wslab", "test") - {"wslab"} - set(pinned()) == set()


def test_constraints_are_within_the_ranges() -> None:
    lines = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]
    for wanted in map(Requirement, lines):
        version = pinned()[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(version), f"{wanted} does not admit {version}"


def test_no_addresses_in_the_pinned_versions() -> None:
    """They work with whatever package index a machine uses."""
    lock = (PEERS / "package-lock.json").read_text("utf-8")
    for text in (CONSTRAINTS, lock, (ROOT / "environment.yml").read_text("utf-8")):
        assert not re.search(r"https?://|file:|git\+|--(?:extra-)?index-url| @ ", text)
    assert '"resolved"' not in lock


def test_node_packages_are_exact_and_locked() -> None:
    wanted = json.loads((PEERS / "package.json").read_text("utf-8"))["dependencies"]
    locked = json.loads((PEERS / "package-lock.json").read_text("utf-8"))["packages"]
    assert {"websocket", "ws", "socket.io-client"} <= set(wanted)
    assert wanted["websocket"] == "1.0.35"
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without a network from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("wslab-*.whl"))


def test_wheel_has_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    """Pages, styles and scripts among them; no test, no notebook."""
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = (path for path in (ROOT / "wslab").rglob("*") if path.is_file())
    wanted = {
        path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts
    }
    assert packed == wanted
    assert any("/static/" in name for name in packed)
    assert "wslab/py.typed" in packed


@pytest.mark.skipif(sys.platform == "win32", reason="paths inside a virtual environment")
def test_wheel_works_outside_the_repository(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own; only the other packages are borrowed from this one."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    own = str(venv / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", own, "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", str(wheel)], check=True)
    site = next(venv.glob("lib/python*/site-packages"))
    # A path file inside a borrowed folder is not read, so an editable wslab there stays out.
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    code = (
        "import importlib, pkgutil, wslab\n"
        "for module in pkgutil.walk_packages(wslab.__path__, 'wslab.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "print(wslab.__file__)"
    )
    command = [own, "-I", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(site)
    said = subprocess.run(
        [venv / "bin" / "wslab", "--help"], cwd=tmp_path, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    assert all(word in said.stdout for word in ("echo", "chat", "lab"))


def test_readme_has_the_two_commands_and_every_lesson() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert "make lab" in text and "make test" in text
    for lesson in LESSONS:
        assert f"(notebooks/{lesson.file})" in text


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    targets = re.findall(r"\]\(([^)\s#]+)[^)]*\)", text)
    missing = [t for t in targets if "://" not in t and not (ROOT / t).exists()]
    assert missing == []
