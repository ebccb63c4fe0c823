"""Header fields as HTTP has them: ordered, case-insensitive names, repeats allowed.

RFC 9110 5.1: names are case-insensitive. 5.2 and 5.3: a field may appear on several lines, and
lines of one list-valued field read as one list, in order. 5.6.1: a recipient ignores empty
elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Headers:
    """An ordered multimap of header fields: (name, value) pairs."""

    __slots__ = ("_by_name", "_pairs")

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._pairs: list[tuple[str, str]] = list(pairs)
        # The values by lower-case name, made at the first look: a handshake asks a dozen times.
        self._by_name: dict[str, list[str]] | None = None

    def _index(self) -> dict[str, list[str]]:
        index = self._by_name
        if index is None:
            index = self._by_name = {}
            for name, value in self._pairs:
                index.setdefault(name.lower(), []).append(value)
        return index

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of the field, or `default`."""
        values = self._index().get(name.lower())
        return values[0] if values else default

    def get_all(self, name: str) -> list[str]:
        """The values of all lines of the field, in order."""
        return list(self._index().get(name.lower(), ()))

    def tokens(self, name: str) -> list[str]:
        """The elements of a comma-separated field over all its lines, as they were written."""
        parts = (part.strip(" \t") for value in self.get_all(name) for part in value.split(","))
        return [part for part in parts if part]

    def has_token(self, name: str, token: str) -> bool:
        """Whether the list field holds `token`, upper and lower case alike."""
        wanted = token.lower()
        return any(part.lower() == wanted for part in self.tokens(name))

    def add(self, name: str, value: str) -> None:
        """Append a line; lines of the same name stay."""
        self._pairs.append((name, value))
        self._by_name = None

    def set(self, name: str, value: str) -> None:
        """Leave exactly one line of this name: at the first one's place, or at the end."""
        wanted, self._by_name = name.lower(), None
        for index, (known, _) in enumerate(self._pairs):
            if known.lower() == wanted:
                rest = [pair for pair in self._pairs[index + 1 :] if pair[0].lower() != wanted]
                self._pairs[index:] = [(name, value), *rest]
                return
        self._pairs.append((name, value))

    def remove(self, name: str) -> None:
        """Drop all lines of this name; nothing happens when there is none."""
        wanted, self._by_name = name.lower(), None
        self._pairs[:] = [pair for pair in self._pairs if pair[0].lower() != wanted]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __eq__(self, other: object) -> bool:
        """Equal when the same lines come in the same order, names compared without case."""
        if not isinstance(other, Headers):
            return NotImplemented
        mine = [(name.lower(), value) for name, value in self._pairs]
        return mine == [(name.lower(), value) for name, value in other._pairs]

    __hash__ = None  # type: ignore[assignment]  # it can change

    def __repr__(self) -> str:
        return f"Headers({self._pairs!r})"
