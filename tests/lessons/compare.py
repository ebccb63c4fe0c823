"""What of a cell's outputs is compared, as nbval does it."""

from __future__ import annotations

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
