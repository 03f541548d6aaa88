"""The frame of a box that stands over a screen: its name in the upper edge, its keys in the lower.

All boxes look alike by it: what one may press stands where one looks for it, and neither takes a
row from what is in the box.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tui.widgets.cells import ASCII_ELLIPSIS, ELLIPSIS, cut, plain, printable, rule, width_of

EDGES = 6
"""Cells of an edge that its words leave free: the corners, the line beside them, and blanks."""
FRAME = 2
"""Rows of the frame itself."""
LEAST_BESIDE = 6
"""Cells of the screen beneath at either side of a box; where fewer would be left they are slivers
that nobody can read, and the box has them, too."""
LEAST_LINE = 2
"""Cells of the line at least between the name and what stands at the right of it."""


def without_slivers(cells: int, of: int) -> int:
    """How wide a box is that wants so many cells on a screen of others."""
    return of if of - cells < 2 * LEAST_BESIDE else cells


class Box(Vertical):
    """A frame with words in its edges, which are shortened where they have no room."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"box--problem"}
    DEFAULT_CSS = "Box > .box--problem { color: $text-error; }"

    def __init__(self, *children: Widget, id: str, width: int = 0, ascii: bool = False) -> None:
        """`width` is how wide it would like to be; 0 where who opens it says so."""
        super().__init__(*children, id=id)
        self.ascii = ascii
        self._wanted = width
        self._heading, self._right = "", ""
        self._rows = -1
        """Rows in it, where it is as high as they need."""
        self._keys, self._is_wrong = "", False

    def show_title(self, title: str, right: str = "") -> None:
        """What it is called, and what stands at the other end of the upper edge."""
        self._heading, self._right = self._drawn(title), self._drawn(right)
        self._draw_title()

    def show_keys(self, keys: str, *, is_wrong: bool = False) -> None:
        """What can be pressed here, or, if `is_wrong`, what is wrong with what was typed."""
        self._keys, self._is_wrong = self._drawn(keys), is_wrong
        self._draw_keys()

    def fit(self, rows: int) -> None:
        """As high as so many rows in it need, and at most as the style sheet lets it be: a box of
        blank rows would cover what is behind it for nothing."""
        if rows != self._rows:
            self._rows = rows
            self.styles.height = rows + FRAME

    def on_mount(self) -> None:
        """As wide as it wants to be."""
        self.fit_width()

    def fit_width(self) -> None:
        """The screen is as wide as it is now."""
        if self._wanted:
            self.styles.width = without_slivers(self._wanted, self.app.size.width)

    @property
    def keys_told(self) -> str:
        """What the lower edge says, whatever there is room for."""
        return self._keys

    def on_resize(self, event: events.Resize) -> None:
        """Words have the room that the edges have."""
        self._draw_title()
        self._draw_keys()

    @property
    def _room(self) -> int:
        return max(0, self.outer_size.width - EDGES)

    def _draw_title(self) -> None:
        room = self._room
        if not room:
            return
        right = self._right
        if right and width_of(self._heading) + width_of(right) + LEAST_LINE + 2 > room:
            right = ""
        title = cut(self._heading, room, middle=True, ellipsis=self._ellipsis)
        told = Content(title)
        if right:
            line = room - width_of(title) - width_of(right) - 2
            edge = Style(foreground=self.styles.border_top[1], bold=False)
            beside = Style(foreground=self.styles.border_subtitle_color, bold=False)
            drawn = rule(False, ascii=self.ascii) * line
            told = Content.assemble(told, (f" {drawn} ", edge), (right, beside))
        self.border_title = told

    def _draw_keys(self) -> None:
        room = self._room
        if not room:
            return
        told = Content(cut(self._keys, room, ellipsis=self._ellipsis))
        if self._is_wrong:
            told = told.stylize(self.get_visual_style("box--problem", partial=True))
        self.border_subtitle = told

    @property
    def _ellipsis(self) -> str:
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS

    def _drawn(self, text: str) -> str:
        return plain(printable(text), self.ascii)
