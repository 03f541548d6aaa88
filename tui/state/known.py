"""The objects of a list as far as they are known, with one writer: the watch.

Nothing here is guessed ahead. A batch of events goes in, what really changed comes out, so that a
relist of ten thousand objects that did not change costs no drawing. Resource versions are only
compared for equality; what is older is decided by the order of the stream.

Several parts may tell of one object, a cluster and its archive for example. It is one row then,
with both origins, and goes when the last of them no longer has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Generic, TypeVar

from msgspec import structs

from tui.domain.changes import ChangeSet
from tui.domain.identity import ObjectKey, Origin, Part, Row
from tui.ports.collections import Changed, Gone, Page, WatchEvent

T = TypeVar("T")

ADDED, CHANGED, REMOVED = "added", "changed", "removed"

_moments = count(1)
"""One count for all tables, so that a change of an earlier table is older than any later one."""


class KnownObjects(Mapping[ObjectKey, Row[T]], Generic[T]):
    """All objects of the watched parts by their keys, as of the last batch."""

    def __init__(self, parts: Iterable[Part] = ()) -> None:
        self.moment = next(_moments)
        """Grows with each batch; change sets say which one they belong to."""
        self._rows: dict[ObjectKey, Row[T]] = {}
        self._told: dict[Part, dict[ObjectKey, Row[T]]] = {part: {} for part in parts}
        """What each part tells."""
        self._relisting: dict[Part, set[ObjectKey]] = {}
        """What a list that is not at its end yet has told, for each part that is being listed."""
        self._whole: set[Part] = set()
        self._happened: dict[ObjectKey, str] = {}

    def __getitem__(self, key: ObjectKey) -> Row[T]:
        return self._rows[key]

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def whole_parts(self) -> frozenset[Part]:
        """The parts of which a list has been read to its end at least once."""
        return frozenset(self._whole)

    # --- what changes it -------------------------------------------------------------------

    def apply(self, events: Iterable[WatchEvent[T]]) -> ChangeSet[T]:
        """Take a batch in, in its order, and say what came of it."""
        was_whole = len(self._whole)
        for event in events:
            if isinstance(event, Changed):
                self._put(event.part, event.row)
            elif isinstance(event, Gone):
                self._drop(event.part, event.key, event.uid)
            elif isinstance(event, Page):
                self._take_page(event)
        self.moment = next(_moments)
        return self._changes(standing=len(self._whole) != was_whole)

    def as_changed(self, keys: Iterable[ObjectKey]) -> ChangeSet[T]:
        """A change set that asks for these to be drawn again, those of them that are known."""
        known = (self._rows.get(key) for key in keys)
        return ChangeSet(changed=tuple(row for row in known if row is not None), moment=self.moment)

    def _take_page(self, page: Page[T]) -> None:
        """Put a page in, and drop what a whole list of its part no longer has."""
        part = page.part
        if page.first:
            self._relisting[part] = set()
        for row in page.rows:
            self._put(part, row)
        if not page.last:
            return
        seen = self._relisting.pop(part, set())
        for key in [key for key in self._told.get(part, ()) if key not in seen]:
            self._drop(part, key)
        self._whole.add(part)

    def _put(self, part: Part, row: Row[T]) -> None:
        key = row.key
        seen = self._relisting.get(part)
        if seen is not None:
            seen.add(key)
        told = self._told.setdefault(part, {})
        before = told.get(key)
        if before is not None and _is_same(before, row):
            return
        told[key] = row
        self._note(key, ADDED if key not in self._rows else CHANGED)
        self._rows[key] = row if len(self._told) == 1 else self._merged(key, row)

    def _drop(self, part: Part, key: ObjectKey, uid: str = "") -> None:
        """A part no longer has an object; with a uid, only if it is still that one."""
        told = self._told.get(part, {})
        row = told.get(key)
        if row is None or (uid and row.uid and uid != row.uid):
            return
        del told[key]
        left = next((each[key] for each in self._told.values() if key in each), None)
        if left is None:
            del self._rows[key]
            self._note(key, REMOVED)
        else:
            self._rows[key] = self._merged(key, left)
            self._note(key, CHANGED)

    def _merged(self, key: ObjectKey, row: Row[T]) -> Row[T]:
        """The row of all parts that tell of an object: what the cluster says is newest."""
        rows = [told[key] for told in self._told.values() if key in told]
        if len(rows) < 2:
            return row
        newest = next((each for each in rows if Origin.CLUSTER in each.origins), rows[0])
        origins = frozenset[Origin]().union(*(each.origins for each in rows))
        return structs.replace(newest, origins=origins)

    def _note(self, key: ObjectKey, what: str) -> None:
        """Several events of one object in a batch come to one change, or to none."""
        earlier = self._happened.get(key)
        if earlier is None:
            self._happened[key] = what
        elif earlier == ADDED and what == REMOVED:
            del self._happened[key]
        elif earlier == REMOVED and what == ADDED:
            self._happened[key] = CHANGED
        elif earlier == CHANGED:
            self._happened[key] = what

    def _changes(self, *, standing: bool) -> ChangeSet[T]:
        happened, self._happened = self._happened, {}
        sets: dict[str, list[ObjectKey]] = {ADDED: [], CHANGED: [], REMOVED: []}
        for key, what in happened.items():
            sets[what].append(key)
        return ChangeSet(
            added=tuple(self._rows[key] for key in sets[ADDED]),
            changed=tuple(self._rows[key] for key in sets[CHANGED]),
            removed=tuple(sets[REMOVED]),
            standing=standing,
            moment=self.moment,
        )


def _is_same(before: Row[T], row: Row[T]) -> bool:
    return bool(row.version) and before.version == row.version and before.uid == row.uid
