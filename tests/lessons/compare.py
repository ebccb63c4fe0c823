"""What of a cell's outputs is compared, as nbval does it."""

from __future__ import annotations

from difflib import unified_diff
from pprint import pformat
from typing import Any

from nbformat import NotebookNode


def outputs(cell: NotebookNode) -> list[Any]:
    """What nbval compares, joined where the kernel wrote in pieces."""
    found: list[Any] = []
    for output in cell.outputs:
        if output.output_type == "stream" and found and found[-1][0] == output.name:
            found[-1][1] += output.text
        elif output.output_type == "stream":
            found.append([output.name, output.text])
        else:
            # nbval leaves pictures made of pixels out.
            found.append([output.output_type, {**output.data, "image/png": None}])
    return found


def different(cells: list[NotebookNode], shown: list[list[Any]]) -> str:
    """The first cell whose outputs are not the stored ones, and how they differ; or nothing.

    One cell, since a diff of a whole lesson buries the line that matters.
    """
    for number, (cell, now) in enumerate(zip(cells, shown, strict=True), 1):
        stored = outputs(cell)
        if now != stored:
            lines = [pformat(each, width=100).splitlines() for each in (stored, now)]
            diff = unified_diff(*lines, "stored", "this run", n=1, lineterm="")
            return "\n".join([f"In [{number}]: {cell.source}", *diff])
    return ""
