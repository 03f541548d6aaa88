"""One of several values, all of them in sight: `‹ small [base] xl ›`.

Left and Right choose, so nothing that is not offered can be chosen. Where there is not room for all
of them, the line shows those around the one that is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    Piece,
    cut,
    plain,
    printable,
    strip_of,
    width_of,
)
from tui.widgets.field_line import FieldLine
from tui.widgets.line_view import token_classes


class OneOf(FieldLine):
    """A choice between few values."""

    COMPONENT_CLASSES: ClassVar[set[str]] = token_classes("muted")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "turn(-1)", "Value before", show=False, id="dialog.value-before"),
        Binding("right,l,space", "turn(1)", "Next value", show=False, id="dialog.value-next"),
        Binding("enter", "app.focus_next", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another value was chosen."""

        one_of: OneOf
        value: str

        @property
        def control(self) -> OneOf:
            """The choice it happened in."""
            return self.one_of

    def __init__(
        self, values: Sequence[str], value: str = "", *, ascii: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.ascii = ascii
        self._values = tuple(values)
        self._at = self._values.index(value) if value in self._values else 0

    @property
    def value(self) -> str:
        """The one that is chosen."""
        return self._values[self._at] if self._values else ""

    @value.setter
    def value(self, value: str) -> None:
        at = self._values.index(value)
        if at != self._at:
            self._at = at
            self.repaint()
            self.post_message(self.Changed(self, self.value))

    def action_turn(self, step: int) -> None:
        """Choose the value beside; behind the last comes the first."""
        if self._values:
            self.value = self._values[(self._at + step) % len(self._values)]

    def on_click(self, event: events.Click) -> None:
        """A click chooses the next."""
        event.stop()
        self.action_turn(1)

    def line_at(self, y: int) -> Strip:
        width, base = self.size.width, self.token("")
        look = self.chosen_look
        before, behind = ("<", ">") if self.ascii else ("‹", "›")
        pieces: list[Piece] = [(f"{before} ", self.token("muted"))]
        first, last = self._around(width - 4)
        for i in range(first, last + 1):
            is_chosen = i == self._at
            pieces.append((self._drawn(i, width - 4), look if is_chosen else base))
            pieces.append((" ", base))
        pieces.append((behind, self.token("muted")))
        return strip_of(pieces, width, base)

    def _drawn(self, index: int, room: int) -> str:
        dots = ASCII_ELLIPSIS if self.ascii else ELLIPSIS
        text = self._words(index)
        if index != self._at:
            return cut(text, room, ellipsis=dots)
        return f"[{cut(text, room - 2, ellipsis=dots)}]"

    def _words(self, index: int) -> str:
        return plain(printable(self._values[index]), self.ascii)

    def _around(self, room: int) -> tuple[int, int]:
        """First and last of those that fit, the chosen one among them."""
        widths = [width_of(self._words(i)) + 1 for i in range(len(self._values))]
        if not widths:
            return 0, -1
        first = last = self._at
        left = room - widths[first] - 2
        while True:
            if last + 1 < len(widths) and widths[last + 1] <= left:
                last += 1
                left -= widths[last]
            elif first > 0 and widths[first - 1] <= left:
                first -= 1
                left -= widths[first]
            else:
                return first, last
