"""What a list shows of its objects: filtered, sorted, and what of it changed.

A listing is a copy that change sets keep up to date: change sets arrive later than they were made,
and whatever is asked meanwhile is answered as of the last one that was taken in.

`update` answers the one question a list widget has: can it redraw a few rows in place, or did the
order change? The sort key of each row is kept, so that a busy cluster costs one nearly sorted sort
a beat and not ten thousand key functions.

What is read of a row later than the row itself moves nothing: it keeps its place, or stays filtered
out, until the list is sorted or filtered again, or its key changes by what happens. A place that
was a guess (`domain/order.py`) is the exception: the row goes where it belongs, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tui.domain.changes import ChangeSet
from tui.domain.identity import Depth, ObjectKey, Row
from tui.domain.order import Guess

T = TypeVar("T")

SortKey = Callable[[T], Any]
"""What to sort by; None means "nothing to say" and stands last in either direction."""
Predicate = Callable[[T], bool]
RowPredicate = Callable[[Row[T]], bool]


def nothing_to_say(value: object) -> None:
    """The sort key of what is sorted by name alone."""


def uncounted(value: object) -> str:
    """The group of what is not counted by anything."""
    return ""


@dataclass(frozen=True, slots=True)
class ListingChange:
    """What became of the rows: all to be laid out anew, or only some to be drawn again."""

    order: bool = False
    """Rows came, went or moved."""
    rows: tuple[int, ...] = ()
    """Rows to draw again, ascending; empty when `order` is true."""
    replaced: tuple[ObjectKey, ...] = ()
    """Rows that are another object of the same name now."""

    def __bool__(self) -> bool:
        return self.order or bool(self.rows)


class Listing(Generic[T]):
    """The rows of a list, in the order they are shown."""

    def __init__(
        self,
        objects: Mapping[ObjectKey, Row[T]],
        *,
        moment: int = 0,
        key: SortKey[T] = nothing_to_say,
        reverse: bool = False,
        matches: Predicate[T] | None = None,
        group: Callable[[T], str] = uncounted,
    ) -> None:
        """`moment` is that of the objects; `group` is what they are counted by."""
        self._objects = dict(objects)
        self._moment = moment
        self._key = key
        self._row_key: Callable[[Row[T]], Any] | None = None
        self._reverse = reverse
        self._matches = matches
        self._group = group
        self._depth = Depth.TABLE
        self._unread_matches: RowPredicate[T] | None = None
        self._frozen: set[ObjectKey] = set()
        """What was read since its place was found: by what is known now, that may be another."""
        self._kept: set[ObjectKey] = set()
        self._places: dict[ObjectKey, tuple[Any, ...]] = {}
        """What each row that is shown is sorted by."""
        self._keys: list[ObjectKey] = []
        self._index: dict[ObjectKey, int] | None = None
        self._counts: tuple[Counter[str], Counter[str]] | None = None
        self._relay()

    # --- what is shown ---------------------------------------------------------------------

    @property
    def keys(self) -> Sequence[ObjectKey]:
        """The keys of the rows, in their order."""
        return self._keys

    @property
    def rows(self) -> Sequence[Row[T]]:
        """The rows in their order, as of the last change."""
        return _Rows(self._keys, self._objects)

    def __len__(self) -> int:
        return len(self._keys)

    def index_of(self, key: ObjectKey) -> int | None:
        """Which row it is; None when it is gone or filtered out."""
        if self._index is None:
            self._index = {each: index for index, each in enumerate(self._keys)}
        return self._index.get(key)

    def __contains__(self, key: ObjectKey) -> bool:
        """Whether there is such an object, shown or not."""
        return key in self._objects

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self._objects)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many of each group there are, shown or not."""
        return self._counted()[0]

    @property
    def unread(self) -> Mapping[str, int]:
        """Of how many of each group only the Table's row is known."""
        return self._counted()[1]

    # --- what changes it -------------------------------------------------------------------

    def update(self, changes: ChangeSet[T]) -> ListingChange:
        """Take in what changed; what is older than this listing changes nothing."""
        if changes.moment < self._moment:
            return ListingChange()
        self._moment = changes.moment
        order = False
        for key in changes.removed:
            self._count(self._objects.pop(key, None), -1)
            self._frozen.discard(key)
            order = self._places.pop(key, None) is not None or order
        touched: list[ObjectKey] = []
        replaced = dict.fromkeys(changes.replaced)
        for row in (*changes.added, *changes.changed):
            key = row.key
            old = self._objects.get(key)
            if old is not None and old.uid and row.uid and old.uid != row.uid:
                replaced[key] = None
            self._objects[key] = row
            self._count(old, -1)
            self._count(row, 1)
            before = self._places.get(key)
            after = self._place_of(row)
            if before != after and key in self._frozen and old is not None:
                if self._place_of(old) == after:
                    after = before
                else:
                    self._frozen.discard(key)
            if after is None:
                self._places.pop(key, None)
            else:
                self._places[key] = after
            if before != after:
                order = True
            elif after is not None:
                touched.append(key)
        for row in changes.filled:
            key = row.key
            if key in self._objects:
                self._count(self._objects[key], -1)
                self._count(row, 1)
                self._objects[key] = row
                if self._is_guess(key) and (after := self._place_of(row)) is not None:
                    self._places[key] = after
                    order = True
                    continue
                self._frozen.add(key)
                if key in self._places:
                    touched.append(key)
        if order:
            self._sort()
            return ListingChange(order=True, replaced=tuple(replaced))
        indexes = {self.index_of(key) for key in touched}
        drawn = tuple(sorted(index for index in indexes if index is not None))
        return ListingChange(rows=drawn, replaced=tuple(replaced))

    def sort(
        self,
        key: SortKey[T],
        *,
        reverse: bool = False,
        depth: Depth = Depth.TABLE,
        of_row: Callable[[Row[T]], Any] | None = None,
    ) -> ListingChange:
        """Sort by something else; of rows of less depth the key is not known.

        `of_row` is used instead of `key` where the order depends on more than the object.
        """
        self._key, self._reverse, self._depth, self._row_key = key, reverse, depth, of_row
        self._relay()
        return ListingChange(order=True)

    def filter(
        self, matches: Predicate[T] | None, *, unread: RowPredicate[T] | None = None
    ) -> ListingChange:
        """Show only what matches; None shows everything. What was kept is forgotten.

        `unread` answers for rows of which only the Table is known; without it `matches` does.
        """
        self._matches, self._unread_matches = matches, unread
        self._kept.clear()
        self._relay()
        return ListingChange(order=True)

    def arrange_anew(self) -> ListingChange:
        """Filter and sort again, by what is known now."""
        self._relay()
        return ListingChange(order=True)

    def keep(self, keys: Iterable[ObjectKey]) -> None:
        """Rows of these that are shown stay, matching or not, until the filter is another.

        Who retries a failed workflow in a list of failed ones wants to see what becomes of it.
        """
        self._kept.update(key for key in keys if key in self._places)

    # --- inside ----------------------------------------------------------------------------

    def _count(self, row: Row[T] | None, times: int) -> None:
        """Keep the counts, once somebody asked for them: counting anew looks at every row."""
        if row is None or self._counts is None:
            return
        group = self._group(row.value)
        everything, unread = self._counts
        for counts in (everything, unread) if row.depth is Depth.TABLE else (everything,):
            counts[group] += times
            if not counts[group]:
                del counts[group]

    def _is_guess(self, key: ObjectKey) -> bool:
        place = self._places.get(key)
        return place is not None and isinstance(place[1], Guess)

    def _place_of(self, row: Row[T]) -> tuple[Any, ...] | None:
        """Where it belongs; None when it is not shown. Names make the order a total one."""
        if self._matches is not None and row.key not in self._kept and not self._is_match(row):
            return None
        key = None
        if row.depth >= self._depth:
            key = self._key(row.value) if self._row_key is None else self._row_key(row)
        has_nothing = key is None
        return (
            has_nothing is not self._reverse,
            0 if has_nothing else key,
            *row.key[2:],
            row.key[0],
        )

    def _counted(self) -> tuple[Counter[str], Counter[str]]:
        """By group, how many there are, and of how many only the Table's row is known."""
        if self._counts is None:
            rows = self._objects.values()
            unread = (self._group(row.value) for row in rows if row.depth is Depth.TABLE)
            self._counts = Counter(self._group(row.value) for row in rows), Counter(unread)
        return self._counts

    def _is_match(self, row: Row[T]) -> bool:
        if self._unread_matches is not None and row.depth is Depth.TABLE:
            return self._unread_matches(row)
        return self._matches is None or self._matches(row.value)

    def _relay(self) -> None:
        self._frozen.clear()
        places = {key: self._place_of(row) for key, row in self._objects.items()}
        self._places = {key: place for key, place in places.items() if place is not None}
        self._sort()

    def _sort(self) -> None:
        # The old order is nearly the new one, which is what makes this sort cheap.
        keys = [key for key in self._keys if key in self._places]
        known = set(keys)
        keys.extend(key for key in self._places if key not in known)
        keys.sort(key=self._places.__getitem__, reverse=self._reverse)
        self._keys = keys
        self._index = None


class _Rows(Sequence[Row[T]]):
    """The rows, looked up when asked for."""

    def __init__(self, keys: list[ObjectKey], objects: Mapping[ObjectKey, Row[T]]) -> None:
        self._keys = keys
        self._objects = objects

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self._objects[key] for key in self._keys[index]]
        return self._objects[self._keys[index]]
