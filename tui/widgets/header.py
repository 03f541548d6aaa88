"""One line with parts at its left and parts at its right, shortened where they would meet.

Whoever fills the line says which parts are shortened first: a name may be, a phase may not.
Headers, tabs and context lines are such lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    cut,
    plain,
    printable,
    strip_of,
    width_of,
)
from tui.widgets.line_view import LineView

HeaderPart = tuple[str, str]
"""A text as it came, and the token of its style ("" is plain)."""
Shrink = tuple[int, int]
"""Index of a part that may be shortened, those at the left first, and the cells that it keeps.

One that keeps some cells loses its middle, as names do; one that keeps 0 loses its end."""
WHOLE = -1
"""In place of the cells that a part keeps: it is shown whole or not at all."""
QUIET = frozenset({"phase-succeeded"})
"""Tokens of what is as it should be."""
LEAST_CUT = 8
"""A part that need not keep any cells is left out when it would have fewer than these."""


class HeaderLine(LineView, can_focus=False):
    """A line with parts at its left and parts at its right."""

    DEFAULT_CSS = "HeaderLine { height: 1; }"

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self._left: tuple[HeaderPart, ...] = ()
        self._right: tuple[HeaderPart, ...] = ()
        self._shrinks: tuple[Shrink, ...] = ()
        self._colour = ""
        self._fill: HeaderPart = (" ", "")

    def show(
        self,
        left: Sequence[HeaderPart],
        right: Sequence[HeaderPart] = (),
        shrinks: Sequence[Shrink] = (),
        colour: str = "",
        fill: HeaderPart = (" ", ""),
    ) -> None:
        """Show these parts; `colour` (`#rrggbb`) is what they stand on, "" for that of the theme.
        `fill` is one cell of what is between the sides.

        Where there is not room for all of them, parts are shortened in the order of `shrinks`; if
        that is not enough, the left side is cut.
        """
        self._left, self._right, self._shrinks = tuple(left), tuple(right), tuple(shrinks)
        self._fill = fill
        if colour != self._colour:
            self._colour = colour
            self._token_styles.clear()
        self.repaint()

    def token(self, name: str) -> Style:
        """The style of a token; on a colour of its own all text is black or white, as bold as ever.

        Without colours it is drawn in reverse video.
        """
        if not self._colour or name in self._token_styles:
            usual = super().token(name)
            # In reverse video a colour is a block of it, which is too loud for what is as it should
            # be. On a background of its own, text is.
            return super().token("") if usual.reverse and name in QUIET else usual
        usual = super().token(name)
        behind = Color.parse(self._colour)
        text = behind.get_contrast_text(1.0)
        look = Style(bold=usual.bold, reverse=self.app.no_color)
        style = look + Style(color=text.rich_color, bgcolor=behind.rich_color)
        self._token_styles[name] = style
        return style

    @property
    def text(self) -> str:
        """All parts as one text, whatever there is room for."""
        return " ".join("".join(text for text, _ in side) for side in (self._left, self._right))

    def line_at(self, y: int) -> Strip:
        """Left parts, blanks, right parts."""
        width, base = self.size.width, self.token("")
        parts = self._shortened(width)
        right = [(text, self.token(token)) for text, token in parts[len(self._left) :]]
        taken = sum(width_of(text) for text, _ in right)
        room = max(0, width - taken)
        most = room - 1 if taken else room  # the sides never touch
        left, used = [], 0
        for text, token in parts[: len(self._left)]:
            shown = cut(text, max(0, most - used), ellipsis=self._ellipsis)
            left.append((shown, self.token(token)))
            used += width_of(shown)
        blank = (self._fill[0] * (room - used), self.token(self._fill[1]))
        return strip_of([*left, blank, *right], width, base)

    def _shortened(self, width: int) -> list[HeaderPart]:
        """All parts, those that may be shortened as far as they have to."""
        parts = [(self._drawn(text), token) for text, token in (*self._left, *self._right)]
        over = sum(width_of(text) for text, _ in parts) + bool(self._right) - width
        for index, least in self._shrinks:
            if over <= 0:
                break
            text, token = parts[index]
            cells = width_of(text)
            keeps = max(min(cells, least), cells - over, 0)
            is_out = least == WHOLE or (not least and keeps < LEAST_CUT)
            # What keeps some cells is a name, and names often begin alike.
            text = "" if is_out else cut(text, keeps, middle=least > 0, ellipsis=self._ellipsis)
            parts[index] = (text, token)
            over -= cells - width_of(text)
        return parts

    @property
    def _ellipsis(self) -> str:
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS

    def _drawn(self, text: str) -> str:
        return plain(printable(text), self.ascii)
