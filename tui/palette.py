"""The palette and the command line in one: type what to do, whatever its key is.

What it offers are commands: those of the screen below it, and those of the app. A line that begins
with the name of a command that takes an argument offers arguments; any other line offers what is
called like it. A wrong argument is told below the list and closes nothing. It is a small box over
the screen as it is: nothing behind it is dimmed, nothing in it moves, and a letter costs the lines
that differ after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.fuzzy import Matcher
from textual.getters import query_one
from textual.widgets import Input

from tui.bindings import bind
from tui.columns import Column
from tui.commands import Command, Line, completed, read_line, reason_of
from tui.errors import TuiError
from tui.keys import hint
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.cells import plain
from tui.widgets.query_bar import QueryInput
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table

MOST_PLACES = 50
"""Places offered for what is typed; whoever wants more filters the list."""
REMEMBERED = 5
IN_WORDS = 0.01
"""The score of a command that has what is typed only in its explanation."""
WORDS_FROM = 3
"""Letters from which on explanations are searched, too: fewer are in nearly all of them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette: a command, with an argument if one was typed or completed."""

    command: Command
    line: Line | None = None
    by_name: bool = False
    """Whether it is called by all that can be typed for it."""

    @property
    def name(self) -> str:
        """What it is called."""
        if self.by_name and self.line is None:
            return ", ".join(f":{name}" for name in self.command.names)
        return self.line.text if self.line is not None else self.command.title

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be done just now; then `help` says why."""
        return bool(self.command.refusal)

    @property
    def help(self) -> str:
        """What it does, with its argument if there is more to say, or why it cannot be done."""
        argument = self.line.argument if self.line is not None else ""
        said = self.command.explain(argument) if argument else ""
        return reason_of(self.command) or said or self.command.help

    @property
    def text(self) -> str:
        """What one would have typed to mean it."""
        if self.line is not None:
            return self.line.text
        if self.command.argument and self.command.names:
            return f"{self.command.names[0]} "
        return self.command.title.removeprefix("Go to ")

    @property
    def key(self) -> str:
        """How it is reached without the palette: its key, else its shortest name."""
        names = self.command.names if len(min(self.command.names, default="", key=len)) == 1 else ()
        return self.command.key or (f":{names[0]}" if names else "")


def matching(offered: Sequence[Command], text: str) -> list[Command]:
    """The commands that are meant by a text, the likeliest first; all of them for none.

    Names come before keys, keys before titles, titles before explanations. What destroys is never
    found by its explanation alone: Enter would begin it for whoever meant something else.
    """
    if not text:
        return list(offered)
    matcher, sought = Matcher(text), text.casefold()
    scored = []
    for command in offered:
        score = matcher.match(command.title)
        if text in command.names:
            # ":q" is a habit, and means the program, not the screen.
            score += 200.0
        elif text == command.key:
            score += 100.0
        elif any(name.startswith(sought) for name in command.names):
            score += 10.0
        elif not score and len(sought) >= WORDS_FROM and command.danger != "destroys":
            score = IN_WORDS if sought in command.help.casefold() else 0.0
        if score > 0:
            scored.append((score, command))
    return [command for _, command in sorted(scored, key=lambda pair: -pair[0])]


def is_called(entry: Entry, typed: str) -> bool:
    """Whether what was typed names this entry, so that Enter may run it though nobody chose it.

    A command that is not there has others whose letters are like its own: they are offered, and
    never begun for it. What names one: a name of it or how one begins, its key, its title from the
    begin of a word on, or all of these words somewhere in it.
    """
    command, sought = entry.command, typed.casefold()
    if entry.line is not None or typed == command.key:
        return True
    if any(name.casefold().startswith(sought) for name in command.names):
        return True
    title = command.title.casefold()
    if not command.names and sought in title:
        return True  # a place, by any part of its name
    words = re.split(r"[^\w]+", title)
    return all(
        any(word.startswith(part) for word in words) or part in title.split()
        for part in sought.split()
    )


def columns(ascii: bool) -> tuple[Column[Entry], ...]:
    """What it is called, what it does or why not, its key."""

    return (
        Column(
            id="name",
            title="",
            text=lambda e, _: e.name,
            width=24,
            least=16,
            cut="middle",
            style=lambda e: "muted" if e.is_refused else "",
        ),
        Column(
            id="help",
            title="",
            text=lambda e, _: plain(e.help, ascii),
            width=28,
            grow=1,
            style=lambda _: "muted",
            drop=1,
        ),
        Column(id="key", title="", text=lambda e, _: e.key, width=6, align="right"),
    )


