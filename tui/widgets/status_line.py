"""One line that says what happened last.

It is there in place of toasts, which paint over other things, animate, and are gone before they are
read. A message takes as many rows as it needs, up to three, and stays until the next one or until
it is old. Errors stay longer, and only seconds in which the screen is looked at count.
"""

from __future__ import annotations

from textual.strip import Strip

from tui.widgets.cells import ASCII_ELLIPSIS, ELLIPSIS, cut, plain, printable, strip_of, wrapped
from tui.widgets.line_view import LineView

SEVERITIES = {
    "information": ("", "", ""),
    "warning": ("warning", "▲ ", "! "),
    "error": ("problem", "✖ ", "X "),
}
"""By severity: token, sign and ASCII sign, so that it is seen without colours."""
SECONDS_SHOWN = {"information": 10, "warning": 30, "error": 60}
"""By severity, how long a message is shown."""
SECONDS_READ = 2
"""Seconds that a message is left alone by one that counts down."""
MAX_ROWS = 3
"""Rows that a long message may take."""
ALL_OF_IT = "(? tells all of it)"


class StatusLine(LineView, can_focus=False):
    """The last message."""

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
        self._is_count = False
        """Whether the message counts down: it tells of what still goes on."""
        self.told = 0
        """How many messages were said."""
        self._text = ""
        self._severity = "information"

    @property
    def text(self) -> str:
        """The message; "" for none."""
        return self._text

    @property
    def severity(self) -> str:
        """The severity of the message: information, warning or error."""
        return self._severity

    def say(self, text: str, severity: str = "information") -> None:
        """Show a message in place of the one before."""
        self._text = text
        self._severity = severity if severity in SEVERITIES else "information"
        self._age = 0
        self._is_count = False
        self.told += 1
        self._fit_height()
        self.repaint()

    def count_down(self, text: str, before: str) -> bool:
        """Show a message that changes every second in the place of the one `before` that; not while
        something else stands there that one may still want to read. Returns whether it is shown."""
        is_free = self._text in ("", before)
        is_free = is_free or (self._severity == "information" and self._age >= SECONDS_READ)
        if is_free:
            self.say(text)
            self._is_count = True
        return is_free

    def tick(self) -> None:
        """A second went by: an old message is cleared."""
        self._age += 1
        if self._text and self._age >= SECONDS_SHOWN[self._severity]:
            self.clear()

    def move_on(self) -> None:
        """Another thing is looked at now: whatever is no error is cleared."""
        if self._severity != "error":
            self.clear()

    def key_acted(self) -> None:
        """A key did something, and said nothing: what was said is about what was before, once there
        was time to read it. An error stays."""
        if self._age >= SECONDS_READ and self._severity != "error":
            self.let_go()

    def box_opened(self) -> None:
        """A box opened: what was said before it is about something else. What was said just now
        may be why it opened."""
        if self._age:
            self.let_go()

    def let_go(self) -> None:
        """Clear whatever does not tell of what still goes on, as `Delete …` does."""
        if self._text and not self._is_count and not self._text.endswith(ELLIPSIS):
            self.clear()

    def clear(self) -> None:
        """Show no message."""
        self.say("")

    @property
    def is_cut(self) -> bool:
        """Whether there is not room for all of the message."""
        return len(self._rows()) > self._max_rows

    @property
    def _max_rows(self) -> int:
        return MAX_ROWS if self._grows else 1

    def resized(self) -> None:
        """Other words fit into a row, so another number of rows is needed."""
        self._fit_height()

    def _fit_height(self) -> None:
        if self._grows and self.is_mounted:
            height = max(1, min(self._max_rows, len(self._rows())))
            if self.styles.height is None or self.styles.height.value != height:
                self.styles.height = height

    def _rows(self) -> list[str]:
        """All of the message in rows of this width; in one row, however long, if it cannot grow."""
        if not self._text:
            return []
        _, sign, ascii_sign = SEVERITIES[self._severity]
        text = (ascii_sign if self.ascii else sign) + plain(printable(self._text), self.ascii)
        return wrapped(text, self.size.width - 1) if self._grows else [text]

    def line_at(self, y: int) -> Strip:
        width, base = self.size.width, self.token("")
        rows = self._rows()
        if y >= min(len(rows), self._max_rows):
            return Strip.blank(width, base)
        text = rows[y]
        if y == self._max_rows - 1 and len(rows) > self._max_rows:
            room = max(0, width - 2 - len(ALL_OF_IT))
            text = f"{cut(f'{text} {rows[y + 1]}', room, ellipsis=self._ellipsis)} {ALL_OF_IT}"
        shown = cut(f" {text}", width, ellipsis=self._ellipsis)
        return strip_of([(shown, self.token(SEVERITIES[self._severity][0]))], width, base)

    @property
    def _ellipsis(self) -> str:
        return ASCII_ELLIPSIS if self.ascii else ELLIPSIS
