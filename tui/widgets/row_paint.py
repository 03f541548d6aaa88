"""How a list of things looks: columns that give way when it is narrow, header, cursor and marks.

Columns are declared once as data (`tui.columns`), rows are built only when they are on the screen,
and after a change only the cells that differ are repainted.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime
from typing import ClassVar, TypeVar

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
from tui.widgets.row_list import RowList

T = TypeVar("T")

REVERSE = Style(reverse=True)
WIDER = 60
"""Cells that growing columns get more of when the list is wide."""


class PaintedRows(RowList[T]):
    """A list as it is drawn; what its keys do is for another class to say."""

    GUTTER: ClassVar[int] = 1
    """Cells in front of the columns, for cursor and marks."""

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
        super().__init__(key=key, header=header, markable=markable, id=id, classes=classes)
        self.ascii = ascii
        self.now = now or datetime.now(UTC)
        """The time that ticking columns show; `tick` moves it."""
        self._columns = tuple(columns)
        self._placeholder = placeholder
        self._left = 0
        self._wide = False
        self._sort: tuple[str, bool] | None = None
        self._placed: tuple[Placed[T], ...] | None = None
        self._placed_for = -1

    # --- columns -------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[Column[T], ...]:
        """Its columns, those included that do not fit just now."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column[T]]) -> None:
        self._columns = tuple(columns)
        self._placed = None
        self.repaint()

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

    def resized(self) -> None:
        self._placed = None
        super().resized()
        self._left = min(self._left, self._furthest())

    def widen(self, on: bool) -> None:
        """All columns, long ones longer, or as many as fit."""
        self._wide = on
        self._left, self._placed = 0, None
        self.repaint()

    def pan(self, cells: int) -> None:
        """Show what is so many cells further right (or left)."""
        self._left = max(0, min(self._left + cells, self._furthest()))
        self.repaint()

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
        if not self._items and self._placeholder:
            text = plain(printable(self._placeholder[:LONGEST]), self.ascii)
            rows = wrapped(text, width - 2)[y - self._header_height :]
            pieces = [("  ", self.token("")), *((row, self.token("muted")) for row in rows[:1])]
            return strip_of(pieces, width, self.token(""))
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
