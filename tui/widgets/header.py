"""One line of pieces: some from the left, some from the right, cut where they would meet.

What is cut first is told by who fills the line: a name may be shortened, a phase may not.

Headers, tabs and context lines are all this. It redraws only the cells that differ, so setting the
same text again costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

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
from tui.widgets.line_view import COMMON, LineView

HeaderPart = tuple[str, str]
"""Text as it came, and the name of a token for its look ("" is plain)."""
Shrink = tuple[int, int]
"""Which part may be shortened, those of the right counted on from the left; the cells it keeps."""
WHOLE = -1
"""Cells that a part keeps which is left out whole or not at all."""
LEAST_CUT = 8
"""Cells below which a part that need not keep any is left out."""


class HeaderLine(LineView, can_focus=False):
    """A line with something on its left and something on its right."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMMON
    DEFAULT_CSS = "HeaderLine { height: 1; }"

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self._left: tuple[HeaderPart, ...] = ()
        self._right: tuple[HeaderPart, ...] = ()
        self._shrinks: tuple[Shrink, ...] = ()

    def show(
        self,
        left: Sequence[HeaderPart],
        right: Sequence[HeaderPart] = (),
        shrinks: Sequence[Shrink] = (),
    ) -> None:
        """Show these instead.

        Where there is not room for both sides, parts are shortened in the order of `shrinks`; if
        that does not do, the right side wins.
        """
        self._left, self._right, self._shrinks = tuple(left), tuple(right), tuple(shrinks)
        self.repaint()

    @property
    def text(self) -> str:
        """What it says, for tests and screen readers."""
        return " ".join("".join(text for text, _ in side) for side in (self._left, self._right))

    def line_at(self, y: int) -> Strip:
        """Left pieces, blanks, right pieces."""
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
        blank = (" " * (room - used), base)
        return strip_of([*left, blank, *right], width, base)

    def _shortened(self, width: int) -> list[HeaderPart]:
        """All parts, shortened as far as they may be while they do not fit."""
        parts = [(self._drawn(text), token) for text, token in (*self._left, *self._right)]
        over = sum(width_of(text) for text, _ in parts) + bool(self._right) - width
        for index, least in self._shrinks:
            if over <= 0:
                break
            text, token = parts[index]
            cells = width_of(text)
            keeps = max(min(cells, least), cells - over, 0)
            is_out = least == WHOLE or (not least and keeps < LEAST_CUT)
            text = "" if is_out else cut(text, keeps, ellipsis=self._ellipsis)
            parts[index] = (text, token)
            over -= cells - width_of(text)
        return parts

    @property
    def _ellipsis(self) -> str:
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS

    def _drawn(self, text: str) -> str:
        return plain(printable(text), self.ascii)
