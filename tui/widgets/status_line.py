"""One line that says what happened last.

In place of toasts: those paint over other things, animate, and are gone before they are read. A
message takes as many rows as it needs, up to three, and stays until the next one or until it is
old; what is bad stays longer, and time while nobody looks does not count.
"""

from __future__ import annotations

from typing import ClassVar

from textual.strip import Strip

from tui.widgets.cells import ASCII_ELLIPSIS, ELLIPSIS, cut, plain, printable, strip_of, wrapped
from tui.widgets.line_view import LineView, token_classes

SEVERITIES = {
    "information": ("", "", ""),
    "warning": ("warning", "▲ ", "! "),
    "error": ("problem", "✖ ", "X "),
}
"""Token, sign and ASCII sign: it never depends on colour how bad a message is."""
LASTS = {"information": 10, "warning": 30, "error": 60}
"""Seconds for which it is shown."""
MOST_ROWS = 3
"""Rows that a long message may take."""
ALL_OF_IT = "(? tells all of it)"


class StatusLine(LineView, can_focus=False):
    """The last message."""

    COMPONENT_CLASSES: ClassVar[set[str]] = token_classes("warning", "problem")
    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(
        self,
        *,
        ascii: bool = False,
        grows: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self._grows = grows
        self._age = 0
        self._text = ""
        self._severity = "information"

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    @property
    def severity(self) -> str:
        """How bad that is: information, warning or error."""
        return self._severity

    def say(self, text: str, severity: str = "information") -> None:
        """Say this instead."""
        self._text = text
        self._severity = severity if severity in SEVERITIES else "information"
        self._age = 0
        self._take_room()
        self.repaint()

    def tick(self) -> None:
        """A second went by: what is old goes."""
        self._age += 1
        if self._text and self._age >= LASTS[self._severity]:
            self.clear()

    def move_on(self) -> None:
        """Something else is looked at now: only what is bad is still of interest."""
        if self._severity != "error":
            self.clear()

    def clear(self) -> None:
        """Say nothing."""
        self.say("")

    @property
    def is_cut(self) -> bool:
        """Whether it says more than there is room for."""
        return len(self._rows()) > self._most_rows

    @property
    def _most_rows(self) -> int:
        return MOST_ROWS if self._grows else 1

    def resized(self) -> None:
        """Other words fit into a row."""
        self._take_room()

    def _take_room(self) -> None:
        if self._grows and self.is_mounted:
            height = max(1, min(self._most_rows, len(self._rows())))
            if self.styles.height is None or self.styles.height.value != height:
                self.styles.height = height

    def _rows(self) -> list[str]:
        """All of it, in rows of this width; one that does not grow has only one, however long."""
        if not self._text:
            return []
        _, sign, ascii_sign = SEVERITIES[self._severity]
        text = (ascii_sign if self.ascii else sign) + plain(printable(self._text), self.ascii)
        return wrapped(text, self.size.width - 1) if self._grows else [text]

    def line_at(self, y: int) -> Strip:
        width, base = self.size.width, self.token("")
        rows = self._rows()
        if y >= min(len(rows), self._most_rows):
            return Strip.blank(width, base)
        text = rows[y]
        if y == self._most_rows - 1 and len(rows) > self._most_rows:
            room = max(0, width - 2 - len(ALL_OF_IT))
            text = f"{cut(f'{text} {rows[y + 1]}', room, ellipsis=self._ellipsis)} {ALL_OF_IT}"
        shown = cut(f" {text}", width, ellipsis=self._ellipsis)
        return strip_of([(shown, self.token(SEVERITIES[self._severity][0]))], width, base)

    @property
    def _ellipsis(self) -> str:
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS
