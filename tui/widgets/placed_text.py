"""What stands where in a text: which line, and which of its rows, on each row of the screen.

A place is a line and a part of it, never a count of wrapped rows, so a million lines that are
wrapped cost what a screenful costs.
"""

from __future__ import annotations

from typing import NamedTuple

from textual.geometry import Size

from tui.domain.lines import LineModel, TextLines
from tui.widgets.line_view import LineView
from tui.widgets.painter import Painter

ROOM = 6
"""The part of the screen, as a divisor, that is made free for lines to come."""


class Place(NamedTuple):
    """A place in the text: a line, and which of its wrapped rows."""

    line: int
    row: int = 0


class PlacedText(LineView):
    """A text of which a part is on the screen; which text, and how it looks, others say."""

    model: LineModel
    is_wrapped: bool
    is_following: bool
    _painter: Painter

    def __init__(
        self, *, levels: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.model = TextLines()
        self._levels = levels
        """Whether the last column marks errors and warnings."""
        self._top = Place(0)
        self._layout: tuple[tuple[Place, Size, bool, int], list[Place]] | None = None
        """Where the lines stood last; None once their lengths may be others."""

    @property
    def shown_range(self) -> tuple[int, int]:
        """First and last line on the screen, from 0; (0, -1) while there is none."""
        places = self._places()
        return (places[0].line, places[-1].line) if places else (0, -1)

    def _rows_of(self, line: int) -> int:
        """Over how many rows a line goes."""
        return len(self._painter.rows(line, self._text_width)) if self.is_wrapped else 1

    @property
    def _text_width(self) -> int:
        return max(1, self.size.width - self._levels)

    def _moved(self, place: Place, rows: int) -> Place:
        """So many rows down (or up), but not past the first or the last row."""
        count = len(self.model)
        if not count:
            return Place(0)
        if not self.is_wrapped:
            return Place(max(0, min(place.line + rows, count - 1)))
        line, row = place.line, place.row + rows
        while row < 0 and line > 0:
            line -= 1
            row += self._rows_of(line)
        while row >= (height := self._rows_of(line)) and line < count - 1:
            row -= height
            line += 1
        return Place(line, max(0, min(row, self._rows_of(line) - 1)))

    def _end(self) -> Place:
        """Where the top is when the end is on the last row of the screen."""
        last = max(0, len(self.model) - 1)
        place = Place(last, self._rows_of(last) - 1 if len(self.model) else 0)
        return self._moved(place, 1 - max(1, self.size.height))

    def _settle(self) -> None:
        """Bring the top to where it can be."""
        end = self._end()
        top = min(self._top, end)
        self._top = end if self.is_following else self._moved(Place(top.line), top.row)

    def _keep_up(self) -> None:
        """Follow the end, by several rows at once where it ran out of the screen.

        A text that moves by a row with every line changes nearly every cell each time; one that
        makes room for some lines is quieter to read and a fifth of the bytes.
        """
        end = self._end()
        if end > self._top:
            self._top = self._moved(end, self.size.height // ROOM)

    def _places(self) -> list[Place]:
        """What stands on each row of the screen, as far as there are lines."""
        key = (self._top, self.size, self.is_wrapped, len(self.model))
        if self._layout is not None and self._layout[0] == key:
            return self._layout[1]
        places: list[Place] = []
        line, row, height = self._top.line, self._top.row, self.size.height
        while line < len(self.model) and len(places) < height:
            rows = self._rows_of(line)
            places += [Place(line, i) for i in range(row, rows)]
            line, row = line + 1, 0
        self._layout = (key, places[:height])
        return self._layout[1]

    def resized(self) -> None:
        self._settle()
