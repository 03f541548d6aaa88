"""Where a text stands on the screen: which line, and which of its rows, on each row of the screen.

A position is a line and a wrapped row of it, never a count of wrapped rows, so a million lines that
are wrapped cost what a screenful costs. Nothing here draws anything or knows Textual.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tui.domain.lines import LineModel, TextLines

SPARE = 6
"""The part of the screen, as a divisor, that is made free for lines to come."""


class TextPosition(NamedTuple):
    """A row of a text: a line, and which of the rows it is wrapped over."""

    line: int
    row: int = 0


class TextViewModel:
    """A text, the size of the screen, and which part of the text is on the screen."""

    def __init__(
        self,
        row_count: Callable[[int, int | None], int],
        *,
        is_wrapped: bool = False,
        is_following: bool = False,
    ) -> None:
        """`row_count` says over how many rows a line goes that is wrapped at a number of cells, or
        (None) that is not wrapped."""
        self.text: LineModel = TextLines()
        self.is_wrapped = is_wrapped
        self.is_tall = False
        """Whether lines go over several rows though they are not wrapped."""
        self.is_following = is_following
        """Whether the end of the text stays on the screen when lines are appended."""
        self.pan = 0
        """How many cells are hidden at the left."""
        self.width = 1
        """Cells of a row."""
        self.height = 0
        """Rows of the screen."""
        self._row_count = row_count
        self._top = TextPosition(0)
        self._positions: tuple[tuple[object, ...], list[TextPosition]] | None = None
        """What `positions` found last, and for what; None once lines may have other lengths."""

    @property
    def top(self) -> TextPosition:
        """What is on the first row of the screen."""
        return self._top

    @property
    def positions(self) -> list[TextPosition]:
        """What is on each row of the screen, as far as there are lines."""
        key = (
            *(self._top, self.width, self.height),
            *(self.is_wrapped, self.is_tall, len(self.text)),
        )
        if self._positions is not None and self._positions[0] == key:
            return self._positions[1]
        found: list[TextPosition] = []
        line, row = self._top
        while line < len(self.text) and len(found) < self.height:
            found += [TextPosition(line, i) for i in range(row, self._rows_of(line))]
            line, row = line + 1, 0
        self._positions = (key, found[: self.height])
        return self._positions[1]

    @property
    def shown_range(self) -> tuple[int, int]:
        """First and last line on the screen, from 0; (0, -1) while there is none."""
        positions = self.positions
        return (positions[0].line, positions[-1].line) if positions else (0, -1)

    # --- what is in it -------------------------------------------------------------------

    def show(self, text: LineModel) -> None:
        """Another text, from its beginning, or from its end while following."""
        self.text = text
        self._top, self.pan = TextPosition(0), 0
        self.lines_changed()

    def lines_changed(self) -> None:
        """The lines read differently now, so they may be wrapped over other numbers of rows."""
        self._positions = None
        self.settle()

    def lines_appended(self, count: int, dropped: int = 0) -> bool:
        """So many lines came at the end, and so many went at the front; true if that is seen."""
        if dropped:
            self._positions = None
            line = self._top.line - dropped
            self._top = TextPosition(line, self._top.row) if line >= 0 else TextPosition(0)
        if self.is_following:
            self._keep_up()
            return True
        return bool(dropped) or self._top.line + self.height > len(self.text) - count

    def _keep_up(self) -> None:
        """Follow the end, by several rows at once where it ran out of the screen.

        A text that moves by a row with every line changes nearly every cell each time; one that
        makes room for some lines is quieter to read and a fifth of the bytes.
        """
        end = self._end()
        if end > self._top:
            self._top = self._moved(end, self.height // SPARE)

    # --- moving --------------------------------------------------------------------------

    def resize(self, width: int, height: int) -> None:
        """The screen has this size now, in cells and rows."""
        self.width, self.height = max(1, width), height
        self.settle()

    def scroll(self, rows: int) -> None:
        """Move by so many rows, down or (negative) up; not beyond either end."""
        self._top = self._moved(self._top, rows)
        self.settle()

    def move_to_begin(self) -> None:
        """Show the beginning."""
        self._top = TextPosition(0)

    def move_to_end(self) -> None:
        """Show the end."""
        self._top = self._end()

    def move_to(self, line: int) -> None:
        """Show a line in the first row, as far as there are lines for the rows below it."""
        self._top = TextPosition(max(0, min(line, len(self.text) - 1)))
        self.settle()

    def bring(self, line: int) -> None:
        """Bring a line to the screen, with some before it if it was not there already."""
        line = max(0, min(line, len(self.text) - 1))
        if TextPosition(line) not in self.positions:
            self._top = self._moved(TextPosition(line), -(self.height // 3))
        self.settle()

    def keep_in_sight(self, line: int) -> None:
        """Move as little as it takes for all of a line to be on the screen."""
        positions = self.positions
        if not positions or line < positions[0].line or TextPosition(line) == positions[0]:
            self._top = TextPosition(line)
        elif TextPosition(line, self._rows_of(line) - 1) not in positions:
            last = TextPosition(line, self._rows_of(line) - 1)
            self._top = min(TextPosition(line), self._moved(last, 1 - max(1, self.height)))
        self.settle()

    def wrap(self, on: bool) -> None:
        """Wrap long lines, or cut them; the line at the top stays there."""
        self.is_wrapped = on
        self.pan, self._top = 0, TextPosition(self._top.line)
        self.settle()

    def settle(self) -> None:
        """Bring the top of the screen to where it can be; while following, to the end."""
        end = self._end()
        top = min(self._top, end)
        self._top = end if self.is_following else self._moved(TextPosition(top.line), top.row)

    def lay_out(self, *, tall: bool) -> None:
        """Lines read differently now, and go over several rows or not."""
        if tall != self.is_tall:
            self.is_tall, self._top = tall, TextPosition(self._top.line)
        self.lines_changed()

    def _rows_of(self, line: int) -> int:
        if not self.is_wrapped and not self.is_tall:
            return 1
        return self._row_count(line, self.width if self.is_wrapped else None)

    def _moved(self, position: TextPosition, rows: int) -> TextPosition:
        """So many rows down (or up), but not past the first or the last row."""
        count = len(self.text)
        if not count:
            return TextPosition(0)
        if not self.is_wrapped and not self.is_tall:
            return TextPosition(max(0, min(position.line + rows, count - 1)))
        line, row = position.line, position.row + rows
        while row < 0 and line > 0:
            line -= 1
            row += self._rows_of(line)
        while row >= (height := self._rows_of(line)) and line < count - 1:
            row -= height
            line += 1
        return TextPosition(line, max(0, min(row, self._rows_of(line) - 1)))

    def _end(self) -> TextPosition:
        """Where the top is when the end is on the last row of the screen."""
        if not len(self.text):
            return TextPosition(0)
        last = len(self.text) - 1
        end = TextPosition(last, self._rows_of(last) - 1)
        return self._moved(end, 1 - max(1, self.height))
