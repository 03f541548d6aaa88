"""What somebody looked at, one after the other: lists and objects, to go back to and forward."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.domain.identity import ObjectKey
from tui.navigator import Location

MOST = 50
"""Visits that are kept; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A list, or an object of it."""

    location: Location
    key: ObjectKey | None = None
    """The object; None for the list itself."""
    uid: str = ""
    pane: str = ""
    """The id of the pane that was in front last; "" for the one that it opens with."""

    def is_same(self, other: Visit) -> bool:
        """Whether both are of the same list or object, with whatever pane."""
        return (self.location, self.key) == (other.location, other.key)


class History:
    """Visits in their order, and which of them one is at."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []
        self._at = -1

    @property
    def current(self) -> Visit | None:
        """The visit that was begun last, or gone back or forward to; None before the first."""
        return self._visits[self._at] if self._visits else None

    def visit(self, visit: Visit) -> None:
        """Something else is looked at; what was forward of the current visit is forgotten."""
        if self.current is not None and self.current.is_same(visit):
            return
        del self._visits[self._at + 1 :]
        self._visits = [*self._visits, visit][-MOST:]
        self._at = len(self._visits) - 1

    def leave(self, here: Visit) -> None:
        """Keep the pane that is in front where one is."""
        if self.current is not None and self.current.is_same(here):
            self._visits[self._at] = replace(self.current, pane=here.pane)

    def step(self, by: int, here: Visit) -> Visit | None:
        """What is one back (-1) or forward (1) of where one is; None at the end.

        Who has closed what was visited last is back there by one step.
        """
        if by < 0 and self.current is not None and not self.current.is_same(here):
            return self.current
        if not 0 <= self._at + by < len(self._visits):
            return None
        self._at += by
        return self._visits[self._at]
