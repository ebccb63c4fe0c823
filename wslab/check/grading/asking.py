"""The statements of a notebook that ask for a judgement, wherever they stand in its cells.

    asking(["# mine\\ncheck.lesson02.accept(accept)"])  # ["_wslab_check.lesson02.accept(accept)"]

They are found in the source, by what the notebook imports, and reach the exercises by a name of
their own: a notebook that gives the name `check` to something else is judged all the same.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

CHECK = "_wslab_check"
PACKAGE = "wslab.check"
EXERCISE = re.compile(rf"{re.escape(PACKAGE)}\.(lesson\d\d\.\w+|stage)")
ASKS = re.compile(rf"\b{CHECK}\.(?:lesson(\d\d)\.(\w+)|stage)\((?:number=)?(\d*)")
STAGES = "07"

_DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # what is in them runs elsewhere


def asking(sources: Iterable[str]) -> list[str]:
    """The statements in these cells that call an exercise, to be run where `CHECK` is the package.

    A loop over stages is one statement. The rest of a cell has been run, and is not run again.
    """
    statements = [statement for source in sources for statement in _statements(source)]
    calls = _Calls(_known(statements))
    asked = []
    for statement in statements:
        calls.found = False
        if not isinstance(statement, _DEFINES):
            changed = calls.visit(statement)
            asked += [ast.unparse(changed)] if calls.found else []
    return asked


def names_in(asked: str) -> list[str]:
    """The exercises that a statement asks for, as far as its text tells: "02.accept"."""
    return [
        f"{lesson}.{name}" if lesson else f"{STAGES}.stage{int(number or 0):02}"
        for lesson, name, number in ASKS.findall(asked)
    ]


def _statements(source: str) -> Iterator[ast.stmt]:
    """The statements of a cell; where it is no Python, those among its lines that are."""
    from IPython.core.inputtransformer2 import TransformerManager

    python = TransformerManager()  # type: ignore[no-untyped-call]
    try:
        yield from ast.parse(python.transform_cell(source)).body  # %magic, !command
    except (SyntaxError, ValueError):
        for line in source.splitlines():
            try:
                yield from ast.parse(line).body
            except (SyntaxError, ValueError):
                continue


def _known(statements: Iterable[ast.stmt]) -> dict[str, str]:
    """What the names stand for that the notebook imports from wslab."""
    known = {"check": PACKAGE, "wslab": "wslab"}
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and f"{statement.module}.".startswith("wslab."):
            for name in statement.names:
                known[name.asname or name.name] = f"{statement.module}.{name.name}"
        elif isinstance(statement, ast.Import):
            known.update({name.asname: name.name for name in statement.names if name.asname})
    return known


class _Calls(ast.NodeTransformer):
    """Has the calls of exercises go through `CHECK`. found: there was one."""

    def __init__(self, known: dict[str, str]) -> None:
        self.found = False
        self._known = known

    def visit_Call(self, call: ast.Call) -> ast.AST:
        first, dot, rest = ast.unparse(call.func).partition(".")
        if match := EXERCISE.fullmatch(f"{self._known.get(first, first)}{dot}{rest}"):
            self.found = True
            call.func = ast.parse(f"{CHECK}.{match[1]}", mode="eval").body
        return self.generic_visit(call)
