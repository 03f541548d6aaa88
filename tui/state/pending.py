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

    def begin(self, what: str, keys: Iterable[ObjectKey]) -> int:
        """Something begins (`retry`); the number is what ends it."""
        number = next(self._numbers)
        self._under_way[number] = (what, frozenset(keys))
        return number

    def end(self, number: int) -> tuple[ObjectKey, ...]:
        """It is over, however it ended; returns whose rows look different now."""
        _, keys = self._under_way.pop(number, ("", frozenset[ObjectKey]()))
        return tuple(keys)

    def of(self, key: ObjectKey) -> str:
        """What is being done to it, the latest first begun; "" if nothing."""
        for what, keys in reversed(self._under_way.values()):
            if key in keys:
                return what
        return ""

    def __len__(self) -> int:
        return len(self._under_way)
