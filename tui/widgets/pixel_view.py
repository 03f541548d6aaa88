"""A picture of coloured half blocks: two pixels, one above the other, in each cell."""

from __future__ import annotations

from collections.abc import Callable

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

UPPER = "▀"
Pixel = tuple[int, int, int]
At = Callable[[int, int], Pixel]


class PixelView(Widget):
    """Shows pixels from its upper left corner on."""

    DEFAULT_CSS = "PixelView { height: 1fr; width: 1fr; }"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._width = self._height = 0
        self._at: At = lambda x, y: (0, 0, 0)

    def show(self, width: int, height: int, at: At) -> None:
        """Show so many columns and lines of pixels; `at` gives one by column and line."""
        self._width, self._height, self._at = width, height, at
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Two lines of pixels."""
        if 2 * y >= self._height:
            return Strip.blank(self.size.width)
        segments: list[Segment] = []
        for x in range(min(self._width, self.size.width)):
            upper = Color.from_rgb(*self._at(x, 2 * y))
            lower = Color.from_rgb(*self._at(x, 2 * y + 1)) if 2 * y + 1 < self._height else None
            segments.append(Segment(UPPER, Style(color=upper, bgcolor=lower)))
        return Strip(segments).simplify()
