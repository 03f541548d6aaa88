"""One line of pieces: some from the left, some from the right, cut where they would meet.

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

Part = tuple[str, str]
"""Text as it came, and the name of a token for its look ("" is plain)."""


class HeaderLine(LineView, can_focus=False):
    """A line with something on its left and something on its right."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMMON
    DEFAULT_CSS = "HeaderLine { height: 1; }"

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()

    def show(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        """Show these instead; the right side wins where there is not room for both."""
        self._left, self._right = tuple(left), tuple(right)
        self.repaint()

    @property
    def text(self) -> str:
        """What it says, for tests and screen readers."""
        return " ".join("".join(text for text, _ in side) for side in (self._left, self._right))

    def line_at(self, y: int) -> Strip:
        """Left pieces, blanks, right pieces."""
        width, base = self.size.width, self.token("")
        right = [(self._drawn(text), self.token(token)) for text, token in self._right]
        room = max(0, width - sum(width_of(text) for text, _ in right))
        left, used = [], 0
        for text, token in self._left:
            shown = cut(
                self._drawn(text), room - used, ellipsis=ASCII_ELLIPSIS if self.ascii else ELLIPSIS
            )
            left.append((shown, self.token(token)))
            used += width_of(shown)
        blank = (" " * (room - used), base)
        return strip_of([*left, blank, *right], width, base)

    def _drawn(self, text: str) -> str:
        return plain(printable(text), self.ascii)
