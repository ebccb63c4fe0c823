"""One written form for a notebook, so that a diff shows what a teacher changed and nothing else.

Metadata says nothing about the machine or the Python that ran it, and a cell's id follows from its
text: building the notebook again from a script, or executing it again, gives the same ids.
"""

from __future__ import annotations

import hashlib
from collections import Counter

from nbformat import NotebookNode

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


def cell_id(kind: str, source: str) -> str:
    """The id of a cell with this type and text, before repeated texts are told apart."""
    return "c" + hashlib.sha256(f"{kind}\n{source}".encode()).hexdigest()[:10]


def normalise(notebook: NotebookNode) -> None:
    """Bring metadata and cell ids into their one form; sources and outputs stay as they are."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = NotebookNode(METADATA)
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = NotebookNode({"tags": tags} if tags else {})
        if "nav" in tags:
            continue
        name = cell_id(cell.cell_type, cell.source)
        seen[name] += 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
