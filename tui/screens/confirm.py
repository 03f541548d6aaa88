"""A yes or no, with no as what Enter means."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from tui.domain.text import clean


class ConfirmScreen(ModalScreen[bool]):
    """One question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", show=False, id="dialog.yes"),
        Binding("n,escape", "no", "No", show=False, id="dialog.no"),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    HINT = ""
    """What the box says of its keys."""

    def __init__(self, question: str, *, yes: str) -> None:
        super().__init__()
        self._question = question
        self._yes = yes

    def compose(self) -> ComposeResult:
        """Question and two buttons."""
        with Vertical(id="dialog"):
            yield Static(Content(clean(self._question)), id="dialog-title")
            with Horizontal(id="dialog-buttons"):
                yield Button("Cancel", id="no", compact=True)
                yield Button(self._yes, id="yes", compact=True, variant="primary")

    def on_mount(self) -> None:
        """Cancel has the focus."""
        self.query_one("#dialog").border_subtitle = self.HINT
        self.query_one("#no").focus()

    @on(Button.Pressed, "#yes")
    def action_yes(self) -> None:
        """Do what is asked about."""
        self.dismiss(True)

    @on(Button.Pressed, "#no")
    def action_no(self) -> None:
        """Leave all as it is."""
        self.dismiss(False)


class LeaveScreen(ConfirmScreen):
    """Whether to leave: asked once, so the key that asked is a yes when it comes again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+q", "yes", "Leave", show=False, id="dialog.leave"),
    ]
    HINT = "q leaves  Esc stays"

    def __init__(self) -> None:
        super().__init__("Leave argo-tui?", yes="Leave")
