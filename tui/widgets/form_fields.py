"""The fields of a form, one line each, and its buttons: a checkbox, a choice between few values.

Nothing about them depends on colour: a checkbox is `[x] memoized`, the chosen one of several values
stands in brackets, `‹ small [base] xl ›`, and what has the focus is in reverse video.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Button
from textual.widgets.button import ButtonVariant

from tui.bindings import bind
from tui.widgets.cells import (
    ASCII_ELLIPSIS,
    ELLIPSIS,
    Piece,
    cut,
    fit,
    plain,
    printable,
    strip_of,
    width_of,
)
from tui.widgets.line_view import LineView

REVERSE = Style(reverse=True)


class FormField(LineView):
    """One answer on one line."""

    DEFAULT_CSS = "FormField { height: 1; width: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.field-done", "done", "Next field"),
    ]

    class Done(Message):
        """Enter was pressed: on to the next field."""

    @property
    def value_style(self) -> Style:
        """The style of the chosen value: reverse video while the field has the focus."""
        base = self.token("")
        return base + REVERSE if self.has_focus else base

    def action_done(self) -> None:
        """Go on to the next field, and from the last one to the button."""
        self.post_message(self.Done())

    def on_focus(self) -> None:
        """The value is drawn in reverse video from now on."""
        self.repaint()

    def on_blur(self) -> None:
        """The value is drawn as plain text again."""
        self.repaint()


LONG = 200
"""Characters up to which a value is edited on its line."""


BRACKETS = ("[ ", " ]")
"""What stands around the label of a button."""


class FormButton(Button):
    """A button that takes every press.

    Those of Textual ignore what is pressed while they still look pressed, without a word: the
    answer that is given again after it was refused as too early would be lost.
    """

    def __init__(
        self,
        label: str,
        *,
        id: str,
        classes: str | None = None,
        variant: ButtonVariant = "default",
        disabled: bool = False,
    ) -> None:
        super().__init__(label, variant, id=id, classes=classes, disabled=disabled, compact=True)
        self.active_effect_duration = 0

    def render(self) -> Content:
        """Its label between brackets, so that it looks like a button in any colours."""
        assert isinstance(self.label, Content)
        return Content.assemble(BRACKETS[0], self.label, BRACKETS[1])

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The cells of the label with its brackets."""
        return super().get_content_width(container, viewport) + sum(map(len, BRACKETS))


def is_long(text: str) -> bool:
    """Whether a value is for an editor: it has several lines, or would be a long one."""
    return len(text) > LONG or "\n" in text or "\r" in text


