"""What a column is, and which columns are shown in so many cells.

Few columns have a style: each change of colour along a line is up to forty bytes on the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")


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
    """Cells it can make use of at most; 0 is any number."""
    style: Callable[[T], str] = plain
    """Name of a token (in `tui.widgets.line_view`) or ""."""
    order: Callable[[T, datetime], Any] | None = None
    """What to sort by; None where sorting means nothing. A key of None stands last either way."""
    ticks: bool = False
    """Whether the text changes by time alone."""
    align: Literal["left", "right"] = "left"
    cut: Literal["end", "middle"] = "end"
    """Where a text that is too long is cut; names end in what tells them apart."""
    drop: int = 0
    """Columns of the highest number go first when it is narrow; 0 stays."""
    joined: bool = False
    """Drawn as one thing with the next column: cursor and panning keep them together."""

    @property
    def minimum(self) -> int:
        """The fewest cells it makes sense with."""
        return self.least or self.width


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A column and where it stands."""

    column: Column[T]
    x: int
    width: int


EARLY = 2
"""Columns with at least this `drop` go before any other is squeezed."""


def arrange(
    columns: Sequence[Column[T]], cells: int, *, gap: int = 1, wide: int = 0
) -> tuple[Placed[T], ...]:
    """Which columns are shown in so many cells, and where.

    With `wide` nothing is dropped or squeezed: growing columns get so many cells more, or what they
    can make use of, and the result may be wider than the screen.
    """
    shown = list(columns)
    if not wide:
        _drop(shown, cells, gap, least=False, until=EARLY)
        _drop(shown, cells, gap, least=True, until=1)
    widths = [_wide_width(column, wide) if wide else column.width for column in shown]
    left = cells - _total(widths, gap)
    if left < 0 and not wide:
        for i in reversed(range(len(shown))):
            less = min(-left, widths[i] - shown[i].minimum)
            widths[i] -= less
            left += less
    _share_out(shown, widths, left)
    placed, x = [], 0
    for column, width in zip(shown, widths, strict=True):
        placed.append(Placed(column, x, width))
        x += width + gap
    return tuple(placed)


def _wide_width(column: Column[T], more: int) -> int:
    if not column.grow:
        return column.width
    return min(column.width + more, column.most or column.width + more)


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
        shown.remove(max(droppable, key=lambda column: column.drop))
