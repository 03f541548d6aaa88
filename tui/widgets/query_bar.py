"""The line one types a filter or a search into.

It is hidden until opened. Every change is told, so that a list narrows while one types; Enter keeps
what was typed, Esc takes it back to what it was. The cursor does not blink: blinking costs bytes
(ux.md 5.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from tui.bindings import bind
from tui.domain.text import SHOWN, clean, clean_plain
from tui.keys import hint
from tui.widgets.cells import printable
from tui.widgets.status_line import StatusLine

REMEMBERED = 50


class QueryInput(Input, inherit_css=True):
    """An input of one line that never holds anything unprintable."""

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, select_on_focus=False, compact=True, id=id)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        # A paste may hold escape sequences, and Input would draw them as they are.
        lines = (clean_plain(line).strip() for line in event.text.splitlines())
        first = clean(next(filter(None, lines), ""))
        super()._on_paste(events.Paste(first.replace(SHOWN, "")))
        event.stop()
        event.prevent_default()


class QueryBar(Horizontal):
    """A prompt, what is typed, and what is wrong with it."""

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
        """Somebody typed."""

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
        """Enter: this is it."""

        bar: QueryBar
        text: str

        @property
        def control(self) -> QueryBar:
            """The bar it happened in."""
            return self.bar

    @dataclass
    class Cancelled(Message):
        """Esc: as it was before the bar was opened."""

        bar: QueryBar
        text: str
        """What it was."""

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
        self._told = StatusLine(ascii=ascii, id="told")
        self._wrong = ""
        self._prompt_text = prompt or hint("filter")
        self._before = ""
        self._past: list[str] = []
        self._place = 0

    def compose(self) -> ComposeResult:
        """Prompt, input, problem."""
        yield self._prompt
        yield self._input
        yield self._told

    def on_mount(self) -> None:
        """Say what it is for."""
        self._prompt.say(self._prompt_text)

    @property
    def text(self) -> str:
        """What is typed in it."""
        return self._input.value

    @text.setter
    def text(self, text: str) -> None:
        with self.prevent(Input.Changed):
            self._input.value = printable(text)
        self.set_class(bool(text) or self._input.has_focus, "-open")

    @property
    def problem(self) -> str:
        """What is wrong with it; "" if nothing is."""
        return self._wrong

    @problem.setter
    def problem(self, text: str) -> None:
        self._wrong = text
        self._tell(text, "error")

    def tell(self, text: str) -> None:
        """Say beside what is typed how much of it there is, if nothing is wrong with it."""
        if not self._wrong:
            self._tell(text, "information")

    def _tell(self, text: str, severity: str) -> None:
        self._told.say(text, severity)
        self.set_class(bool(text), "-telling")

    @property
    def is_open(self) -> bool:
        """Whether it is on the screen."""
        return self.has_class("-open")

    def open(self, text: str | None = None, *, prompt: str | None = None) -> None:
        """Show it and type into it, beginning with a text (or what it has)."""
        if prompt is not None:
            self._prompt_text = prompt
            self._prompt.say(prompt)
        if text is not None:
            self.text = text
        self._before = self.text
        self._place = len(self._past)
        self.add_class("-open")
        self._input.cursor_position = len(self.text)
        self._input.focus()

    def close(self) -> None:
        """Hide it, unless a text in it is to be seen."""
        self.set_class(bool(self.text), "-open")

    @on(Input.Changed)
    def tell_change(self, event: Input.Changed) -> None:
        """Every letter counts."""
        event.stop()
        self.post_message(self.Edited(self, event.value))

    @on(Input.Submitted)
    def tell_end(self, event: Input.Submitted) -> None:
        """Enter keeps it."""
        event.stop()
        if event.value and event.value not in self._past[-1:]:
            self._past = [*self._past, event.value][-REMEMBERED:]
        self.close()
        self.post_message(self.Submitted(self, event.value))

    def action_cancel(self) -> None:
        """Esc takes back what was typed."""
        self.text = self._before
        self.problem = ""
        self.close()
        self.post_message(self.Cancelled(self, self._before))

    def action_older(self) -> None:
        """What was asked before."""
        self._recall(-1)

    def action_newer(self) -> None:
        """What was asked after that."""
        self._recall(1)

    def _recall(self, step: int) -> None:
        self._place = max(0, min(self._place + step, len(self._past)))
        text = self._past[self._place] if self._place < len(self._past) else ""
        self._input.value = text
        self._input.cursor_position = len(text)
