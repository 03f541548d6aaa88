"""How the lines of a table look: its header, its items, and what an empty one says.

Columns are declared once as data (`tui.columns`). They give way when the table is narrow; in wide
mode each is as wide as what is in it, and the columns after the name are panned. Only the items on
the screen are ever asked for their texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from rich.style import Style
from textual.strip import Strip

from tui.columns import Column, Placed, arrange
from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    LONGEST,
    Piece,
    fit,
    panned,
    plain,
    printable,
    strip_of,
    wrapped,
)

T = TypeVar("T")
ItemT = TypeVar("ItemT", contravariant=True)

REVERSE = Style(reverse=True)
WIDER = 60
"""Cells that growing columns get more of when the list is wide."""


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
        *,
        now: datetime,
        placeholder: str = "",
        ascii: bool = False,
        gutter: int = 1,
    ) -> None:
        """`style` gives the style of a token; `gutter` is the width of the signs in front."""
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
        self._columns = tuple(columns)
        self._gutter = gutter
        self._is_wide = False
        self._layout: tuple[Placed[T], ...] | None = None
        self._layout_width = -1
        self._fixed = 0
        """How many columns stay when panning: those up to the first not joined to the next."""

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
        self._layout = None

    @property
    def is_wide(self) -> bool:
        """Whether all columns are shown, long texts whole."""
        return self._is_wide

    @is_wide.setter
    def is_wide(self, on: bool) -> None:
        self._is_wide = on
        self.pan, self._layout = 0, None

    def layout(self, width: int) -> tuple[Placed[T], ...]:
        """The columns that are shown in a table of this width, and where."""
        if self._layout is None or self._layout_width != width:
            wide = WIDER if self._is_wide else 0
            self._layout = arrange(self._columns, width - self._gutter, wide=wide)
            self._layout_width = width
            not_joined = (i for i, placed in enumerate(self._layout) if not placed.column.joined)
            self._fixed = next(not_joined, -1) + 1
        return self._layout

    def pan_limit(self, width: int) -> int:
        """How many cells can be hidden at the left until the last column is seen whole."""
        placed = self.layout(width)
        needed = self._gutter + placed[-1].x + placed[-1].width if placed else 0
        return max(0, needed - width)

    # --- lines ---------------------------------------------------------------------------

    def header_line(self, width: int) -> Strip:
        """The titles of the columns, with an arrow at the one that is sorted by."""
        heading = self.style("heading")
        arrows = "^v" if self.ascii else "↑↓"

        def cell(placed: Placed[T], is_fixed: bool) -> list[Piece]:
            column = placed.column
            title = column.title
            if self.sort is not None and self.sort[0] == column.id:
                title = title[: max(0, placed.width - 1)] + arrows[self.sort[1]]
            return [(fit(title, placed.width, align=column.align), heading)]

        return self._line((" " * self._gutter, heading), cell, heading, width)

    def item_line(self, item: T, width: int, *, is_cursor: bool, is_marked: bool) -> Strip:
        """One item; cursor and mark are seen without colours, too."""
        base = self.style("")
        signs = " >*#" if self.ascii else " ►■◆"
        style = base + REVERSE if is_cursor else base
        return self._line(
            (signs[is_cursor + 2 * is_marked] * self._gutter, style),
            lambda placed, is_fixed: self._cell(placed, item, is_cursor, is_fixed),
            base,
            width,
            joint=style,
        )

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
        text = fit(
            column.text(item, self.now),
            placed.width,
            align=column.align,
            middle=column.cut == "middle",
            ellipsis=self.ellipsis,
        )
        style = self.style(column.style(item))
        return [(text, style + REVERSE if is_cursor and is_fixed else style)]

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