class Palette(ModalView[None]):
    """A line to type into, and what it may mean."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("palette.down", "move('down')", "Down"),
        bind("palette.up", "move('up')", "Up"),
        bind("palette.page-down", "move('page_down')", "Page down"),
        bind("palette.page-up", "move('page_up')", "Page up"),
        bind("palette.complete", "complete", "Complete"),
        bind("palette.close", "dismiss", "Close"),
    ]

    line = query_one(QueryInput)
    found = query_one(Table)
    box = query_one(Box)

    def __init__(
        self,
        commands: Iterable[Command],
        places: Callable[[str], Iterable[Command]],
        recent: list[str],
        *,
        by_name: bool = False,
        begun: str = "",
        ascii: bool,
    ) -> None:
        """`recent` has the titles of what was run last, the latest first; it is kept up here.

        With `by_name` it offers what can be typed, each with all names it has. `begun` is what
        stands in the line at first.
        """
        super().__init__()
        self._places = places
        self._by_name = by_name
        self._begun = begun
        self._recent = recent
        self._ascii = ascii
        ranks = {title: rank for rank, title in enumerate(recent)}
        offered = list(commands)
        self._is_chosen = False
        """Whether the cursor was moved to where it is, since the last letter."""
        self._offered = sorted(offered, key=lambda each: ranks.get(each.title, REMEMBERED))

    def compose(self) -> ComposeResult:
        """The line, what it means, and how much that is."""
        with Box(id="palette", width=100, ascii=self._ascii):
            with Horizontal(id="palette-line"):
                yield StatusLine(ascii=self._ascii, id="palette-prompt")
                yield QueryInput(placeholder="what to do, or the name of a workflow")
            yield Table[Entry](
                columns(self._ascii),
                key=lambda entry: entry.name,
                header=False,
                markable=False,
                ascii=self._ascii,
                placeholder="nothing here is called like that",
            )

    def on_mount(self) -> None:
        """Everything, before somebody types."""
        self.query_one("#palette-prompt", StatusLine).say(">")
        self.found.can_focus = False
        self.line.focus()
        if self._begun:
            self._write(self._begun)
        self.show_offered()

    def show_offered(self) -> None:
        """Show what is offered for what is typed; again when more has become known."""
        if not self.is_attached:
            return
        found = self._entries(self.line.value)
        self.found.replace(found)
        self.found.move_to_line(0)
        keys = (
            f"{hint('palette.run')} runs  {hint('palette.complete')} completes  "
            f"{hint('palette.close')} closes"
        )
        count = f"{len(found)} of {max(len(found), len(self._offered))}"
        self.box.show_title("Commands", count)
        self.box.show_keys(keys)

    def _entries(self, typed: str) -> list[Entry]:
        text = typed.strip()
        by_name = self._by_name
        titled = [
            Entry(command, by_name=by_name)
            for command in matching(self._offered, text)
            if command.names or not by_name
        ]
        line = read_line(self._offered, typed)
        is_title = any(e.name.casefold().startswith(text.casefold()) for e in titled)
        if (
            line is not None
            and line.command.argument
            and " " in typed.lstrip()
            and not (line.argument and is_title)
        ):
            return self._arguments(line)
        places = islice(self._places(text) if not by_name else (), MOST_PLACES)
        return [*titled, *(Entry(place) for place in places)]

    def _arguments(self, line: Line) -> list[Entry]:
        """The line as it was typed, and what it may become."""
        lines = completed(line)
        if line.argument:
            lines.insert(0, line)
        return [Entry(each.command, each) for each in lines]

    @on(Input.Changed)
    def narrow(self, message: Input.Changed) -> None:
        """Every letter counts."""
        message.stop()
        self._is_chosen = False
        self.show_offered()

    @on(Input.Submitted)
    @on(Table.Chosen)
    def run_current(self) -> None:
        """Close it, and do what the cursor is on; what is wrong with a line is said instead."""
        entry = self.found.current
        typed = self.line.value.strip()
        line = read_line(self._offered, self.line.value) if entry is None else entry.line
        command = line.command if line is not None else entry.command if entry is not None else None
        is_meant = entry is None or self._is_chosen or not typed or is_called(entry, typed)
        if command is None or not is_meant:
            if typed:
                like = f"; {hint('palette.down')} chooses of what is like it" if command else ""
                said = f"there is no {typed.partition(' ')[0]} here{like}"
                self.box.show_keys(said, is_wrong=True)
            return
        if line is None and command.is_needed:
            self._write(f"{command.names[0]} ")
            return
        try:
            if line is not None:
                line.check()
        except TuiError as error:
            self.box.show_keys(str(error), is_wrong=True)
            return
        if command.danger != "destroys":
            # What destroys is never the first that is offered, where Enter would begin it.
            title, before = command.title, self._recent
            self._recent[:] = [title, *(each for each in before if each != title)][:REMEMBERED]
        self.dismiss()
        self.app.call_later(partial(command.run, line.argument if line is not None else ""))

    def action_move(self, how: str) -> None:
        """Move in the list, the focus staying in the line."""
        self._is_chosen = True
        getattr(self.found, f"action_{how}")()

    def action_complete(self) -> None:
        """Write out what the cursor is on, or what comes after it if that stands there already."""
        if not self.line.value and not self._by_name:
            self._by_name = True
            self.show_offered()
            return
        entries, at = self.found.items, self.found.cursor
        texts = [entry.text for entry in entries[at : at + 2] if isinstance(entry, Entry)]
        for text in texts:
            if text != self.line.value:
                self._write(text)
                return

    def _write(self, text: str) -> None:
        self.line.value = text
        self.line.cursor_position = len(text)
