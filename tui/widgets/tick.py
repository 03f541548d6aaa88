"""A box to tick: `[x] memoized`. Whether it is ticked never depends on colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.widgets.cells import fit, strip_of
from tui.widgets.field_line import FieldLine


class Tick(FieldLine):
    """One yes or no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "tick", "Tick", show=False, id="dialog.tick"),
    ]

    @dataclass
    class Changed(Message):
        """It was ticked or unticked."""

        tick: Tick
        value: bool

        @property
        def control(self) -> Tick:
            """The box it happened in."""
            return self.tick

    def __init__(self, label: str, value: bool = False, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = label
        self._value = value

    @property
    def value(self) -> bool:
        """Whether it is ticked."""
        return self._value

    def action_tick(self) -> None:
        """Tick it, or take the tick away."""
        self._value = not self._value
        self.repaint()
        self.post_message(self.Changed(self, self._value))

    def on_click(self, event: events.Click) -> None:
        """A click ticks."""
        event.stop()
        self.action_tick()

    def line_at(self, y: int) -> Strip:
        width, base = self.size.width, self.token("")
        look = self.chosen_look
        box = "[x]" if self._value else "[ ]"
        label = fit(self._label, max(0, width - 4))
        return strip_of([(box, look), (f" {label}", base)], width, base)
