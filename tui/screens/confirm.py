"""A yes or no, with no as what Enter means."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from tui.bindings import bind
from tui.domain.text import clean
from tui.keys import hint
from tui.view import ModalView


class ConfirmScreen(ModalView[bool]):
    """One question."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.yes", "yes", "Yes"),
        bind("dialog.no", "no", "No"),
        bind("dialog.cancel", "no", "No"),
        bind("dialog.before", "app.focus_previous", system=True),
        bind("dialog.after", "app.focus_next", system=True),
    ]

    def __init__(self, question: str, *, yes: str, keys: str = "") -> None:
        """`keys` is what the box says of its keys."""
        super().__init__()
        self._keys = keys
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
        self.query_one("#dialog").border_subtitle = self._keys
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
        bind("dialog.leave", "yes", "Leave"),
    ]

    def __init__(self) -> None:
        keys = f"{hint('dialog.leave')} leaves  {hint('dialog.cancel')} stays"
        super().__init__("Leave argo-tui?", yes="Leave", keys=keys)
