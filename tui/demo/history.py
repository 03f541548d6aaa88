"""The last changes of all objects: as many as there is room for.

What watches begin from, and the later pages of lists are told from. What is forgotten is told by
the revision up to which everything is gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from tui.demo import refusals
from tui.demo.records import Change, Key, Record
from tui.demo.resources import Resource


class History:
    """Changes in their order, the oldest forgotten first."""

    def __init__(self, revision: int, keep: int, keep_bytes: int) -> None:
        self.compacted = revision
        """Nothing is known of how things were before this revision."""
        self._keep = keep
        self._keep_bytes = keep_bytes
        self._changes: deque[Change] = deque()
        self._bytes = 0

    def add(self, change: Change) -> None:
        """Remember a change, and forget what there is no room for."""
        self._changes.append(change)
        self._bytes += len(change.record.raw)
        while len(self._changes) > self._keep or self._bytes > self._keep_bytes:
            oldest = self._changes.popleft().record
            self._bytes -= len(oldest.raw)
            self.compacted = oldest.revision

    def forget(self, revision: int) -> None:
        """Forget everything up to here."""
        self._changes.clear()
        self._bytes = 0
        self.compacted = revision

    def after(self, resource: Resource, revision: int) -> Iterator[Change]:
        """The changes of a kind after a revision; raises the 410 of the API."""
        return reversed(list(self._backwards(resource, revision)))

    def undone(self, resource: Resource, revision: int) -> dict[Key, Record | None]:
        """What was at a revision, of those objects that have changed since; None is nothing."""
        then: dict[Key, Record | None] = {}
        for change in self._backwards(resource, revision):
            then[change.record.key] = change.previous
        return then

    def _backwards(self, resource: Resource, revision: int) -> Iterator[Change]:
        if revision < self.compacted:
            raise refusals.too_old(revision, self.compacted)
        for change in reversed(self._changes):
            if change.record.revision <= revision:
                return
            if change.resource is resource:
                yield change
