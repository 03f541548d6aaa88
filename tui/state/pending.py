"""Actions under way, so that a row can say so: a mark beside it, never a made-up object."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from tui.domain.identity import ObjectKey


class Pending:
    """Which objects somebody is doing something to, and what."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._under_way: dict[int, tuple[str, frozenset[ObjectKey]]] = {}
        self._by_key: dict[ObjectKey, dict[int, str]] = {}
        """The same by object: of thousands that are acted on at once, one is asked about."""

    def begin(self, what: str, keys: Iterable[ObjectKey]) -> int:
        """Something begins (`retry`); the number is what ends it."""
        number = next(self._numbers)
        self._under_way[number] = (what, frozenset(keys))
        for key in self._under_way[number][1]:
            self._by_key.setdefault(key, {})[number] = what
        return number

    def end(self, number: int) -> tuple[ObjectKey, ...]:
        """It is over, however it ended; returns whose rows look different now."""
        _, keys = self._under_way.pop(number, ("", frozenset[ObjectKey]()))
        for key in keys:
            left = self._by_key[key]
            del left[number]
            if not left:
                del self._by_key[key]
        return tuple(keys)

    def of(self, key: ObjectKey) -> str:
        """What is being done to it, the latest first begun; "" if nothing."""
        doing = self._by_key.get(key)
        return doing[max(doing)] if doing else ""

    def __len__(self) -> int:
        return len(self._under_way)
