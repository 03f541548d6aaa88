"""What is in a table: items in an order, the cursor, marks, and which items are on the screen.

The cursor belongs to an item, not to a line: when items come, go or change places, it stays on its
item. Nothing here draws anything or knows Textual.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class TablePosition(NamedTuple):
    """Where a table stands: what to compare with after something moved."""

    cursor: int
    cursor_key: Hashable | None
    top: int


class TableModel(Generic[T]):
    """Items, each known by a key; `page` of them are on the screen, `top` is the first of those."""

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self.key = key
        """The identity of an item; no two items have the same."""
        self._items: Sequence[T] = ()
        self._cursor = 0
        self._cursor_key: Hashable | None = None
        self._top = 0
        self._page = 1
        self.is_at_newest = False
        """Whether the cursor stays on the first line, whichever item that is; until it is moved."""
        self.may_mark: Callable[[T], bool] = lambda item: True
        """Which items can be marked."""
        self._marks: frozenset[Hashable] = frozenset()
        self.range_start: Hashable | None = None
        """The item that was marked last, from which a range goes on."""

    @property
    def items(self) -> Sequence[T]:
        """All items, in order."""
        return self._items

    @property
    def cursor(self) -> int:
        """Index of the item under the cursor; 0 in an empty table."""
        return self._cursor

    @property
    def cursor_key(self) -> Hashable | None:
        """Key of the item under the cursor; None in an empty table."""
        return self._cursor_key

    @property
    def current(self) -> T | None:
        """The item under the cursor; None in an empty table."""
        return self._items[self._cursor] if self._cursor < len(self._items) else None

    @property
    def top(self) -> int:
        """Index of the first item on the screen."""
        return self._top

    @property
    def page(self) -> int:
        """How many items fit on the screen; at least 1."""
        return self._page

    @property
    def position(self) -> TablePosition:
        """Cursor and scroll position, to compare with later."""
        return TablePosition(self._cursor, self._cursor_key, self._top)

    @property
    def visible(self) -> range:
        """Indexes of the items on the screen."""
        return range(self._top, min(len(self._items), self._top + self._page))

    @property
    def visible_items(self) -> Sequence[T]:
        """The items on the screen."""
        return self._items[self._top : self._top + self._page]

    @property
    def near_items(self) -> Sequence[T]:
        """The items on the screen, then those of a screen below, then those of one above."""
        top, page = self._top, self._page
        return [*self._items[top : top + 2 * page], *self._items[max(0, top - page) : top]]

    def index_of(self, key: Hashable | None, hint: int = -1) -> int:
        """Index of the item with a key, `hint` if there is none; `hint` is looked at first."""
        if key is None or self._key_at(hint) == key:
            return hint
        key_of = self.key
        return next((i for i, item in enumerate(self._items) if key_of(item) == key), hint)

    # --- what is in it -------------------------------------------------------------------

    def replace(self, items: Sequence[T]) -> None:
        """Show other items, or the same in another order; the sequence is kept, not copied.

        The cursor stays on its item; if that is gone, on its line. The line of the screen that the
        cursor is on stays the same as far as possible. While it is at the newest, it stays there.
        """
        line = self._cursor - self._top
        self._items = items
        if self.is_at_newest:
            self._cursor = self._top = 0
            self._settle()
            return
        self._cursor = self.index_of(self._cursor_key, self._cursor)
        self._top = self._cursor - line
        self._settle()

    def update(self, index: int, item: T) -> None:
        """Another version of one item, at the same index."""
        items = self._items if isinstance(self._items, list) else list(self._items)
        items[index] = item
        self._items = items

    # --- moving --------------------------------------------------------------------------

    def resize(self, page: int) -> None:
        """So many items fit on the screen now."""
        self._page = max(1, page)
        self._settle()

    def move_to(self, index: int, *, line: int | None = None) -> None:
        """Put the cursor on an index, or on the nearest there is, and that on a line of the screen,
        as far as possible."""
        self.is_at_newest = False
        self._cursor = index
        if line is not None:
            self._top = index - line
        self._settle()

    def centre(self) -> None:
        """Scroll until as much is above the cursor as below it."""
        self._top = self._cursor - self._page // 2
        self._settle()

    def scroll(self, lines: int) -> None:
        """Move the items and the cursor together; at either end, only the cursor."""
        self.is_at_newest = False
        top = max(0, min(self._top + lines, len(self._items) - self._page))
        self._cursor += top - self._top or lines
        self._top = top
        self._settle()

    def _settle(self) -> None:
        """Bring cursor and scroll position into their bounds."""
        count, page = len(self._items), self._page
        self._cursor = max(0, min(self._cursor, count - 1))
        top = max(self._cursor - page + 1, min(self._top, self._cursor))
        self._top = max(0, min(top, count - page))
        self._cursor_key = self._key_at(self._cursor)

    def _key_at(self, index: int) -> Hashable | None:
        return self.key(self._items[index]) if 0 <= index < len(self._items) else None

    # --- marks ---------------------------------------------------------------------------

    @property
    def marks(self) -> frozenset[Hashable]:
        """Keys of the marked items."""
        return self._marks

    @marks.setter
    def marks(self, marks: Iterable[Hashable]) -> None:
        self._marks = frozenset(marks)

    def toggle_mark(self) -> None:
        """Mark the item under the cursor, or take its mark away; a range begins here."""
        if self.current is not None and self.may_mark(self.current):
            self.is_at_newest = False
            self.range_start = self._cursor_key
            self._marks ^= {self.key(self.current)}

    def mark_range(self) -> None:
        """Mark everything between the item marked last and the cursor, both included."""
        if self._cursor_key is None:
            return
        self.is_at_newest = False
        low, high = sorted((self.index_of(self.range_start, self._cursor), self._cursor))
        self.range_start = self._cursor_key
        self._marks |= self.markable(self._items[low : high + 1])

    def markable(self, items: Iterable[T]) -> frozenset[Hashable]:
        """Keys of those of some items that can be marked."""
        return frozenset(self.key(item) for item in items if self.may_mark(item))
