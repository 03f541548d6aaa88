"""How columns share a line where it is known what their texts take: those on the screen.

A column without a text gives its room away. The names and the last column that grows, a message as
a rule, share what the others leave: they are cut last, and no message is cut beside cells of its
own row that nobody uses. So a column goes, or becomes as narrow as that row needs it, when a row
that leaves it empty has a message without room; one in which nearly nothing stands goes, too.

What was decided once stays until the list is another one or the screen has another size: columns
become wider while somebody scrolls, and they go, but they do not come and go. Where the rows
themselves read differently it does not: a column whose last text is gone gives its room back, and
one that gave room to a message is judged anew when that became shorter or it has a text again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from tui.columns.base import Column, Placed

T = TypeVar("T")

EMPTY = 8
"""So many empty cells of a row are better given to a text of it that was cut."""
COMFORT, LUXURY = 60, 5
"""Cells that a message has before columns are shown whose `drop` is so high or higher."""
SPARSE = 8
"""A column in which fewer than one of so many rows says something goes before a message is cut."""
SHARE = 30
"""Per cent of a line that names may take beside messages that are cut."""

UNKNOWN_SIZE = -1
"""In place of the cells of a text that is not known yet."""

RowSizes = Mapping[str, int]
"""By column id, the cells that the text of one row takes."""


class Fitting(Generic[T]):
    """The widths of the columns of one table, by what was on its screen until now."""

    def __init__(self, columns: Sequence[Column[T]]) -> None:
        self._columns = tuple(columns)
        self._longest: dict[str, int] = {}
        self._awaited: frozenset[str] = frozenset()
        """Columns of which a text on the screen is not known yet: they have their usual width."""
        self._most: dict[str, int] = {}
        """Of columns that gave room to a message: as wide as they may be; 0 for one that went."""
        self._on_screen: dict[str, int] = {}
        """The cells that the longest text on the screen takes, of columns that have one there."""

    def take(self, rows: Iterable[RowSizes], *, has_scrolled: bool = True) -> None:
        """These are on the screen now, because somebody scrolled or because they changed."""
        awaited: set[str] = set()
        longest: dict[str, int] = {}
        for row in rows:
            for name, cells in row.items():
                if cells == UNKNOWN_SIZE:
                    awaited.add(name)
                elif cells > longest.get(name, 0):
                    longest[name] = cells
        before, self._on_screen = self._on_screen, longest
        if not has_scrolled:
            self._give_back(before)
        for name, cells in longest.items():
            self._longest[name] = max(cells, self._longest.get(name, 0))
        self._awaited = frozenset(awaited)

    def place(
        self,
        cells: int,
        rows: Sequence[RowSizes],
        *,
        gap: int = 1,
        sorted_by: str = "",
    ) -> tuple[Placed[T], ...]:
        """Where the columns are in so many cells, with these rows on the screen.

        The column that is sorted by never goes, and has room for an arrow beside its title.
        """
        while True:
            shown = self._shown(cells, gap, sorted_by)
            widths = self._widths(shown, cells, gap, sorted_by)
            if not self._give(shown, widths, rows, cells, sorted_by):
                break
        placed, x = [], 0
        for column, width in zip(shown, widths, strict=True):
            placed.append(Placed(column, x, width))
            x += width + gap
        return tuple(placed)

    # --- inside ----------------------------------------------------------------------------

    def _give_back(self, before: Mapping[str, int]) -> None:
        """Take back what no text asks for any more, after these were the longest ones."""
        now = self._on_screen
        for name in before.keys() - now.keys():
            self._longest.pop(name, None)
        is_shorter = any(
            column.grow and now.get(column.id, 0) < before.get(column.id, 0)
            for column in self._columns
        )
        if is_shorter or self._most.keys() & (now.keys() - before.keys()):
            self._most.clear()

    def _wanted(self, column: Column[T], sorted_by: str) -> int:
        """The cells that its longest text or its title takes."""
        title = len(column.title) + (column.id == sorted_by)
        if column.ticks:
            # Its texts change by time alone, and shall not move the others.
            return max(column.width, title)
        wanted = max(self._longest.get(column.id, 0), title, 1)
        if column.id in self._awaited:
            wanted = max(wanted, column.width)
        return min(wanted, column.most) if column.most and column.drop else wanted

    def _needed(self, column: Column[T], sorted_by: str, drop: int) -> int:
        """The cells that it has before a column with such a `drop` is shown."""
        wanted = self._wanted(column, sorted_by)
        if not column.grow:
            return wanted
        if column.drop:
            return min(wanted, column.minimum)
        return min(wanted, COMFORT if drop >= LUXURY else column.width)

    def _shown(self, cells: int, gap: int, sorted_by: str) -> list[Column[T]]:
        """The columns that have something to say and room to say it."""
        shown = [
            column
            for column in self._columns
            if column.id == sorted_by or not self._is_empty(column)
        ]
        while droppable := [each for each in shown if each.drop and each.id != sorted_by]:
            last = max(droppable, key=lambda column: column.drop)
            needed = sum(self._needed(column, sorted_by, last.drop) for column in shown)
            if needed + gap * (len(shown) - 1) <= cells:
                break
            shown.remove(last)
        return shown

    def _is_empty(self, column: Column[T]) -> bool:
        if self._most.get(column.id) == 0:
            return True
        is_said = column.id in self._longest or column.id in self._awaited
        return not (column.keeps or is_said)

    def _widths(
        self, shown: Sequence[Column[T]], cells: int, gap: int, sorted_by: str
    ) -> list[int]:
        """What each wants, as far as there is room: what does not grow is served first."""
        wanted = [self._wanted(column, sorted_by) for column in shown]
        most = [min(w, self._most.get(c.id) or w) for c, w in zip(shown, wanted, strict=True)]
        left = cells - gap * max(0, len(shown) - 1)
        widths = list(most)
        over = sum(widths) - left
        growing = [i for i, column in enumerate(shown) if column.grow]
        for i in reversed(growing[:-1]):
            # Names keep their share, whatever the last one would like.
            floor = max(shown[i].minimum, cells * SHARE // 100)
            less = max(0, min(over, widths[i] - floor))
            widths[i] -= less
            over -= less
        for i in [*growing[-1:], *reversed(range(len(shown)))]:
            title = len(shown[i].title) + 1 if shown[i].id == sorted_by else 0
            less = max(0, min(over, widths[i] - max(shown[i].minimum, title)))
            widths[i] -= less
            over -= less
        if over < 0 and growing[-1:] == [len(shown) - 1]:
            # A name, which has columns behind it, is left beside what it names.
            widths[-1] -= over
        return widths

    def _give(
        self,
        shown: Sequence[Column[T]],
        widths: Sequence[int],
        rows: Sequence[RowSizes],
        cells: int,
        sorted_by: str,
    ) -> bool:
        """Have columns give cells to a message that is cut; whether any did."""
        growing = [i for i, column in enumerate(shown) if column.grow]
        if not growing:
            return False
        message, width = shown[growing[-1]], widths[growing[-1]]
        cut = [row for row in rows if row.get(message.id, 0) > width]
        for column, has in zip(shown, widths, strict=True) if cut else ():
            if column is message or column.joined or column.id == sorted_by:
                continue
            if column.drop and not column.keeps and _is_sparse(column.id, rows):
                self._most[column.id] = 0
                return True
            if column.ticks:
                continue
            least = min(_known(row, column.id, has) for row in cut)
            if has - least < EMPTY:
                continue
            floor = column.minimum
            if column.grow and not column.drop:
                floor = max(floor, cells * SHARE // 100)
            most = 0 if column.drop and not least else max(floor, least + EMPTY - 1)
            if most < has:
                self._most[column.id] = most
                return True
        return False


def _is_sparse(name: str, rows: Sequence[RowSizes]) -> bool:
    """Whether nearly no row has a text in a column; where one is not known yet it may have."""
    return sum(bool(row.get(name, 0)) for row in rows) * SPARSE < len(rows)


def _known(row: RowSizes, name: str, otherwise: int) -> int:
    """The cells of a text of a row, or others where it is not known yet."""
    cells = row.get(name, 0)
    return otherwise if cells == UNKNOWN_SIZE else cells
