"""Actions under way, so that a row can say so: a mark beside it, never a made-up workflow."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from tui.domain.workflow import WorkflowRef


class Pending:
    """Which workflows somebody is doing something to, and what."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._under_way: dict[int, tuple[str, frozenset[WorkflowRef]]] = {}

    def begin(self, what: str, refs: Iterable[WorkflowRef]) -> int:
        """Something begins (`retry`); the number is what ends it."""
        number = next(self._numbers)
        self._under_way[number] = (what, frozenset(refs))
        return number

    def end(self, number: int) -> tuple[WorkflowRef, ...]:
        """It is over, however it ended; returns whose rows look different now."""
        _, refs = self._under_way.pop(number, ("", frozenset[WorkflowRef]()))
        return tuple(refs)

    def of(self, ref: WorkflowRef) -> str:
        """What is being done to it, the latest first begun; "" if nothing."""
        for what, refs in reversed(self._under_way.values()):
            if ref in refs:
                return what
        return ""

    def __len__(self) -> int:
        return len(self._under_way)
