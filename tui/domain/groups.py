"""Rows put together by what they have in common: a template, a cron workflow, a label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tui.domain.identity import Depth, Row

T = TypeVar("T")

UNREAD = None
"""The name of the group of rows of which too little is known to put them anywhere."""


@dataclass(slots=True)
class Group(Generic[T]):
    """Rows that have something in common."""

    name: str | None
    """What they have in common; "" for those that have none of it, `UNREAD` for not known yet."""
    last: Row[T]
    """The newest of them."""
    counts: Counter[str] = field(default_factory=Counter)
    """How many there are of what the list counts."""

    @property
    def total(self) -> int:
        """How many there are."""
        return self.counts.total()


def grouped(
    rows: Iterable[Row[T]],
    name: Callable[[T], str],
    *,
    counted: Callable[[T], str],
    newest: Callable[[T], Any],
) -> list[Group[T]]:
    """The groups, the one with the newest row first; what is in no group stands last."""
    found: dict[str | None, Group[T]] = {}
    for row in rows:
        key = name(row.value) if row.depth > Depth.TABLE else UNREAD
        group = found.get(key)
        if group is None:
            group = found[key] = Group(key, row)
        elif newest(row.value) > newest(group.last.value):
            group.last = row
        group.counts[counted(row.value)] += 1
    groups = sorted(found.values(), key=lambda group: newest(group.last.value), reverse=True)
    return sorted(groups, key=lambda group: not group.name)
