"""How the lines of a table look: its header, its items, and what an empty one says.

Columns are declared once as data (`tui.columns`). They give way when the table is narrow; in wide
mode each is as wide as its longest text, and the columns after the name are panned. Only items on
the screen are asked for their texts, but for the moment when wide mode begins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Generic, NamedTuple, Protocol, TypeVar

from rich.style import Style
from textual.strip import Strip

from tui.columns import Column, Placed, arrange, fixed_count
from tui.columns.base import ASCII_UNKNOWN, UNKNOWN
from tui.columns.fitting import EMPTY, UNKNOWN_SIZE, Fitting, RowSizes
from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    LONGEST,
    Piece,
    cut,
    fit,
    padded,
    panned,
    plain,
    printable,
    printable_name,
    strip_of,
    width_of,
    wrapped,
)
from tui.widgets.line_view import CURSOR
from tui.widgets.names import Names

T = TypeVar("T")
ItemT = TypeVar("ItemT", contravariant=True)

REVERSE = Style(reverse=True)
CURSOR_SIGNS, ASCII_CURSOR_SIGNS = " ►■◆", " >*#"
"""The sign of a row: neither, under the cursor, marked, both."""
WIDEST = 1000
"""Cells that a column takes at most in wide mode: a message may be a megabyte."""


class Hidden(NamedTuple):
    """Which rows of a table are on the screen, where that is not all of them."""

    first: int
    last: int
    """Both counted from 1."""
    total: int

    @property
    def text(self) -> str:
        """`3-21 of 87`, as texts have it."""
        return f"{self.first:,}-{self.last:,} of {self.total:,}"

    def told(self, titles: int, room: int, *, ascii: bool) -> str:
        """`3-21 of 87` where that has room behind the titles of the columns; else only how many
        there are above and below, over the last title."""
        if titles + width_of(self.text) + 2 <= room:
            return f" {self.text}"
        up, down = "^v" if ascii else "↑↓"
        numbers = (up, self.first - 1), (down, self.total - self.last)
        return "".join(f" {sign}{number:,}" for sign, number in numbers if number)


class CellRenderer(Protocol[ItemT]):
    """Draws the cells of one column, in place of the column's text."""

    def __call__(self, item: ItemT, cells: int, /, *, is_cursor: bool) -> list[Piece]:
        """The cell of an item, exactly so many cells wide."""


