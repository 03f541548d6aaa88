"""What a batch of events changed: the value that lists and screens hear of.

A change set is read later than it was made, when the table it came from may have moved on. So it
carries the rows themselves, not keys to look up, and the moment it was made at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from tui.domain.identity import ObjectKey, Row

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ChangeSet(Generic[T]):
    """Which objects came, changed and went; each stands in one of the three."""

    added: tuple[Row[T], ...] = ()
    changed: tuple[Row[T], ...] = ()
    """A row that has another uid than before is another object of the same name."""
    removed: tuple[ObjectKey, ...] = ()
    standing: bool = False
    """Whether some part stands otherwise than before: live, stale, unreadable, or listed whole."""
    moment: int = 0
    """When this was so; a copy of the table that is younger holds all of it already."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.standing)
