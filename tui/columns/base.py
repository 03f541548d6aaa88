"""What a column is, and which columns are shown in so many cells.

Few columns have a style: each change of colour along a line is up to forty bytes on the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from tui.domain.identity import Depth, Row

T = TypeVar("T")


UNKNOWN = "·"
ASCII_UNKNOWN = "."
"""What stands for what was not read yet: neither zero nor empty."""


def plain(item: object) -> str:
    """The style of a column that has none."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[T]):
    """One column of a list."""

    id: str
    title: str
    text: Callable[[T, datetime], str]
    width: int
    """Cells it wants at least."""
    least: int = 0
    """Cells it can be squeezed to when nothing more can be dropped; 0 means `width`."""
    grow: int = 0
    """Its share of the cells that are left over."""
    most: int = 0
    """Cells it takes at most of those that are left over; 0 is any number."""
    style: Callable[[T], str] = plain
    """Name of a token (in `tui.widgets.line_view`) or ""."""
    order: Callable[[T, datetime], Any] | None = None
    """What to sort by; None where sorting means nothing. A key of None stands last either way."""
    depth: Depth = Depth.SUMMARY
    """How much of an object it needs to know its text and what it is sorted by."""
    early: Callable[[T], str | None] | None = None
    """The text as far as less than that tells it; None where it does not."""
    ticks: bool = False
    """Whether the text changes by time alone."""
    align: Literal["left", "right"] = "left"
    cut: Literal["end", "middle"] = "end"
    """Where a text that is too long is cut: names in the middle, or wherever they are equal."""
    drop: int = 0
    """On a narrow screen, columns with the highest number are left out first; 0 is never."""
    joined: bool = False
    """Whether it forms one unit with the next column for the cursor and for panning."""
    keeps: bool = False
    """Whether it is shown though none of its texts says anything."""
    falls: bool = False
    """Whether sorting by it begins with the highest, as one asks for the longest durations."""

    @property
    def minimum(self) -> int:
        """The minimum width in cells."""
        return self.least or self.width


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A column with its position and width in cells."""

    column: Column[T]
    x: int
    width: int


WINDOW = 28
"""Cells in which the columns that can be panned are seen, where that is less than half."""
EARLY = 2
"""Columns with at least this `drop` go before any other is squeezed."""


def arrange(
    columns: Sequence[Column[T]],
    cells: int,
    *,
    gap: int = 1,
    needed: Mapping[str, int] | None = None,
) -> tuple[Placed[T], ...]:
    """Which columns are shown in so many cells, and where.

    With `needed`, by column id the cells that its longest text takes, nothing is dropped or
    squeezed: each column is as wide as that, and the result may be wider than the screen. The
    columns that stay when the others are panned leave room for those (`WINDOW`).
    """
    shown = list(columns)
    if needed is None:
        _drop(shown, cells, gap, least=False, until=EARLY)
        _drop(shown, cells, gap, least=True, until=1)
        widths = [column.width for column in shown]
    else:
        widths = [max(column.width, needed.get(column.id, 0)) for column in shown]
    left = cells - _total(widths, gap)
    if left < 0 and needed is None:
        for i in reversed(range(len(shown))):
            less = min(-left, widths[i] - shown[i].minimum)
            widths[i] -= less
            left += less
    elif left < 0:
        _leave_window(shown, widths, cells, gap)
    _share_out(shown, widths, left)
    placed, x = [], 0
    for column, width in zip(shown, widths, strict=True):
        placed.append(Placed(column, x, width))
        x += width + gap
    return tuple(placed)


def fixed_count(columns: Sequence[Column[T]]) -> int:
    """How many columns stay when panning: those up to the first not joined to the next."""
    return next((i + 1 for i, column in enumerate(columns) if not column.joined), 0)


def next_sort_column(columns: Iterable[Column[Any]], sorted_by: str, step: int) -> str:
    """The id of the next (1) or previous (-1) column that can be sorted by, round the end.

    "" comes before the first: the order that a list has when nobody sorted it. A column that is no
    longer there counts as that.
    """
    ids = ["", *(column.id for column in columns if column.order)]
    at = ids.index(sorted_by) if sorted_by in ids else 0
    return ids[(at + step) % len(ids)]


def sort_column_beside(columns: Iterable[Column[Any]], sorted_by: str, step: int) -> str:
    """The same where the order is always that of a column, and seen in its title."""
    ids = [column.id for column in columns if column.order] or [""]
    at = ids.index(sorted_by) if sorted_by in ids else min(0, -step)
    return ids[(at + step) % len(ids)]


def _leave_window(shown: Sequence[Column[T]], widths: list[int], cells: int, gap: int) -> None:
    """Narrow the last column that stays until the others can be seen beside it."""
    count = fixed_count(shown)
    if count:
        room = max(cells // 2, cells - WINDOW) - gap
        over = _total(widths[:count], gap) - room
        widths[count - 1] -= max(0, min(over, widths[count - 1] - shown[count - 1].minimum))


def _share_out(shown: Sequence[Column[T]], widths: list[int], left: int) -> None:
    """Give the cells that are left over to the columns that grow, each up to its most."""
    growing = [i for i, column in enumerate(shown) if column.grow]
    while left > 0 and growing:
        shares = sum(shown[i].grow for i in growing)
        # Those that need no more than their share get that; the others share the rest.
        sated = [
            i
            for i in growing
            if shown[i].most and shown[i].most - widths[i] <= left * shown[i].grow // shares
        ]
        for i in sated or growing:
            more = left * shown[i].grow // shares
            if sated:
                more = max(0, shown[i].most - widths[i])
            else:
                shares -= shown[i].grow
            widths[i] += more
            left -= more
        growing = [i for i in growing if i not in sated] if sated else []


def _total(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * max(0, len(widths) - 1)


def _drop(shown: list[Column[T]], cells: int, gap: int, *, least: bool, until: int) -> None:
    def needed() -> int:
        return _total([c.minimum if least else c.width for c in shown], gap)

    while needed() > cells:
        droppable = [column for column in shown if column.drop >= until]
        if not droppable:
            return
        # Of equals the last one goes first.
        shown.remove(max(reversed(droppable), key=lambda column: column.drop))


def of_row(column: Column[T], *, ascii: bool = False) -> Column[Row[T]]:
    """A column of objects, as a column of the rows that have them.

    What was not read of a row is drawn as not known, and sorted last.
    """
    text, style, order, depth = column.text, column.style, column.order, column.depth
    early = column.early
    unknown = ASCII_UNKNOWN if ascii else UNKNOWN

    def row_text(row: Row[T], now: datetime) -> str:
        if row.depth >= depth:
            return text(row.value, now)
        told = early(row.value) if early is not None else None
        return unknown if told is None else told

    def row_style(row: Row[T]) -> str:
        if row.depth >= depth or (early is not None and early(row.value) is not None):
            return style(row.value)
        return "muted"

    def row_order(row: Row[T], now: datetime) -> Any:
        return order(row.value, now) if order is not None and row.depth >= depth else None

    return Column(
        id=column.id,
        title=column.title,
        text=row_text,
        width=column.width,
        least=column.least,
        grow=column.grow,
        most=column.most,
        style=row_style,
        order=None if order is None else row_order,
        depth=depth,
        ticks=column.ticks,
        align=column.align,
        cut=column.cut,
        drop=column.drop,
        joined=column.joined,
        keeps=column.keeps,
        falls=column.falls,
    )
