"""A box to choose from: rows that narrow while one types, several of them with a mark.

What can be chosen may still be read while it is open: `offer` shows more. Where names can be typed
that are not among the rows, a last row stands for the text as it was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.widgets import Input

from tui.bindings import bind
from tui.columns import Column
from tui.errors import TuiError
from tui.keys import KEYS, each, hint
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.header import HeaderLine
from tui.widgets.query_bar import QueryInput
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table

FRAME = 4
"""Rows of the box besides those of the table: its border, the line one types into, the titles."""
LEAST_ROWS, MOST_ROWS = 3, 16
"""Rows of the table, at least and at most."""
TYPED = "as typed"
"""What is said of the row that stands for what was typed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: the name that is chosen, and what is said of it."""

    name: str
    facts: tuple[str, ...] = ()
    """A text for each of the further columns."""
    is_here: bool = False
    """Whether it is what is shown now."""

    def fact(self, index: int) -> str:
        """The text of a further column; "" where there is none."""
        return self.facts[index] if index < len(self.facts) else ""


def matching(choices: Iterable[Choice], typed: str) -> list[Choice]:
    """Those with a text in their names or facts: first those whose names begin with it."""
    sought = typed.casefold()
    found = [
        choice
        for choice in choices
        if any(sought in text.casefold() for text in (choice.name, *choice.facts))
    ]

    def rank(choice: Choice) -> int:
        name = choice.name.casefold()
        return 0 if name.startswith(sought) else 1 if sought in name else 2

    return sorted(found, key=rank) if sought else found


class _Line(QueryInput):
    """What is typed; the key that marks is not, as no name has a blank in it."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key not in each(KEYS["picker.mark"]) and super().check_consume_key(key, character)


