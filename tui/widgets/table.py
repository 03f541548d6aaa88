"""A table that is looked at while it changes: columns, a sticky header, a cursor and marks.

What is in it and where it is scrolled to is `table_model.py`, how a line of it looks
`table_renderer.py`; here are its keys, its messages, and which lines are painted after a change.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.bindings import bind
from tui.columns import Column
from tui.domain.text import clean
from tui.keys import hint
from tui.messages import Said
from tui.widgets.cells import padded, plain, width_of
from tui.widgets.line_view import LineView
from tui.widgets.table_model import TableModel, TablePosition
from tui.widgets.table_renderer import Hidden, TableRenderer

T = TypeVar("T")

PAN = 10
"""Cells that Left and Right move by."""
WHEEL = 3
"""Lines that the mouse wheel scrolls by."""


def sort_bindings(group: str) -> tuple[Binding, ...]:
    """Keys for what has the actions `sort` and `sort_menu`; `group` is the heading of help."""
    return (
        bind("sort.next", "sort(1)", "Sort by next column", group=group),
        bind("sort.previous", "sort(-1)", "Sort by previous column", group=group),
        bind("sort", "sort_menu", "Sort", group=group),
    )


class TableRows(Generic[T]):
    """A table as text, made while somebody goes over it."""

    def __init__(
        self,
        columns: Sequence[Column[T]],
        items: Sequence[T],
        cell: Callable[[Column[T], T], str],
    ) -> None:
        self._columns = columns
        self._items = items
        self._cell = cell

    def __len__(self) -> int:
        return len(self._items) + 1

    def __iter__(self) -> Iterator[str | None]:
        """Titles first; None for each row that was looked at to see how wide columns have to be."""
        columns = self._columns
        widths = [width_of(column.title) for column in columns]
        rows = [[column.title for column in columns]]
        for item in self._items:
            cells = [self._cell(column, item) for column in columns]
            widths = list(map(max, widths, map(width_of, cells)))
            rows.append(cells)
            yield None
        aligned = [column.align for column in columns]
        for cells in rows:
            yield "  ".join(map(padded, cells, widths, aligned)).rstrip()


class Table(LineView, Generic[T]):
    """A list with a cursor, marks, a sticky header and columns that give way when it is narrow."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("move.down", "down", "Down", group="list"),
        bind("move.up", "up", "Up", group="list"),
        bind("move.first", "first", "First", group="list"),
        bind("move.last", "last", "Last", group="list"),
        bind("move.half-down", "half_down", "Half page down", group="list"),
        bind("move.half-up", "half_up", "Half page up", group="list"),
        bind("move.page-down", "page_down", "Page down", group="list"),
        bind("move.page-up", "page_up", "Page up", group="list"),
        bind("mark", "mark", "Mark", group="list"),
        bind("mark.range", "mark_range", "Mark up to here", group="list"),
        bind("mark.all", "mark_all", "Mark all shown", group="list"),
        bind("take-back", "unmark", "Unmark all", group="list"),
        bind("move.left", "pan_left", "Pan left", group="list"),
        bind("move.right", "pan_right", "Pan right", group="list"),
        bind("wide", "wide", "Wide", group="list"),
        bind("open", "choose", "Open", group="list", shown=True),
    ]

    UNMARKABLE: ClassVar[str] = "nothing is marked here"
    """The answer to a key that marks, where `markable` is false."""

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another item, or on none."""

        table: Table[Any]
        key: Hashable | None

        @property
        def control(self) -> Table[Any]:
            """The table it happened in."""
            return self.table

        def can_replace(self, message: Message) -> bool:
            # Holding the down key posts dozens a second; only the last one matters.
            return isinstance(message, Table.CursorMoved) and message.table is self.table

    @dataclass
    class Marked(Message):
        """Other items are marked than before, or none."""

        table: Table[Any]

        @property
        def control(self) -> Table[Any]:
            """The table it happened in."""
            return self.table

    @dataclass
    class Chosen(Message):
        """An item was opened, by Enter or by a double click."""

        table: Table[Any]
        key: Hashable

        @property
        def control(self) -> Table[Any]:
            """The table it happened in."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column[T]],
        *,
        key: Callable[[T], Hashable],
        placeholder: str = "",
        ascii: bool = False,
        header: bool = True,
        markable: bool = True,
        gutter: int = 1,
        fits: bool = False,
        whole_row: bool = True,
        now: datetime | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`gutter` is how many cells are in front of the columns, for cursor and marks; with `fits`
        columns are as wide as the texts on the screen need them."""
        super().__init__(id=id, classes=classes)
        self.model: TableModel[T] = TableModel(key)
        self.renderer: TableRenderer[T] = TableRenderer(
            columns,
            self.token,
            lambda: self.model.visible_items,
            now=now or datetime.now(UTC),
            placeholder=placeholder,
            ascii=ascii,
            gutter=gutter,
            fits=fits,
            whole_row=whole_row,
        )
        self._header_height = 1 if header else 0
        self._is_markable = markable
        self._seen_top = -1
        """The first item on the screen when the columns were fitted last."""
        self.sees: Callable[[Sequence[Hashable]], object] | None = None
        """Told the keys of what is on the screen, from the top, and then of a screen below and one
        above, whenever these are others."""

    @property
    def is_markable(self) -> bool:
        """Whether its items can be marked."""
        return self._is_markable

    # --- what is in it -------------------------------------------------------------------

    @property
    def items(self) -> Sequence[T]:
        """What it shows, in order."""
        return self.model.items

    def replace(self, items: Sequence[T]) -> None:
        """Show other items, or the same in another order; the sequence is kept, not copied.

        The cursor stays on its item; if that is gone, on its line.
        """
        before = self.model.position
        self.model.replace(items)
        self._paint_all(before)

    def changed(self, keys: Iterable[Hashable]) -> None:
        """The items with these keys look different now; their order is the same."""
        wanted, model = set(keys), self.model
        at = [i for i in model.visible if model.key(model.items[i]) in wanted]
        self.renderer.forget_sizes(model.items[i] for i in at)
        self._paint_rows([self._y(i) for i in at])

    def update_item(self, index: int, item: T) -> None:
        """Show another version of one item; costs nothing where that is not on the screen."""
        self.model.update(index, item)
        self.renderer.forget_sizes([item])
        if index in self.model.visible:
            self._paint_rows([self._y(index)])

    def update_items(self, items: Mapping[int, T]) -> None:
        """Show other versions of many items, by their indexes."""
        visible = [index for index in self.model.visible if index in items]
        for index, item in items.items():
            self.model.update(index, item)
        self.renderer.forget_sizes(items[index] for index in visible)
        self._paint_rows([self._y(index) for index in visible])

    # --- cursor and marks ----------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """Index of the item under the cursor."""
        return self.model.cursor

    @property
    def cursor_key(self) -> Hashable | None:
        """Key of the item under the cursor; None in an empty table."""
        return self.model.cursor_key

    @property
    def current(self) -> T | None:
        """The item under the cursor; None in an empty table."""
        return self.model.current

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on the item with a key; false if it is not here."""
        index = self.model.index_of(key)
        if index < 0:
            return False
        self.move_to_line(index)
        return True

    def move_to_line(self, index: int, *, line: int | None = None) -> None:
        """Put the cursor on an index, or on the nearest there is; `line` is the line of the screen
        that it shall be on, as far as possible."""
        before = self.model.position
        self.model.move_to(index, line=line)
        self._paint_moved(before)

    def stay_at_newest(self) -> None:
        """The cursor is on the first line from now on, whichever item comes there, until somebody
        moves it or does something to an item."""
        self.move_to_line(0)
        self.model.is_at_newest = True

    def hold(self) -> None:
        """The cursor stays on its item from now on: somebody has chosen it."""
        self.model.is_at_newest = False

    def centre(self) -> None:
        """Scroll until as much is above the cursor as below it."""
        before = self.model.position
        self.model.centre()
        self._paint_moved(before)

    def _scroll(self, lines: int) -> None:
        before = self.model.position
        self.model.scroll(lines)
        self._paint_moved(before)

    @property
    def marks(self) -> frozenset[Hashable]:
        """Keys of the marked items."""
        return self.model.marks

    @marks.setter
    def marks(self, marks: Iterable[Hashable]) -> None:
        new = frozenset(marks)
        if new != self.model.marks:
            self.model.marks = new
            self.repaint()
            self.post_message(self.Marked(self))

    # --- how it looks --------------------------------------------------------------------

    @property
    def ascii(self) -> bool:
        """Whether it draws in ASCII alone."""
        return self.renderer.ascii

    @property
    def now(self) -> datetime:
        """The time that ticking columns show; `tick` moves it on."""
        return self.renderer.now

    @property
    def columns(self) -> tuple[Column[T], ...]:
        """Its columns, those included that do not fit just now."""
        return self.renderer.columns

    @columns.setter
    def columns(self, columns: Sequence[Column[T]]) -> None:
        self.renderer.columns = tuple(columns)
        self._look_at_items()
        self.repaint()

    @property
    def placeholder(self) -> str:
        """What it says while it is empty."""
        return self.renderer.placeholder

    @placeholder.setter
    def placeholder(self, text: str) -> None:
        if text != self.renderer.placeholder:
            self.renderer.placeholder = text
            self.repaint()

    def tick(self, now: datetime) -> None:
        """Time went on: paint the durations on the screen that read differently now."""
        before, self.renderer.now = self.renderer.now, now
        placed = self.renderer.layout(self.size.width)
        ticking = [each.column for each in placed if each.column.ticks]
        if not ticking:
            return
        items = self.model.items
        self.repaint(
            self._y(i)
            for i in self.model.visible
            if any(c.text(items[i], before) != c.text(items[i], now) for c in ticking)
        )

    @property
    def shown_columns(self) -> tuple[Column[T], ...]:
        """The columns that there is room for."""
        return tuple(placed.column for placed in self.renderer.layout(self.size.width))

    def refit(self) -> None:
        """Fit columns to what is on the screen now, and forget what was there before."""
        self.renderer.refit()
        self.repaint()

    def note(self, text: str) -> None:
        """Say something at the right of the titles; "" for nothing."""
        if text != self.renderer.note:
            self.renderer.note = text
            self.repaint(range(self._header_height))

    def show_sort(self, column: str, *, descending: bool = False) -> None:
        """Say in the header which column the order is by; "" for none."""
        self.renderer.sort = (column, descending) if column else None
        self.refit()

    def widen(self, on: bool) -> None:
        """Show all columns with their texts whole, or as many columns as fit."""
        if on:
            self.renderer.widen(self.items)
        else:
            self.renderer.narrow()
        self.repaint()

    def can_pan(self, direction: int) -> bool:
        """Whether something is hidden at the right (1) or at the left (-1)."""
        if direction < 0:
            return self.renderer.pan > 0
        return self.renderer.pan < self.renderer.pan_limit(self.size.width)

    def pan(self, cells: int) -> None:
        """Show what is so many cells further right; negative for left."""
        limit = self.renderer.pan_limit(self.size.width)
        self.renderer.pan = max(0, min(self.renderer.pan + cells, limit))
        self.repaint()

    def table_lines(self, *, everything: bool) -> TableRows[T]:
        """Column titles and rows as text, each column as wide as its longest: all rows, or those on
        the screen."""
        items = list(self.items if everything else self.model.visible_items)
        return TableRows(self.written_columns, items, self.plain_cell)

    @property
    def written_columns(self) -> Sequence[Column[T]]:
        """The columns that are written to a file."""
        return self.columns

    def plain_cell(self, column: Column[T], item: T) -> str:
        """What a column says of an item, as text."""
        return plain(clean(column.text(item, self.now)), self.ascii)

    # --- painting ------------------------------------------------------------------------

    @property
    def hidden(self) -> Hidden | None:
        """Which rows are on the screen; None where that is all of them."""
        model, count = self.model, len(self.items)
        if count <= model.page:
            return None
        return Hidden(model.top + 1, min(count, model.top + model.page), count)

    def line_at(self, y: int) -> Strip:
        """The header, an item, a line of the placeholder, or a blank."""
        width, model = self.size.width, self.model
        row = y - self._header_height
        if row < 0:
            return self.renderer.header_line(width, self.hidden)
        index = model.top + row
        if index < len(model.items):
            item = model.items[index]
            return self.renderer.item_line(
                item,
                width,
                is_cursor=index == model.cursor,
                is_marked=bool(model.marks) and model.key(item) in model.marks,
            )
        if not model.items and self.renderer.placeholder:
            return self.renderer.placeholder_line(row, width)
        return Strip.blank(width, self.token(""))

    def resized(self) -> None:
        """Other columns fit, and other items are on the screen."""
        self.model.resize(self.size.height - self._header_height)
        self._look_at_items()
        self.renderer.pan = min(self.renderer.pan, self.renderer.pan_limit(self.size.width))

    def _y(self, index: int) -> int:
        """The row of the widget that an item is on; outside of the widget for one off screen."""
        row = index - self.model.top
        return row + self._header_height if row >= 0 else -1

    def _look_at_items(self) -> bool:
        """Other items are on the screen; true if that changes how all of them look."""
        if self.sees is not None:
            self.sees([self.model.key(item) for item in self.model.near_items])
        has_other_names = self.renderer.forget_names()
        has_scrolled = self.model.top != self._seen_top
        self._seen_top = self.model.top
        has_grown = self.renderer.measure(self.model.visible_items, has_scrolled=has_scrolled)
        return has_other_names or has_grown

    def _paint_rows(self, rows: Sequence[int]) -> None:
        """Paint the items of some rows that changed, and what looks different beside them."""
        if rows:
            self.repaint(None if self._look_at_items() else rows)

    def _paint_moved(self, before: TablePosition) -> None:
        """Paint what the cursor left and what it is on, or all lines if they were scrolled."""
        if self.model.top != before.top:
            self._paint_all(before)
            return
        self.repaint({self._y(before.cursor), self._y(self.model.cursor)})
        self._post_cursor(before)

    def _paint_all(self, before: TablePosition) -> None:
        self._look_at_items()
        self.repaint()
        self._post_cursor(before)

    def _post_cursor(self, before: TablePosition) -> None:
        if self.model.cursor_key != before.cursor_key:
            self.post_message(self.CursorMoved(self, self.model.cursor_key))

    # --- keys ----------------------------------------------------------------------------

    def action_down(self) -> None:
        """One line down."""
        self.move_to_line(self.cursor + 1)

    def action_up(self) -> None:
        """One line up."""
        self.move_to_line(self.cursor - 1)

    def action_first(self) -> None:
        """To the first line."""
        self.move_to_line(0)

    def action_last(self) -> None:
        """To the last line."""
        self.move_to_line(len(self.items) - 1)

    def action_half_down(self) -> None:
        """Half a page down."""
        self._scroll(max(1, self.model.page // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self._scroll(-max(1, self.model.page // 2))

    def action_page_down(self) -> None:
        """A page down."""
        self._scroll(self.model.page)

    def action_page_up(self) -> None:
        """A page up."""
        self._scroll(-self.model.page)

    def action_mark(self) -> None:
        """Mark or unmark what the cursor is on, and go on to the next."""
        if self._may_mark():
            self.model.toggle_mark()
            self.repaint()
            self.post_message(self.Marked(self))
            self.action_down()

    def action_mark_range(self) -> None:
        """Mark everything from the last mark up to the cursor."""
        if self._may_mark():
            self.model.mark_range()
            self.repaint()
            self.post_message(self.Marked(self))

    def action_mark_all(self) -> None:
        """Mark all that is shown, or take all marks back where all of it is marked."""
        if self._may_mark():
            shown = self.model.markable(self.items)
            self.marks = self.marks - shown if shown <= self.marks else self.marks | shown

    def action_unmark(self) -> None:
        """Take all marks back."""
        if not self.marks and self._may_mark():
            self.post_message(Said(f"nothing is marked; {hint('mark')} marks"))
        self.marks = frozenset()

    def _may_mark(self) -> bool:
        """Whether there is something to mark; says so if not."""
        if not self._is_markable:
            self.post_message(Said(self.UNMARKABLE))
        elif not self.items:
            self.post_message(Said("nothing here to mark"))
        return self._is_markable and bool(self.items)

    def action_pan_left(self) -> None:
        """Show what is further left."""
        self.pan(-PAN)

    def action_pan_right(self) -> None:
        """Show what is further right."""
        self.pan(PAN)

    def action_wide(self) -> None:
        """All columns, their texts whole; Left and Right move over them."""
        self.widen(not self.renderer.is_wide)
        if self.renderer.is_wide and self.can_pan(1):
            pan = f"{hint('move.left')} and {hint('move.right')} pan"
            self.post_message(Said(f"all columns; {pan}"))

    def action_choose(self) -> None:
        """Open what the cursor is on."""
        if self.cursor_key is not None:
            self.hold()
            self.post_message(self.Chosen(self, self.cursor_key))
        else:
            self.post_message(Said("nothing here to open"))

    # --- mouse ---------------------------------------------------------------------------

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        event.stop()
        self._scroll(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        event.stop()
        self._scroll(-WHEEL)

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a double click opens."""
        index = self.model.top + event.y - self._header_height
        if event.y < self._header_height or index >= len(self.items):
            return
        self.move_to_line(index)
        if event.chain == 2:
            self.action_choose()
