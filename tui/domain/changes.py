"""What a batch of events changed: the value that is published to lists and screens.

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
    """The objects that were added, changed and removed; each is in one of the three."""

    added: tuple[Row[T], ...] = ()
    changed: tuple[Row[T], ...] = ()
    """A row with a new uid is another object with the same name."""
    removed: tuple[ObjectKey, ...] = ()
    standing: bool = False
    """Whether the standing of some part has changed: live, stale, unreadable, or listed whole."""
    moment: int = 0
    """When it was made; a copy of the table that is newer has all of these changes already."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed or self.standing)
