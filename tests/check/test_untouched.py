"""A stub is known as one, and the smallest change is a try."""

from __future__ import annotations

from wslab.check.untouched import same_code, untouched


def bug(value: int) -> list[int]:
    """Words."""
    return [number + 1 for number in range(value)]


def test_stubs() -> None:
    def bare(value): ...  # type: ignore[no-untyped-def]

    def with_words(value: int) -> int:  # type: ignore[empty-body]
        """What is wanted."""
        ...
        # Your code here.

    async def later(value: int) -> None:
        """What is wanted."""

    class Server:
        def answer(self) -> bytes: ...  # type: ignore[empty-body]

        async def serve(self) -> None: ...

    for stub in (..., None, bare, with_words, later, Server):
        assert untouched(stub), stub


def test_answers() -> None:
    class Half:
        def answer(self) -> bytes:
            return b""

        def rest(self) -> bytes: ...  # type: ignore[empty-body]

    for answer in (lambda value: value, lambda: 1, Half, 3, len, bug):
        assert not untouched(answer), answer


def test_a_bug_that_was_given_is_a_stub() -> None:
    def copy(value: int) -> list[int]:
        """Other words, and a comment, change nothing."""

        return [number + 1 for number in range(value)]

    def mended(value: int) -> list[int]:
        return [number + 2 for number in range(value)]

    def emptied(value: int) -> list[int]: ...  # type: ignore[empty-body]

    assert untouched(copy, bug)
    assert not untouched(mended, bug)
    assert not untouched(emptied, bug)


def test_classes_are_compared_method_by_method() -> None:
    class One:
        def method(self) -> int:
            return 1

    class Same:
        def method(self) -> int:
            return 1

    class More(Same):
        def method(self) -> int:
            return 1

        def other(self) -> int:
            return 1

    assert same_code(One, Same)
    assert not same_code(One, More)
    assert not same_code(One, bug)
