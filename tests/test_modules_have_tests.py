"""Tests mirror the modules: wslab/protocol/frames.py has tests/protocol/test_frames.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lessons.course import ROOT

MODULES = sorted(
    path.relative_to(ROOT / "wslab")
    for path in (ROOT / "wslab").rglob("*.py")
    if path.name != "__init__.py"
)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_has_a_test_module(module: Path) -> None:
    """__main__.py is tested by test_main.py; an __init__.py has nothing but re-exports."""
    name = module.stem.strip("_")
    mirror = ROOT / "tests" / module.parent / f"test_{name}.py"
    assert mirror.is_file(), f"wslab/{module} has no {mirror.relative_to(ROOT)}"
    assert "def test_" in mirror.read_text("utf-8"), f"{mirror.relative_to(ROOT)} tests nothing"


def test_modules_were_found() -> None:
    """Else the test above would pass for an empty list."""
    assert len(MODULES) > 10
