"""The question where to save a text: a field with a path, and Save.

A file that is there already is replaced only by who says so, to a question of its own. A text may
be a log of a million lines: it is written some lines a turn, all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import BinaryIO, ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Button, Input, Static

from tui.actions.words import counted
from tui.artifacts.base import StoreError
from tui.artifacts.saving import proposed_path, typed_file, whole_file
from tui.bindings import bind
from tui.context import AppContext
from tui.domain.lines import Rows
from tui.domain.text import clean
from tui.keys import hint
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain
from tui.widgets.form_fields import FormButton
from tui.widgets.line_view import IN_A_TURN, in_next_turn
from tui.widgets.query_bar import QueryInput

TOO_SOON = "not taken: that was typed before the question could be read"
AT_A_TIME = 50
"""Lines that are looked at between two looks at the clock."""
STOPPED = "writing was stopped"


class _Writing(NamedTuple):
    """A file that is being written."""

    target: Path
    stack: ExitStack
    """What makes it whole, or removes it."""
    file: BinaryIO
    rows: Iterator[str | None]
    """What is still to be written."""


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

    def __init__(
        self, context: AppContext, lines: Rows, name: str, *, whole: Rows | None = None
    ) -> None:
        """`name` is what the file is called unless somebody says otherwise; `whole` is all of what
        `lines` are some of."""
        super().__init__()
        self.context = context
        self._lines = lines
        self._whole = whole
        self._file_name = name
        self._replaces: Path | None = None
        """The file of which it was asked whether it may be replaced."""
        self._writing: _Writing | None = None
        self._is_ending = False
        """Whether all is written, and the disk has to confirm it."""
        self._written = 0
        """Rows that were written of it."""
        self._told = ""

    def compose(self) -> ComposeResult:
        """The question, the path, what is wrong with it, and two buttons."""
        with Box(id="dialog", width=74, ascii=self.context.ascii):
            yield QueryInput(id="save-path")
            yield Static(id="save-told")
            with Horizontal(id="dialog-buttons"):
                yield FormButton("Cancel", id="no")
                yield FormButton("Save", id="yes")
                if self._whole is not None:
                    yield FormButton(f"Save all {counted(len(self._whole), 'line')}", id="all")

    def on_mount(self) -> None:
        """The path has the focus, and a proposal in it."""
        self._show_title()
        self.query_one(Box).show_keys(
            f"{hint('field.submit')} saves  {hint('dialog.cancel')} cancels"
        )
        self.path.value = clean(str(proposed_path(self._file_name)))
        self.path.cursor_position = len(self.path.value)
        self.path.focus()

    def _show_title(self) -> None:
        self.query_one(Box).show_title(f"Save {counted(len(self._lines), 'line')} as")

    @on(Input.Changed)
    def forget_replacing(self) -> None:
        """Another path: what was said of the one before holds no more."""
        self._replaces = None
        self._tell("")

    @on(Button.Pressed, "#all")
    def save_all(self) -> None:
        """Write all lines instead of those that are shown."""
        if self._whole is not None and self._writing is None and not self._is_ending:
            self._lines = self._whole
            self._show_title()
            self.action_save()

    @on(Input.Submitted)
    @on(Button.Pressed, "#yes")
    def action_save(self) -> None:
        """Write it, unless there is a file already: then ask first."""
        if self._writing is not None or self._is_ending:
            return
        try:
            target = typed_file(self.path.value, self._file_name)
            may_replace = target == self._replaces
            if may_replace and not self.context.may_confirm(self):
                self._tell(TOO_SOON)
                return
            self._begin(target, may_replace=may_replace)
        except StoreError as error:
            if error.reason != "exists" or target.is_dir():
                self._say_not_saved(error.what)
                return
            self._replaces = target
            self.context.seen_anew(self)
            self._tell(f"{target} exists: {hint('field.submit')} again replaces it")

    def _begin(self, target: Path, *, may_replace: bool) -> None:
        """Raises: StoreError."""
        with ExitStack() as opened:
            part = opened.enter_context(whole_file(target, size=None, overwrite=may_replace))
            file = opened.enter_context(part.open("wb"))
            self._writing = _Writing(target, opened.pop_all(), file, iter(self._lines))
        self._written = 0
        self._go_on()

    def _go_on(self) -> None:
        """Write some more of it; when that is all, have a thread wait for the disk."""
        writing = self._writing
        if writing is None:
            return
        until = monotonic() + IN_A_TURN
        try:
            while monotonic() < until:
                some = list(islice(writing.rows, AT_A_TIME))
                rows = [clean(row) for row in some if row is not None]
                writing.file.write("".join(f"{row}\n" for row in rows).encode())
                self._written += len(rows)
                if len(some) < AT_A_TIME:
                    self._writing, self._is_ending = None, True
                    self._end(writing)
                    return
        except (OSError, IndexError) as error:
            self._stop_writing(error)
            return
        self._tell(f"writing … {min(99, self._written * 100 // max(1, len(self._lines)))}%")
        in_next_turn(self, self._go_on)

    def _stop_writing(self, why: Exception) -> bool:
        """Remove what was written, and say why; false where nothing is being written."""
        writing, self._writing = self._writing, None
        if writing is None:
            return False
        try:
            with writing.stack:
                raise why
        except (StoreError, OSError, IndexError) as error:
            self._say_not_saved(_in_words(error))
        return True

    @work(thread=True, group="save", exit_on_error=False, description="writing a file")
    def _end(self, writing: _Writing) -> None:
        why = ""
        try:
            writing.stack.close()
        except (StoreError, OSError) as error:
            why = _in_words(error)
        self.app.call_from_thread(self._ended, writing.target, why)

    def _ended(self, target: Path, why: str) -> None:
        self._is_ending = False
        told = f"{counted(self._written, 'line')} written to {target}"
        if why:
            self._say_not_saved(why)
        elif self.is_active:
            self.dismiss(told)
        else:
            self.context.say(told)

    def _say_not_saved(self, why: str) -> None:
        if self.is_attached and self.query("#save-told"):
            self._tell(f"not saved: {why}")
        else:
            self.context.say(f"not saved: {why}", "warning")

    def on_unmount(self) -> None:
        """What is not there as a whole does not stay."""
        self._stop_writing(StoreError(STOPPED))

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Save nothing; what is being written is removed."""
        was_writing = self._stop_writing(StoreError(STOPPED))
        self.dismiss(f"not saved: {STOPPED}" if was_writing else None)

    def _tell(self, text: str) -> None:
        told = plain(clean(text), self.context.ascii)
        if told != self._told:
            self._told = told
            self.query_one("#save-told", Static).update(Content(told))


def _in_words(error: Exception) -> str:
    if isinstance(error, StoreError):
        return error.what
    return str(error.strerror) if isinstance(error, OSError) else "the lines are no longer there"
