"""The question where to save a text: a field with a path, and Save.

A file that is there already is replaced only by who says so, to a question of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button, Input, Static

from tui.artifacts.base import StoreError
from tui.artifacts.saving import proposed_path, typed_file, whole_file
from tui.bindings import bind
from tui.context import AppContext
from tui.domain.text import clean
from tui.keys import hint
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain
from tui.widgets.form_fields import FormButton
from tui.widgets.query_bar import QueryInput

TOO_SOON = "not taken: that was typed before the question could be read"


class SaveScreen(ModalView[str | None]):
    """Asks for a path and writes the text there.

    Answers with a sentence that says what was written, or None.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("dialog.cancel", "cancel", "Cancel", shown=True),
        bind("dialog.submit", "save", "Save", shown=True),
        bind("dialog.before", "app.focus_previous", system=True),
        bind("dialog.after", "app.focus_next", system=True),
    ]

    path = query_one("#save-path", QueryInput)

    def __init__(self, context: AppContext, lines: Sequence[str], name: str) -> None:
        """`name` is what the file is called unless somebody says otherwise."""
        super().__init__()
        self.context = context
        self._lines = lines
        self._file_name = name
        self._replaces: Path | None = None
        """The file of which it was asked whether it may be replaced."""

    def compose(self) -> ComposeResult:
        """The question, the path, what is wrong with it, and two buttons."""
        with Box(id="dialog", width=74, ascii=self.context.ascii):
            yield QueryInput(id="save-path")
            yield Static(id="save-told")
            with Horizontal(id="dialog-buttons"):
                yield FormButton("Cancel", id="no")
                yield FormButton("Save", id="yes")

    def on_mount(self) -> None:
        """The path has the focus, and a proposal in it."""
        box = self.query_one(Box)
        box.show_title(f"Save {_count(self._lines)} as")
        box.show_keys(f"{hint('field.submit')} saves  {hint('dialog.cancel')} cancels")
        self.path.value = clean(str(proposed_path(self._file_name)))
        self.path.cursor_position = len(self.path.value)
        self.path.focus()

    @on(Input.Changed)
    def forget_replacing(self) -> None:
        """Another path: what was said of the one before holds no more."""
        self._replaces = None
        self._tell("")

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def action_save(self) -> None:
        """Write it, unless there is a file already: then ask first."""
        try:
            target = typed_file(self.path.value, self._file_name)
            may_replace = target == self._replaces
            if may_replace and not self.context.may_confirm(self):
                self._tell(TOO_SOON)
                return
            self._write(target, may_replace=may_replace)
        except StoreError as error:
            if error.reason != "exists" or target.is_dir():
                self._tell(f"not saved: {error.what}")
                return
            self._replaces = target
            self.context.seen_anew(self)
            self._tell(f"{target} exists: {hint('field.submit')} again replaces it")
        else:
            self.dismiss(f"{_count(self._lines)} written to {target}")

    def _write(self, target: Path, *, may_replace: bool) -> None:
        """Raises: StoreError."""
        data = "".join(f"{clean(line)}\n" for line in self._lines).encode()
        with whole_file(target, size=len(data), overwrite=may_replace) as part:
            part.write_bytes(data)

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Save nothing."""
        self.dismiss(None)

    def _tell(self, text: str) -> None:
        told = plain(clean(text), self.context.ascii)
        self.query_one("#save-told", Static).update(Content(told))


def _count(lines: Sequence[str]) -> str:
    return "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