class LongField(FormField):
    """A value that is not edited on one line: how large it is, and how it begins."""

    @dataclass
    class Changed(Message):
        """It has another value."""

        field: LongField
        value: str

        @property
        def control(self) -> LongField:
            """The field it happened in."""
            return self.field

    class Refused(Message):
        """Something was pasted, which would take the place of all that is there."""

    def __init__(self, value: str, *, ascii: bool = False) -> None:
        super().__init__()
        self.ascii = ascii
        self._value = value

    def on_paste(self, event: events.Paste) -> None:
        """It is edited elsewhere."""
        event.stop()
        self.post_message(self.Refused())

    @property
    def value(self) -> str:
        """All of it, as it is."""
        return self._value

    @value.setter
    def value(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.repaint()
            self.post_message(self.Changed(self, value))

    @property
    def shows(self) -> str:
        """`3 lines, 120 characters: first line`."""
        lines = self._value.count("\n") + (not self._value.endswith("\n"))
        counted = f"{lines:,} lines, " if lines > 1 else ""
        begins = plain(printable(self._value[:LONG].split("\n")[0]), self.ascii)
        return f"{counted}{len(self._value):,} characters: {begins}"

    def line_at(self, y: int) -> Strip:
        """How large it is, and how it begins."""
        width, base = self.size.width, self.token("")
        ellipsis = ASCII_ELLIPSIS if self.ascii else ELLIPSIS
        shown = cut(self.shows, max(0, width - 1), ellipsis=ellipsis)
        return strip_of([(" ", base), (shown, self.value_style)], width, base)


class CheckboxField(FormField):
    """A yes or no: `[x] memoized`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.tick", "tick", "Tick"),
    ]

    @dataclass
    class Toggled(Message):
        """It was ticked or unticked."""

        field: CheckboxField
        value: bool

        @property
        def control(self) -> CheckboxField:
            """The checkbox it happened in."""
            return self.field

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self._value = value

    @property
    def value(self) -> bool:
        """Whether it is ticked."""
        return self._value

    @value.setter
    def value(self, value: bool) -> None:
        if value != self._value:
            self.action_tick()

    def action_tick(self) -> None:
        """Tick it, or untick it."""
        self._value = not self._value
        self.repaint()
        self.post_message(self.Toggled(self, self._value))

    def on_click(self, event: events.Click) -> None:
        """A click toggles it."""
        event.stop()
        self.action_tick()

    def line_at(self, y: int) -> Strip:
        """The box, then the label."""
        width, base = self.size.width, self.token("")
        box = "[x]" if self._value else "[ ]"
        label = fit(self._label, max(0, width - 4))
        return strip_of([(box, self.value_style), (f" {label}", base)], width, base)


class SelectField(FormField):
    """One of few values: `‹ small [base] xl ›`.

    Left and Right choose, so nothing that is not offered can be chosen. Where there is not room for
    all values, the line shows those around the chosen one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.value-before", "turn(-1)", "Value before"),
        bind("dialog.value-next", "turn(1)", "Next value"),
    ]

    @dataclass
    class Selected(Message):
        """Another value was chosen."""

        field: SelectField
        value: str

        @property
        def control(self) -> SelectField:
            """The field it happened in."""
            return self.field

    def __init__(
        self, values: Sequence[str], value: str = "", *, ascii: bool = False, id: str | None = None
    ) -> None:
        """`value` is chosen at first, or the first of `values` where it is none of them."""
        super().__init__(id=id)
        self.ascii = ascii
        self._values = tuple(values)
        self._index = self._values.index(value) if value in self._values else 0

    @property
    def value(self) -> str:
        """The chosen value; "" if there are no values."""
        return self._values[self._index] if self._values else ""

    @value.setter
    def value(self, value: str) -> None:
        index = self._values.index(value)
        if index != self._index:
            self._index = index
            self.repaint()
            self.post_message(self.Selected(self, self.value))

    def action_turn(self, step: int) -> None:
        """Choose the next (1) or previous (-1) value; the first follows the last."""
        if self._values:
            self.value = self._values[(self._index + step) % len(self._values)]

    def on_click(self, event: events.Click) -> None:
        """A click chooses the next value."""
        event.stop()
        self.action_turn(1)

    def line_at(self, y: int) -> Strip:
        """As many values as fit, between arrows."""
        width, base = self.size.width, self.token("")
        style, muted = self.value_style, self.token("muted")
        left_arrow, right_arrow = ("<", ">") if self.ascii else ("‹", "›")
        pieces: list[Piece] = [(f"{left_arrow} ", muted)]
        shown = self._fitting(width - 3)
        more: list[Piece] = [(ASCII_ELLIPSIS if self.ascii else ELLIPSIS, muted), (" ", base)]
        if shown.start > 0:
            pieces += more
        room = width - 4 - len(more) * self._sides_cut(shown)
        for index in shown:
            pieces.append((self._drawn(index, room), style if index == self._index else base))
            pieces.append((" ", base))
        if shown.stop < len(self._values):
            pieces += more
        pieces.append((right_arrow, muted))
        return strip_of(pieces, width, base)

    @property
    def shows(self) -> str:
        """All that there would be to see of it if there were room."""
        values = (f"[{self._text(i)}]" if i == self._index else self._text(i) for i in self._all)
        left_arrow, right_arrow = ("<", ">") if self.ascii else ("‹", "›")
        return " ".join([left_arrow, *values, right_arrow])

    @property
    def _all(self) -> range:
        return range(len(self._values))

    def _sides_cut(self, shown: range) -> int:
        """On how many sides values are left out."""
        return (shown.start > 0) + (shown.stop < len(self._values))

    def _drawn(self, index: int, room: int) -> str:
        ellipsis = ASCII_ELLIPSIS if self.ascii else ELLIPSIS
        text = self._text(index)
        if index != self._index:
            return cut(text, room, ellipsis=ellipsis)
        return f"[{cut(text, room - 2, ellipsis=ellipsis)}]"

    def _text(self, index: int) -> str:
        return plain(printable(self._values[index]), self.ascii)

    def _fitting(self, room: int) -> range:
        """The indexes of the values that fit into so many cells, the chosen one among them.

        Each has a blank behind it, and so has the sign on a side where some are left out.
        """
        widths = [width_of(self._text(i)) + 1 for i in range(len(self._values))]
        shown = range(self._index, self._index + 1) if widths else range(0)
        while True:
            after = range(shown.start, shown.stop + 1)
            before = range(shown.start - 1, shown.stop)
            for more in (after, before):
                if not 0 <= more.start < more.stop <= len(widths):
                    continue
                taken = sum(widths[more.start : more.stop]) + len("[]")
                if taken + 2 * self._sides_cut(more) <= room:
                    shown = more
                    break
            else:
                return shown
