"""A list of things that change while one looks at it.

Columns are declared once as data (`tui.columns`), rows are built only when they are on the screen,
and after a change only the cells that differ are repainted. The cursor belongs to a thing, not to
a line: when rows come, go or change places, it stays on what it was on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.columns import Column, Placed, arrange
from tui.widgets.cells import ASCII_ELLIPSIS, ELLIPSIS, Piece, cut, fit, panned, printable, strip_of
from tui.widgets.line_view import LineView

T = TypeVar("T")

REVERSE = Style(reverse=True)
PAN = 10
"""Cells that Left and Right move by."""
WIDER = 60
"""Cells that growing columns get more of when the list is wide."""


class Rows(LineView, Generic[T]):
    """A list with a cursor, marks, a sticky header and columns that give way when it is narrow."""

    GUTTER: ClassVar[int] = 1
    """Cells in front of the columns, for cursor and marks."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "down", "Down", show=False, id="list.down"),
        Binding("k,up", "up", "Up", show=False, id="list.up"),
        Binding("g,home", "first", "First", show=False, id="list.first"),
        Binding("G,end", "last", "Last", show=False, id="list.last"),
        Binding("ctrl+d", "half_down", "Half page down", show=False, id="list.half-down"),
        Binding("ctrl+u", "half_up", "Half page up", show=False, id="list.half-up"),
        Binding("ctrl+f,pagedown", "page_down", "Page down", show=False, id="list.page-down"),
        Binding("ctrl+b,pageup", "page_up", "Page up", show=False, id="list.page-up"),
        Binding("space", "mark", "Mark", show=False, id="list.mark"),
        Binding("V,ctrl+@", "mark_range", "Mark up to here", show=False, id="list.mark-range"),
        Binding("u", "unmark", "Unmark all", show=False, id="list.unmark"),
        Binding("left", "pan_left", "Pan left", show=False, id="list.pan-left"),
        Binding("right", "pan_right", "Pan right", show=False, id="list.pan-right"),
        Binding("ctrl+w,w", "wide", "Wide", show=False, id="list.wide"),
        Binding("enter", "choose", "Open", show=False, id="list.open"),
    ]

    @dataclass
    class CursorMoved(Message):
        """The cursor rests on another thing, or on none."""

        rows: Rows[Any]
        key: Hashable | None

        @property
        def control(self) -> Rows[Any]:
            """The list it happened in."""
            return self.rows

        def can_replace(self, message: Message) -> bool:
            # Holding the down key posts dozens a second; only the last one matters.
            return isinstance(message, Rows.CursorMoved) and message.rows is self.rows

    @dataclass
    class Chosen(Message):
        """Somebody pressed Enter on a thing."""

        rows: Rows[Any]
        key: Hashable

        @property
        def control(self) -> Rows[Any]:
            """The list it happened in."""
            return self.rows

    @dataclass
    class MarksChanged(Message):
        """Other things are marked now."""

        rows: Rows[Any]
        marks: frozenset[Hashable]

        @property
        def control(self) -> Rows[Any]:
            """The list it happened in."""
            return self.rows

    def __init__(
        self,
        columns: Sequence[Column[T]],
        *,
        key: Callable[[T], Hashable],
        placeholder: str = "",
        ascii: bool = False,
        header: bool = True,
        markable: bool = True,
        now: datetime | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self.now = now or datetime.now(UTC)
        """The time that ticking columns show; `tick` moves it."""
        self._columns = tuple(columns)
        self._key = key
        self._placeholder = placeholder
        self._header_height = 1 if header else 0
        self._markable = markable
        self._items: Sequence[T] = ()
        self._cursor = 0
        self._cursor_key: Hashable | None = None
        self._top = 0
        self._left = 0
        self._wide = False
        self._marks: frozenset[Hashable] = frozenset()
        self._anchor: Hashable | None = None
        self._sort: tuple[str, bool] | None = None
        self._placed: tuple[Placed[T], ...] | None = None
        self._placed_for = -1

    # --- what is in it -------------------------------------------------------------------

    @property
    def items(self) -> Sequence[T]:
        """What it shows, in order."""
        return self._items

    @property
    def columns(self) -> tuple[Column[T], ...]:
        """Its columns, those included that do not fit just now."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column[T]]) -> None:
        self._columns = tuple(columns)
        self._placed = None
        self.repaint()

    @property
    def shown_columns(self) -> tuple[Column[T], ...]:
        """The columns that fit."""
        return tuple(placed.column for placed in self._layout_columns())

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

    def tick(self, now: datetime) -> None:
        """Time went on: rewrite the durations on the screen that read differently now."""
        before, self.now = self.now, now
        ticking = [placed.column for placed in self._layout_columns() if placed.column.ticks]
        if not ticking:
            return
        self.repaint(
            y
            for y, i in self._visible()
            if any(
                column.text(self._items[i], before) != column.text(self._items[i], now)
                for column in ticking
            )
        )

    def show_sort(self, column: str, *, descending: bool = False) -> None:
        """Say in the header what the order is by; "" for nothing."""
        self._sort = (column, descending) if column else None
        self.repaint(range(self._header_height))

    @property
    def placeholder(self) -> str:
        """What it says while it is empty."""
        return self._placeholder

    @placeholder.setter
    def placeholder(self, text: str) -> None:
        self._placeholder = text
        self.repaint()

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
        self._placed = None
        self._settle()
        self._left = min(self._left, self._furthest())

    def _visible(self) -> list[tuple[int, int]]:
        """Row of the screen and index, of the lines that are on it."""
        last = min(len(self._items), self._top + self.page)
        return [(self._y_of(i), i) for i in range(self._top, last)]

    def _y_of(self, index: int) -> int:
        y = index - self._top
        return y + self._header_height if y >= 0 else -1

    # --- drawing -------------------------------------------------------------------------

    def _layout_columns(self) -> tuple[Placed[T], ...]:
        cells = self.size.width - self.GUTTER
        if self._placed is None or self._placed_for != cells:
            wide = WIDER if self._wide else 0
            self._placed = arrange(self._columns, cells, wide=wide)
            self._placed_for = cells
        return self._placed

    def _furthest(self) -> int:
        """How far one can pan to the right."""
        placed = self._layout_columns()
        needed = self.GUTTER + placed[-1].x + placed[-1].width if placed else 0
        return max(0, needed - self.size.width)

    def line_at(self, y: int) -> Strip:
        width = self.size.width
        if y < self._header_height:
            return self._header_line(width)
        index = self._top + y - self._header_height
        if index < len(self._items):
            return self._item_line(index, width)
        if not self._items and y == self._header_height and self._placeholder:
            text = cut(printable(self._placeholder), width - 2, ellipsis=self.ellipsis)
            return strip_of(
                [("  ", self.token("")), (text, self.token("muted"))], width, self.token("")
            )
        return Strip.blank(width, self.token(""))

    @property
    def ellipsis(self) -> str:
        """What stands where a text was cut."""
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS

    def _header_line(self, width: int) -> Strip:
        heading = self.token("heading")
        arrows = "^v" if self.ascii else "↑↓"

        def cell(placed: Placed[T]) -> list[Piece]:
            column = placed.column
            title = column.title
            if self._sort is not None and self._sort[0] == column.id:
                title = title[: max(0, placed.width - 1)] + arrows[self._sort[1]]
            return [(fit(title, placed.width, align=column.align), heading)]

        return self._line((" " * self.GUTTER, heading), cell, heading, width)

    def _item_line(self, index: int, width: int) -> Strip:
        item, base = self._items[index], self.token("")
        is_cursor = index == self._cursor
        is_marked = bool(self._marks) and self._key(item) in self._marks
        sign = " >*#" if self.ascii else " ►■◆"
        look = base + REVERSE if is_cursor else base
        return self._line(
            (sign[is_cursor + 2 * is_marked] * self.GUTTER, look),
            lambda placed: self.cell(placed, item, is_cursor=is_cursor),
            base,
            width,
            joint=look,
        )

    def cell(self, placed: Placed[T], item: T, *, is_cursor: bool) -> list[Piece]:
        """One cell of a line, exactly as wide as its column."""
        column = placed.column
        text = fit(
            column.text(item, self.now),
            placed.width,
            align=column.align,
            middle=column.cut == "middle",
            ellipsis=self.ellipsis,
        )
        style = self.token(column.style(item))
        return [(text, style + REVERSE if is_cursor and self._stays(placed) else style)]

    def _stays(self, placed: Placed[T]) -> bool:
        """Whether a column stays when panning: those up to the first not joined to the next."""
        for other in self._layout_columns():
            if other is placed:
                return True
            if not other.column.joined:
                return False
        return False

    def _line(
        self,
        gutter: Piece,
        cell: Callable[[Placed[T]], list[Piece]],
        base: Style,
        width: int,
        *,
        joint: Style | None = None,
    ) -> Strip:
        """One line: the gutter and the first columns stay, the others are panned."""
        stay, move = [gutter], list[Piece]()
        for placed in self._layout_columns():
            pieces = cell(placed)
            if self._stays(placed):
                stay += [*pieces, (" ", joint or base if placed.column.joined else base)]
            else:
                move += [*pieces, (" ", base)]
        if self._left:
            move = list(panned(move, self._left))
        return strip_of([*stay, *move], width, base)

    # --- keys ----------------------------------------------------------------------------

    def action_down(self) -> None:
        """One line down."""
        self.move_to_line(self._cursor + 1)

    def action_up(self) -> None:
        """One line up."""
        self.move_to_line(self._cursor - 1)

    def action_first(self) -> None:
        """To the first line."""
        self.move_to_line(0)

    def action_last(self) -> None:
        """To the last line."""
        self.move_to_line(len(self._items) - 1)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._turn(max(1, self.page // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._turn(-max(1, self.page // 2))

    def action_page_down(self) -> None:
        """A page down."""
        self._turn(self.page)

    def action_page_up(self) -> None:
        """A page up."""
        self._turn(-self.page)

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

    def action_mark(self) -> None:
        """Mark or unmark what the cursor is on, and go on to the next."""
        if self._cursor_key is None or not self._markable:
            return
        self._anchor = self._cursor_key
        self.marks = self._marks ^ {self._cursor_key}
        self.action_down()

    def action_mark_range(self) -> None:
        """Mark everything from the last mark up to the cursor."""
        if self._cursor_key is None or not self._markable:
            return
        start = self._place_of(self._anchor, self._cursor)
        low, high = sorted((start, self._cursor))
        self._anchor = self._cursor_key
        self.marks = self._marks | {self._key(self._items[i]) for i in range(low, high + 1)}

    def action_unmark(self) -> None:
        """Take all marks back."""
        self.marks = frozenset()

    def action_pan_left(self) -> None:
        """Show what is further left."""
        self._pan(-PAN)

    def action_pan_right(self) -> None:
        """Show what is further right."""
        self._pan(PAN)

    def _pan(self, cells: int) -> None:
        self._left = max(0, min(self._left + cells, self._furthest()))
        self.repaint()

    def action_wide(self) -> None:
        """All columns, long ones longer; Left and Right move over them."""
        self._wide = not self._wide
        self._left, self._placed = 0, None
        self.repaint()

    def action_choose(self) -> None:
        """Open what the cursor is on."""
        if self._cursor_key is not None:
            self.post_message(self.Chosen(self, self._cursor_key))

    # --- mouse ---------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel turns three lines."""
        event.stop()
        self._turn(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel turns three lines."""
        event.stop()
        self._turn(-3)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        index = self._top + event.y - self._header_height
        if event.y < self._header_height or index >= len(self._items):
            return
        self.move_to_line(index)
        if event.chain == 2:
            self.action_choose()
