"""Is an answer still the stub that the lesson came with?

A stub's body is `...`. An exercise that asks for a bug has code instead, which its checker knows
too. Compiled code is compared, so that a comment or a blank line is no try.
"""

from __future__ import annotations

from types import CodeType, FunctionType


def _blank() -> None: ...


async def _blank_coroutine() -> None: ...


def _blank_with_words() -> None:
    """A docstring is the first constant, which moves the others."""


async def _blank_coroutine_with_words() -> None:
    """The same."""


_BLANK = {
    stub.__code__.co_code
    for stub in (_blank, _blank_coroutine, _blank_with_words, _blank_coroutine_with_words)
}
_COMPARED = ("co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars")


def untouched(answer: object, stub: object = None) -> bool:
    """True for `...`, for functions and classes without a body, and for the same code as `stub`."""
    if answer is ... or answer is None:
        return True
    if stub is not None:
        return same_code(answer, stub)
    if isinstance(answer, FunctionType):
        return _is_blank(answer.__code__)
    if isinstance(answer, type):
        methods = _methods(answer).values()
        return bool(methods) and all(map(_is_blank, methods))
    return False


def _is_blank(code: CodeType) -> bool:
    return code.co_code in _BLANK and code.co_consts[-1] is None  # and not `return 1`


def same_code(one: object, other: object) -> bool:
    """Whether two functions, or two classes method by method, were compiled from the same text."""
    if isinstance(one, FunctionType) and isinstance(other, FunctionType):
        return _same(one.__code__, other.__code__)
    if isinstance(one, type) and isinstance(other, type):
        mine, theirs = _methods(one), _methods(other)
        return mine.keys() == theirs.keys() and all(
            _same(mine[name], theirs[name]) for name in mine
        )
    return False


def _methods(of: type) -> dict[str, CodeType]:
    return {k: v.__code__ for k, v in vars(of).items() if isinstance(v, FunctionType)}


def _same(one: CodeType, other: CodeType) -> bool:
    if any(getattr(one, name) != getattr(other, name) for name in _COMPARED):
        return False
    mine, theirs = _constants(one), _constants(other)
    return len(mine) == len(theirs) and all(
        _same(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else a == b
        for a, b in zip(mine, theirs, strict=True)
    )


def _constants(code: CodeType) -> tuple[object, ...]:
    """The constants but for the docstring, which comes first: its words may differ."""
    first = code.co_consts[0] if code.co_consts else None
    return code.co_consts[1:] if isinstance(first, str) else code.co_consts
