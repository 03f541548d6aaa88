"""Things in an order, a cursor on one of them, and which of them are on the screen.

The cursor belongs to a thing, not to a line: when rows come, go or change places, it stays on what
it was on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual.message import Message

from tui.widgets.line_view import COMMON, LineView

T = TypeVar("T")


class RowList(LineView, Generic[T]):
    """What is in a list; how it looks is for another class to say."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMMON

    @dataclass
    class CursorMoved(Message):
        """The cursor rests on another thing, or on none."""

        rows: RowList[Any]
        key: Hashable | None

        @property
        def control(self) -> RowList[Any]:
            """The list it happened in."""
            return self.rows

        def can_replace(self, message: Message) -> bool:
            # Holding the down key posts dozens a second; only the last one matters.
            return isinstance(message, RowList.CursorMoved) and message.rows is self.rows

    @dataclass
    class Chosen(Message):
        """Somebody pressed Enter on a thing."""

        rows: RowList[Any]
        key: Hashable

        @property
        def control(self) -> RowList[Any]:
            """The list it happened in."""
            return self.rows

    @dataclass
    class MarksChanged(Message):
        """Other things are marked now."""

        rows: RowList[Any]
        marks: frozenset[Hashable]

        @property
        def control(self) -> RowList[Any]:
            """The list it happened in."""
            return self.rows

    def __init__(
        self,
        *,
        key: Callable[[T], Hashable],
        header: bool = True,
        markable: bool = True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._key = key
        self._header_height = 1 if header else 0
        self._markable = markable
        self._items: Sequence[T] = ()
        self._cursor = 0
        self._cursor_key: Hashable | None = None
        self._top = 0
        self._marks: frozenset[Hashable] = frozenset()

    # --- what is in it -------------------------------------------------------------------

    @property
    def items(self) -> Sequence[T]:
        """What it shows, in order."""
        return self._items

    def replace(self, items: Sequence[T]) -> None:
        """Show other things, or the same in another order; kept, not copied.

        The cursor stays on its thing; if that is gone, on its line.
        """
        before, line = self._cursor_key, self._cursor - self._top
        self._items = items
        self._cursor = self._place_of(before, self._cursor)
        self._top = self._cursor - line
        self._settle()
        self._cursor_key = self._identity_at(self._cursor)
        self.repaint()
        if self._cursor_key != before:
            self._tell_cursor()

    def changed(self, keys: Iterable[Hashable]) -> None:
        """These things look different now (their order is the same)."""
        wanted = set(keys)
        self.repaint(y for y, i in self._visible() if self._key(self._items[i]) in wanted)

    def update_item(self, index: int, item: T) -> None:
        """One thing in place of another at the same line; costs nothing off the screen."""
        items = self._items if isinstance(self._items, list) else list(self._items)
        items[index] = item
        self._items = items
        self.repaint([self._y_of(index)])

    # --- cursor --------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Index of the line under the cursor."""
        return self._cursor

    @property
    def cursor_key(self) -> Hashable | None:
        """What the cursor is on; None in an empty list."""
        return self._cursor_key

    @property
    def current(self) -> T | None:
        """The thing itself."""
        return self._items[self._cursor] if self._cursor < len(self._items) else None

    @property
    def first_shown(self) -> int:
        """Index of the uppermost line on the screen."""
        return self._top

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on a thing; false if it is not here."""
        index = self._place_of(key, -1)
        if index < 0:
            return False
        self.move_to_line(index)
        return True

    def move_to_line(self, index: int) -> None:
        """Put the cursor on a line, or on the nearest there is."""
        old_cursor, old_top, old_key = self._cursor, self._top, self._cursor_key
        self._cursor = index
        self._settle()
        self._cursor_key = self._identity_at(self._cursor)
        if self._top != old_top:
            self.repaint()
        else:
            self.repaint({self._y_of(old_cursor), self._y_of(self._cursor)})
        if self._cursor_key != old_key:
            self._tell_cursor()

    def centre(self) -> None:
        """Show as much of what is above the cursor as of what is below."""
        self._top = self._cursor - self.page // 2
        self._settle()
        self.repaint()

    def _identity_at(self, index: int) -> Hashable | None:
        return self._key(self._items[index]) if 0 <= index < len(self._items) else None

    def _place_of(self, key: Hashable | None, otherwise: int) -> int:
        """Where a key is: most often where it was, else we look through all of them."""
        if key is None:
            return otherwise
        if self._identity_at(otherwise) == key:
            return otherwise
        of = self._key
        return next((i for i, item in enumerate(self._items) if of(item) == key), otherwise)

    def _tell_cursor(self) -> None:
        self.post_message(self.CursorMoved(self, self._cursor_key))

    # --- marks ---------------------------------------------------------------------------

    @property
    def marks(self) -> frozenset[Hashable]:
        """Keys of what is marked."""
        return self._marks

    @marks.setter
    def marks(self, marks: Iterable[Hashable]) -> None:
        new = frozenset(marks)
        if new == self._marks:
            return
        self._marks = new
        self.repaint()
        self.post_message(self.MarksChanged(self, new))

    # --- scrolling -----------------------------------------------------------------------

    @property
    def page(self) -> int:
        """How many lines fit below the header."""
        return max(1, self.size.height - self._header_height)

    def _settle(self) -> None:
        """Bring cursor and scroll position to where they can be."""
        count, page = len(self._items), self.page
        self._cursor = max(0, min(self._cursor, count - 1))
        top = max(self._cursor - page + 1, min(self._top, self._cursor))
        self._top = max(0, min(top, count - page))

    def resized(self) -> None:
        self._settle()

    def _visible(self) -> list[tuple[int, int]]:
        """Row of the screen and index, of the lines that are on it."""
        last = min(len(self._items), self._top + self.page)
        return [(self._y_of(i), i) for i in range(self._top, last)]

    def _y_of(self, index: int) -> int:
        y = index - self._top
        return y + self._header_height if y >= 0 else -1

    def _turn(self, lines: int) -> None:
        """Move text and cursor together, so that the eye keeps its place."""
        furthest = max(0, len(self._items) - self.page)
        top = max(0, min(self._top + lines, furthest))
        if top == self._top:
            self.move_to_line(self._cursor + lines)
            return
        old_key = self._cursor_key
        self._cursor += top - self._top
        self._top = top
        self._settle()
        self._cursor_key = self._identity_at(self._cursor)
        self.repaint()
        if self._cursor_key != old_key:
            self._tell_cursor()
