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
    """What happened. Each object is in one of added, changed and removed, or in none of them."""

    added: tuple[Row[T], ...] = ()
    changed: tuple[Row[T], ...] = ()
    """A row with a new uid is another object with the same name."""
    removed: tuple[ObjectKey, ...] = ()
    filled: tuple[Row[T], ...] = ()
    """Rows that were read from their objects, after all changes above: more is known of them, and
    nothing happened to them. One may be among the added or changed, too, as it was before that."""
    replaced: frozenset[ObjectKey] = frozenset()
    """Rows that are known to be another object of the same name now."""
    due: tuple[ObjectKey, ...] = ()
    """Rows that have to be read from their objects, whether they look different or not."""
    standing: bool = False
    """Whether the standing of some part has changed: live, stale, unreadable, or listed whole."""
    moment: int = 0
    """When it was made; a copy of the table that is newer has all of these changes already."""

    def __bool__(self) -> bool:
        return bool(
            self.added or self.changed or self.removed or self.filled or self.due or self.standing
        )