class TableRenderer(Generic[T]):
    """Makes a line of the screen out of an item; holds what decides how it looks."""

    def __init__(
        self,
        columns: Sequence[Column[T]],
        style: Callable[[str], Style],
        visible: Callable[[], Sequence[T]],
        *,
        now: datetime,
        placeholder: str = "",
        ascii: bool = False,
        gutter: int = 1,
        fits: bool = False,
        whole_row: bool = False,
    ) -> None:
        """`style` gives the style of a token, `visible` the items on the screen.

        `gutter` is how many cells are in front of the columns, for cursor and marks. With `fits`
        columns are as wide as the texts on the screen need them; with `whole_row` the cursor is
        seen all along its row.
        """
        self.style = style
        self.ascii = ascii
        self.now = now
        """The time that ticking columns show."""
        self.placeholder = placeholder
        """What an empty table says."""
        self.sort: tuple[str, bool] | None = None
        """The column the items are sorted by, and whether descending; None to show neither."""
        self.pan = 0
        """How many cells are hidden at the left of the columns that can be panned."""
        self.cells: Mapping[str, CellRenderer[T]] = {}
        """By column id, what draws its cells; all other columns draw their text."""
        self.widths: Mapping[str, Callable[[T], int]] = {}
        """By column id, the cells that an item takes, where its text does not say it."""
        self.note = ""
        """What the header says at its right, beside the titles."""
        self._columns = tuple(columns)
        self._visible = visible
        self._gutter = gutter
        self._whole_row = whole_row
        self._fitting: Fitting[T] | None = Fitting(columns) if fits else None
        self._sizes: dict[int, tuple[T, RowSizes]] = {}
        """What the texts of the items on the screen take, by the `id` of each."""
        self._needed: dict[str, int] | None = None
        """In wide mode, the cells that the longest text of each column takes."""
        self._layout: tuple[Placed[T], ...] | None = None
        self._layout_width = -1
        self._fixed = 0
        """How many columns stay when panning."""
        self._names: dict[str, tuple[tuple[str, ...], Names]] = {}
        """Of columns in which a name is cut: what they say on the screen."""

    @property
    def ellipsis(self) -> str:
        """What stands where a text was cut."""
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS

    # --- columns -------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column[T], ...]:
        """All columns, those included that do not fit just now."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column[T]]) -> None:
        self._columns = tuple(columns)
        self.refit()

    def refit(self) -> None:
        """Other items, or another size: columns are fitted anew."""
        self._layout = None
        if self._fitting is not None:
            self._fitting = Fitting(self._columns)
            self._sizes.clear()
            self._fitting.take(self._row_sizes())

    @property
    def is_wide(self) -> bool:
        """Whether all columns are shown, with their texts whole."""
        return self._needed is not None

    def widen(self, items: Sequence[T]) -> None:
        """Show all columns, each as wide as its longest text in these items."""
        self.pan, self._layout, self._needed = 0, None, {}
        self.measure(items)

    def narrow(self) -> None:
        """Show as many columns as fit."""
        self.pan, self._layout, self._needed = 0, None, None

    def measure(self, items: Sequence[T], *, has_scrolled: bool = True) -> bool:
        """Widen columns for the texts of these items; false if all is as it was.

        Where nobody has scrolled they changed, and columns that say nothing now give room back.
        """
        if self._needed is None:
            return self._fit(has_scrolled=has_scrolled)
        has_grown = False
        for column in self._columns:
            before = self._needed.get(column.id, 0)
            longest = max([before, *self._item_widths(column, items, before)])
            if longest > before:
                self._needed[column.id] = longest
                has_grown = True
        if has_grown:
            self._layout = None
        return has_grown

    def _fit(self, *, has_scrolled: bool) -> bool:
        """Fit columns to the items on the screen; false if all is as it was."""
        if self._fitting is None or self._layout is None:
            return False
        rows = self._row_sizes()
        self._fitting.take(rows, has_scrolled=has_scrolled)
        before, self._layout = self._layout, self._placed(self._layout_width, rows)
        return before != self._layout

    def _placed(self, width: int, rows: Sequence[RowSizes]) -> tuple[Placed[T], ...]:
        assert self._fitting is not None
        sorted_by = self.sort[0] if self.sort is not None else ""
        return self._fitting.place(width - self._gutter, rows, sorted_by=sorted_by)

    def forget_sizes(self, items: Iterable[T]) -> None:
        """These read differently now, though they are the same."""
        for item in items:
            self._sizes.pop(id(item), None)

    def _row_sizes(self) -> list[RowSizes]:
        """What the texts of each item on the screen take; known still for those that stayed."""
        before, self._sizes = self._sizes, {}
        for item in self._visible():
            known = before.get(id(item))
            if known is None or known[0] is not item:
                known = item, {each.id: self._size(each, item) for each in self._columns}
            self._sizes[id(item)] = known
        return [sizes for _, sizes in self._sizes.values()]

    def _size(self, column: Column[T], item: T) -> int:
        text = column.text(item, self.now)[:WIDEST]
        if text in (UNKNOWN, ASCII_UNKNOWN):
            return UNKNOWN_SIZE
        return width_of(printable(text))

    def _item_widths(self, column: Column[T], items: Sequence[T], least: int) -> Iterator[int]:
        """The cells that the items take in a column, those that take more than so many."""
        width = self.widths.get(column.id)
        for item in () if column.ticks else items:
            if width is not None:
                yield min(width(item), WIDEST)
                continue
            text = column.text(item, self.now)
            if len(text) * 2 > least:  # else it is shorter, even in wide characters
                yield min(width_of(printable(text[:WIDEST])), WIDEST)

    def layout(self, width: int) -> tuple[Placed[T], ...]:
        """The columns that are shown in a table of this width, and where."""
        if self._layout is None or self._layout_width != width:
            if self._fitting is not None and self._needed is None:
                if self._layout_width != width:
                    self.refit()
                self._layout = self._placed(width, self._row_sizes())
            else:
                self._layout = arrange(self._columns, width - self._gutter, needed=self._needed)
            self._layout_width = width
            self._fixed = fixed_count([placed.column for placed in self._layout])
        return self._layout

    def pan_limit(self, width: int) -> int:
        """How many cells can be hidden at the left until the last column is seen whole."""
        placed = self.layout(width)
        needed = self._gutter + placed[-1].x + placed[-1].width if placed else 0
        return max(0, needed - width)

    # --- names ---------------------------------------------------------------------------

    def cut_name(self, column: Column[T], text: str, cells: int) -> str:
        """A printable name, cut so that it differs from the other names on the screen."""
        if width_of(text) <= cells:
            return text
        if column.id not in self._names:
            texts = self._texts(column)
            self._names[column.id] = texts, Names(map(printable_name, texts))
        return self._names[column.id][1].cut(text, cells, ellipsis=self.ellipsis)

    def forget_names(self) -> bool:
        """Forget the names that are not on the screen any more; true if cuts may be others now."""
        is_other = False
        for column in self._columns:
            if column.id in self._names and self._names[column.id][0] != self._texts(column):
                del self._names[column.id]
                is_other = True
        return is_other

    def _texts(self, column: Column[T]) -> tuple[str, ...]:
        return tuple(column.text(item, self.now) for item in self._visible())

    # --- lines ---------------------------------------------------------------------------

    def header_line(self, width: int, hidden: Hidden | None = None) -> Strip:
        """The titles of the columns, with an arrow at the one that is sorted by; which rows are on
        the screen where some are hidden, and the note."""
        heading = self.style("heading")
        arrows = "^v" if self.ascii else "↑↓"

        def cell(placed: Placed[T], is_fixed: bool) -> list[Piece]:
            column = placed.column
            title = column.title
            if self.sort is not None and self.sort[0] == column.id:
                title = title[: max(0, placed.width - 1)] + arrows[self.sort[1]]
            return [(fit(title, placed.width, align=column.align), heading)]

        line = self._line((" " * self._gutter, heading), cell, heading, width)
        if not self.note and hidden is None:
            return line
        note = plain(printable(self.note), self.ascii)
        note = cut(f"  {note} ", width, ellipsis=self.ellipsis) if note else ""
        room = width - width_of(note)
        titles = width_of(line.text.rstrip())
        where = f"{hidden.told(titles, room, ascii=self.ascii)} " if hidden is not None else ""
        kept = line.crop(0, room - width_of(where))
        right = [(note, self.style("accent")), (where, self.style("muted"))]
        return Strip.join([kept, strip_of(right, width - kept.cell_length, heading)])

    def item_line(self, item: T, width: int, *, is_cursor: bool, is_marked: bool) -> Strip:
        """One item; cursor and mark are seen without colours, too."""
        base = self.style("")
        signs = ASCII_CURSOR_SIGNS if self.ascii else CURSOR_SIGNS
        style = self._on_cursor(base) if is_cursor else base
        spilling = self._spilling(item, width)

        def cell(placed: Placed[T], is_fixed: bool) -> list[Piece]:
            return self._cell(spilling.get(placed.column.id, placed), item, is_cursor, is_fixed)

        return self._line(
            (signs[is_cursor + 2 * is_marked] * self._gutter, style),
            cell,
            style if self._whole_row else base,
            width,
            joint=style,
        )

    def _spilling(self, item: T, width: int) -> dict[str, Placed[T]]:
        """Where texts of an item are that would be cut, and what is beside them: none is while many
        cells beside it are empty."""
        now = {placed.column.id: placed for placed in self.layout(width)}
        pairs = [
            (one.column, other.column)
            for one, other in pairwise(self.layout(width))
            if not one.column.joined and not {one.column.id, other.column.id} & set(self.cells)
        ]
        # On over an empty neighbour first: so it begins where the others begin.
        for left, right in pairs:
            if left.grow and not self._taken(now[right.id], item):
                less = self._less(now[left.id], now[right.id], item)
                self._move(now, left.id, right.id, less)
        for left, right in pairs:
            if right.grow and left.align == "left":
                less = self._less(now[right.id], now[left.id], item)
                self._move(now, left.id, right.id, -less)
        return now

    def _move(self, now: dict[str, Placed[T]], left: str, right: str, cells: int) -> None:
        """Give the left one of two neighbours so many cells of the other; negative: take them."""
        one, other = now[left], now[right]
        now[left] = Placed(one.column, one.x, one.width + cells)
        now[right] = Placed(other.column, other.x + cells, other.width - cells)

    def _less(self, cut: Placed[T], other: Placed[T], item: T) -> int:
        """The cells that one text takes of the room of another, where there are many."""
        missing = self._taken(cut, item) - cut.width
        free = other.width - self._taken(other, item) if missing > 0 else 0
        return min(free, missing) if free >= EMPTY else 0

    def _taken(self, placed: Placed[T], item: T) -> int:
        """The cells that the text of an item takes."""
        return width_of(printable(placed.column.text(item, self.now)[:WIDEST]))

    def _on_cursor(self, style: Style) -> Style:
        """A style as it is in the row of the cursor. In reverse video all of it looks alike: a
        colour would become a block."""
        if not self._whole_row:
            return style + REVERSE
        over = self.style(CURSOR)
        return (self.style("") if over.reverse else style) + over

    def placeholder_line(self, row: int, width: int) -> Strip:
        """A line of an empty table: this row of what it says, wrapped."""
        base = self.style("")
        text = plain(printable(self.placeholder[:LONGEST]), self.ascii)
        rows = wrapped(text, width - 2)[row : row + 1]
        return strip_of([("  ", base), *((row, self.style("muted")) for row in rows)], width, base)

    def _cell(self, placed: Placed[T], item: T, is_cursor: bool, is_fixed: bool) -> list[Piece]:
        column = placed.column
        drawn_by = self.cells.get(column.id)
        if drawn_by is not None:
            return drawn_by(item, placed.width, is_cursor=is_cursor)
        text = column.text(item, self.now)
        if column.cut == "middle":
            name = self.cut_name(column, printable_name(text), placed.width)
            text = padded(name, placed.width, column.align)
        else:
            text = fit(text, placed.width, align=column.align, ellipsis=self.ellipsis)
        style = self.style(column.style(item))
        is_under = is_cursor and (is_fixed or self._whole_row)
        return [(text, self._on_cursor(style) if is_under else style)]

    def _line(
        self,
        gutter: Piece,
        cell: Callable[[Placed[T], bool], list[Piece]],
        base: Style,
        width: int,
        *,
        joint: Style | None = None,
    ) -> Strip:
        """The gutter, the columns that stay, then the others as far as they are panned."""
        fixed, moving = [gutter], list[Piece]()
        for index, placed in enumerate(self.layout(width)):
            is_fixed = index < self._fixed
            pieces = cell(placed, is_fixed)
            if is_fixed:
                fixed += [*pieces, (" ", joint or base if placed.column.joined else base)]
            else:
                moving += [*pieces, (" ", base)]
        if self.pan:
            moving = list(panned(moving, self.pan))
        return strip_of([*fixed, *moving], width, base)
