"""One line that says what happened last.

In place of toasts: those paint over other things, animate, and are gone before they are read. A
message stays until the next one, or until somebody clears it.
"""

from __future__ import annotations

from typing import ClassVar

from textual.strip import Strip

from tui.widgets.cells import ASCII_ELLIPSIS, ELLIPSIS, cut, plain, printable, strip_of
from tui.widgets.line_view import LineView, token_classes

SEVERITIES = {
    "information": ("", "", ""),
    "warning": ("warning", "▲ ", "! "),
    "error": ("problem", "✖ ", "X "),
}
"""Token, sign and ASCII sign: it never depends on colour how bad a message is."""


class StatusLine(LineView, can_focus=False):
    """The last message."""

    COMPONENT_CLASSES: ClassVar[set[str]] = token_classes("warning", "problem")
    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
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
        self.repaint()

    def clear(self) -> None:
        """Say nothing."""
        self.say("")

    def line_at(self, y: int) -> Strip:
        width, base = self.size.width, self.token("")
        if not self._text or y:
            return Strip.blank(width, base)
        token, sign, ascii_sign = SEVERITIES[self._severity]
        text = " " + (ascii_sign if self.ascii else sign) + plain(printable(self._text), self.ascii)
        ellipsis = ASCII_ELLIPSIS if self.ascii else ELLIPSIS
        return strip_of([(cut(text, width, ellipsis=ellipsis), self.token(token))], width, base)
