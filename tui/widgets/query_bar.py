"""The line that a filter or a search is typed into.

It is hidden until opened. Every edit is posted, so that a list narrows while somebody types; Enter
keeps what was typed, Esc restores what was there before. The cursor does not blink: blinking costs
bytes (ux.md 5.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.widgets import Input
from textual.widgets.input import Selection

from tui.bindings import bind
from tui.domain.text import SHOWN, clean, clean_plain
from tui.keys import hint
from tui.messages import Said
from tui.widgets.cells import printable
from tui.widgets.status_line import StatusLine

REMEMBERED = 50
"""Texts that were entered which Up and Down bring back."""


class QueryInput(Input, inherit_css=True):
    """An input of one line that never holds anything unprintable."""

    virtual_size = Reactive(Size(0, 0), layout=False)
    # Textual lays the whole screen out anew with each letter: what one line holds moves nothing.

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        # In brackets: a shade alone does not tell it from a value on every terminal.
        told = f"({placeholder.rstrip('.')})" if placeholder else ""
        # Nothing is validated here; Textual would look for its style anew with every text.
        super().__init__(
            placeholder=told, select_on_focus=False, compact=True, validate_on=(), id=id
        )
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        # A paste may hold escape sequences, and Input would draw them as they are.
        lines = [clean_plain(line).replace(SHOWN, "") for line in event.text.splitlines()]
        told = [line.strip() for line in lines if line.strip()]
        if len(told) > 1 and self.take_lines(lines):
            return
        if len(told) > 1:
            said = f"{len(told)} lines pasted: this field has one, and the first was taken"
            self.post_message(Said(said, "warning"))
        super()._on_paste(events.Paste(clean(next(iter(told), ""))))

    def take_lines(self, lines: Sequence[str]) -> bool:
        """Whether somebody else takes several lines that were pasted here, as they are."""
        return False


class QueryBar(Horizontal):
    """A prompt, an input, and a note beside it: what is wrong with the text, or what it found."""

    DEFAULT_CSS = """
    QueryBar {
        height: 1;
        display: none;
        &.-open { display: block; }
        & > StatusLine#prompt { width: 2; }
        & > QueryInput { width: 2fr; }
        & > StatusLine#told { width: 1fr; display: none; }
        &.-telling > StatusLine#told { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("field.cancel", "cancel", "Cancel", shown=True),
        bind("field.older", "older", "Older"),
        bind("field.newer", "newer", "Newer"),
    ]

    @dataclass
    class Edited(Message):
        """The text was edited."""

        bar: QueryBar
        text: str

        @property
        def control(self) -> QueryBar:
            """The bar it happened in."""
            return self.bar

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, QueryBar.Edited) and message.bar is self.bar

    @dataclass
    class Submitted(Message):
        """Enter was pressed: the text is kept."""

        bar: QueryBar
        text: str

        @property
        def control(self) -> QueryBar:
            """The bar it happened in."""
            return self.bar

    @dataclass
    class Cancelled(Message):
        """Esc was pressed: the text is the one from before the bar was opened."""

        bar: QueryBar
        text: str
        """The text from before, which is shown again."""

        @property
        def control(self) -> QueryBar:
            """The bar it happened in."""
            return self.bar

    @dataclass
    class Left(Message):
        """Another widget has the focus now."""

        bar: QueryBar

        @property
        def control(self) -> QueryBar:
            """The bar it happened in."""
            return self.bar

    def __init__(
        self,
        *,
        prompt: str = "",
        placeholder: str = "",
        ascii: bool = False,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.ascii = ascii
        self._prompt = StatusLine(ascii=ascii, id="prompt")
        self._input = QueryInput(placeholder=placeholder)
        self._note = StatusLine(ascii=ascii, id="told")
        self._problem = ""
        self._prompt_text = prompt or hint("filter")
        self._before = ""
        self._history: list[str] = []
        self._history_index = 0

    def compose(self) -> ComposeResult:
        """Prompt, input, note."""
        yield self._prompt
        yield self._input
        yield self._note

    def on_mount(self) -> None:
        """Show the prompt."""
        self._prompt.say(self._prompt_text)

    @property
    def text(self) -> str:
        """The text of the input."""
        return self._input.value

    @text.setter
    def text(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self._input.value = printable(text)
        self.set_class(bool(text) or self._input.has_focus, "-open")

    @property
    def problem(self) -> str:
        """What is wrong with the text; "" if nothing is."""
        return self._problem

    @problem.setter
    def problem(self, text: str) -> None:
        self._problem = text
        self._show_note(text, "error")

    def tell(self, text: str) -> None:
        """Say beside the text what it found, unless something is wrong with it."""
        if not self._problem:
            self._show_note(text, "information")

    def _show_note(self, text: str, severity: str) -> None:
        self._note.say(text, severity)
        self.set_class(bool(text), "-telling")

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self.has_class("-open")

    def open(self, text: str | None = None, *, prompt: str | None = None) -> None:
        """Show it with a text, or the one it has, and give it the focus."""
        if prompt is not None:
            self._prompt_text = prompt
            self._prompt.say(prompt)
        if text is not None:
            self.text = text
        self._before = self.text
        self._history_index = len(self._history)
        self.add_class("-open")
        # The old text is selected: what is typed takes its place, and a cursor key keeps it.
        self._input.selection = Selection(0, len(self.text))
        self._input.focus()

    def go_on(self) -> None:
        """Keep it open after all; Esc still restores what was there before."""
        self.add_class("-open")
        self._input.focus()

    @property
    def is_typed_into(self) -> bool:
        """Whether it has the focus."""
        return self._input.has_focus

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """The focus went elsewhere."""
        self.post_message(self.Left(self))

    def close(self) -> None:
        """Hide it, unless there is a text in it."""
        self.set_class(bool(self.text), "-open")

    @on(Input.Changed)
    def post_edit(self, event: Input.Changed) -> None:
        """Post every edit."""
        event.stop()
        self.post_message(self.Edited(self, event.value))

    @on(Input.Submitted)
    def keep_text(self, event: Input.Submitted) -> None:
        """Enter keeps the text and remembers it."""
        event.stop()
        if event.value and event.value not in self._history[-1:]:
            self._history = [*self._history, event.value][-REMEMBERED:]
        self.close()
        self.post_message(self.Submitted(self, event.value))

    def action_cancel(self) -> None:
        """Restore the text from before the bar was opened."""
        self.text = self._before
        self.problem = ""
        self.close()
        self.post_message(self.Cancelled(self, self._before))

    def action_older(self) -> None:
        """Bring back the text that was entered before this one."""
        self._recall(-1)

    def action_newer(self) -> None:
        """Bring back the text that was entered after this one."""
        self._recall(1)

    def _recall(self, step: int) -> None:
        self._history_index = max(0, min(self._history_index + step, len(self._history)))
        text = next(iter(self._history[self._history_index :]), "")
        self._input.value = text
        self._input.cursor_position = len(text)