class Picker(ModalView[tuple[str, ...] | None]):
    """The box; its result are names, in the order of the rows, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("palette.down", "move('down')", "Down"),
        bind("palette.up", "move('up')", "Up"),
        bind("palette.page-down", "move('page_down')", "Page down"),
        bind("palette.page-up", "move('page_up')", "Page up"),
        # Of priority: the line has the focus.
        bind("picker.mark", "mark", "Mark", priority=True),
        bind("palette.close", "dismiss(None)", "Close"),
    ]

    line = query_one(_Line)
    rows = query_one(Table)
    told = query_one("#picker-told", HeaderLine)
    box = query_one(Box)

    def __init__(
        self,
        title: str,
        titles: Sequence[str],
        *,
        typed: Callable[[str], Sequence[str]] | None = None,
        ascii: bool = False,
    ) -> None:
        """`titles` are those of the columns, of the name first. `typed` reads names that are typed
        and not offered, and raises TuiError for what cannot be one; None where there are none."""
        super().__init__()
        self.title = title
        self._titles = tuple(titles)
        self._typed = typed
        self._ascii = ascii
        self._choices: tuple[Choice, ...] = ()
        self._note = "reading …"
        self._is_wrong = False
        self._has_moved = False

    def compose(self) -> ComposeResult:
        """The line, the rows, what is to be said of them, and the keys."""
        what = "a part of a name" + (", or names with commas" if self._typed is not None else "")
        with Box(id="picker", width=100, ascii=self._ascii):
            with Horizontal(id="picker-line"):
                yield StatusLine(ascii=self._ascii, id="picker-prompt")
                yield _Line(placeholder=what)
            yield Table[Choice](
                self._columns(),
                key=lambda choice: choice.name,
                ascii=self._ascii,
                gutter=1,
            )
            yield HeaderLine(id="picker-told", ascii=self._ascii)

    def on_mount(self) -> None:
        """What is known already."""
        self.query_one("#picker-prompt", StatusLine).say("/")
        self.rows.can_focus = False
        self.line.focus()
        self._show()

    def offer(self, choices: Iterable[Choice], note: str = "", *, is_wrong: bool = False) -> None:
        """These can be chosen; `note` is said of them, as a warning if `is_wrong`."""
        self._choices = tuple(choices)
        self._note, self._is_wrong = note, is_wrong
        if self.is_attached and self.is_mounted:
            self._show()

    # --- what is shown -----------------------------------------------------------------------

    def _columns(self) -> tuple[Column[Choice], ...]:
        sign = ">" if self._ascii else "▸"
        name, *others = self._titles
        here: Column[Choice] = Column(
            id="here", title="", text=lambda c, _: sign if c.is_here else "", width=1
        )
        named: Column[Choice] = Column(
            id="name", title=name, text=lambda c, _: c.name, width=20, grow=2, cut="middle"
        )
        return (here, named, *(_fact(i, title, len(others)) for i, title in enumerate(others)))

    def _show(self) -> None:
        found = matching(self._choices, self.line.value.strip())
        typed = self._as_typed()
        if typed is not None:
            found.append(typed)
        self.rows.placeholder = "" if self._note else "none is called like that"
        self.rows.replace(found)
        self._fit()
        if not self._has_moved:
            self._begin(found)
        self.told.show([(self._note, "warning" if self._is_wrong else "muted")])
        self._tell_keys()

    def _fit(self) -> None:
        """As tall as it has to be for all that can be chosen; typing does not make it smaller."""
        rows = min(max(len(self._choices), len(self.rows.items), LEAST_ROWS), MOST_ROWS)
        self.told.display = bool(self._note)
        self.box.styles.height = rows + FRAME + bool(self._note)

    def _begin(self, found: Sequence[Choice]) -> None:
        """The cursor begins on what is shown now, or on the first that fits what is typed."""
        at = 0
        if not self.line.value:
            at = next((index for index, each in enumerate(found) if each.is_here), 0)
        self.rows.move_to_line(at)

    def _as_typed(self) -> Choice | None:
        """The row for what was typed, where that is a name or several, and none of the rows."""
        text = self.line.value.strip()
        if self._typed is None or not text or any(each.name == text for each in self._choices):
            return None
        try:
            self._typed(text)
        except TuiError:
            return None  # a part of a name, so far
        return Choice(text, (TYPED,))

    def _tell_keys(self) -> None:
        keys = (
            f"{hint('palette.run')} goes there  {hint('picker.mark')} marks several  "
            f"{hint('palette.close')} stays"
        )
        marked = len(self.rows.marks)
        count = f"{marked} marked" if marked else f"{len(self._choices)}"
        self.box.show_title(str(self.title), count)
        self.box.show_keys(keys)

    # --- keys ----------------------------------------------------------------------------------

    @on(Input.Changed)
    def narrow(self, message: Input.Changed) -> None:
        """Every letter counts."""
        message.stop()
        self._has_moved = False
        self._show()

    def action_move(self, how: str) -> None:
        """Move in the rows, the focus staying in the line."""
        self._has_moved = True
        getattr(self.rows, f"action_{how}")()

    def action_mark(self) -> None:
        """Mark what the cursor is on, or take the mark away, and go on to the next."""
        self._has_moved = True
        self.rows.action_mark()
        self._tell_keys()

    @on(Input.Submitted)
    @on(Table.Chosen)
    def choose(self) -> None:
        """Close it with what is marked, else with what the cursor is on or what was typed."""
        current = self.rows.current
        text = self.line.value.strip()
        if self.rows.marks:
            names = [each.name for each in self._choices if each.name in self.rows.marks]
            # One that was typed and marked is no row of ours.
            names += sorted(str(mark) for mark in self.rows.marks if mark not in names)
            self.dismiss(self._read(names))
        elif isinstance(current, Choice):
            self.dismiss(self._read([current.name]))
        elif text:
            self._say_wrong(text)

    def _read(self, names: Iterable[str]) -> tuple[str, ...]:
        read = self._typed or (lambda text: (text,))
        known = {each.name for each in self._choices}
        parts = ((name,) if name in known else read(name) for name in names)
        return tuple(dict.fromkeys(name for found in parts for name in found))

    def _say_wrong(self, text: str) -> None:
        try:
            if self._typed is not None:
                self._typed(text)
        except TuiError as error:
            self.box.show_keys(str(error), is_wrong=True)
        else:
            self.box.show_keys(f"there is none called {text}", is_wrong=True)


def _fact(index: int, title: str, count: int) -> Column[Choice]:
    """One of so many columns of facts; the last ones give way first."""
    return Column(
        id=f"fact-{index}",
        title=title,
        text=lambda choice, _: choice.fact(index),
        width=12,
        grow=1,
        style=lambda choice: "muted",
        cut="middle",
        drop=index + 1 if count > 1 else 0,
    )
