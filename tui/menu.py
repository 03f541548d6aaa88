"""A menu: a few things to choose from, each with a letter that takes it at once.

What one may not do just now stays in it, with the reason; choosing it says that and closes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from tui.bindings import bind
from tui.columns import Column
from tui.keys import hint
from tui.messages import Said
from tui.view import ModalView
from tui.widgets.box import EDGES, Box, without_slivers
from tui.widgets.cells import plain, printable, width_of
from tui.widgets.table import Table

FRAME = 2
"""Rows of the box besides the choices: its border."""
MARGIN = 2
"""Rows of the screen that the box leaves free."""
LEAST = 40
"""Cells that the box is wide at least."""
AROUND = 9
"""Cells of a row besides title and words: border, padding, gutter, letter and gaps."""
NO_LETTERS = "jkqhlG"
"""Letters that move in a menu or close it."""
GROUPING = "g"
"""The letter that no column has in the menu of orders."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a menu."""

    id: str
    """What the menu answers."""
    title: str
    letter: str = ""
    """The letter that takes it; "" for none."""
    help: str = ""
    refusal: str = ""
    """Why it may not be chosen just now; "" if it may."""


def lettered(choices: Iterable[Choice], taken: Iterable[str] = ()) -> tuple[Choice, ...]:
    """The same choices, those without a letter with one of their title, small or large, if one is
    left: first letters are given first, and to short titles before long ones.

    The letters of `taken`, and those that move in a menu, are given to none.
    """
    given = list(choices)
    used = {*taken, *NO_LETTERS, *(choice.letter for choice in given)}
    letters: dict[str, str] = {}

    def give(choice: Choice, wanted: str) -> None:
        free = (each for each in wanted if each.isascii() and each.isalpha())
        letter = next((each for each in free if each not in used), "")
        if letter:
            used.add(letter)
            letters[choice.id] = letter

    without = sorted((each for each in given if not each.letter), key=lambda each: len(each.title))
    for choice in without:
        give(choice, choice.title[:1].casefold())
    for choice in without:
        if choice.id not in letters:
            give(choice, choice.title.casefold() + choice.title.upper())
    return tuple(
        choice if choice.letter else replace(choice, letter=letters.get(choice.id, ""))
        for choice in given
    )


USUAL_COLUMNS = "usual-columns"
"""The choice of the columns that are there where nobody chose."""


def column_choices(columns: Iterable[tuple[str, str, bool]]) -> tuple[Choice, ...]:
    """A choice for each column by its id and title, ticked if it is there, and the usual ones."""
    given = list(columns)
    usual = Choice(USUAL_COLUMNS, "As usual", "r", "what there is room for")
    # Letters are those of titles, and not of ticks.
    *choices, usual = lettered([*(Choice(name, title) for name, title, _ in given), usual])
    ticks = ("[ ]", "[x]")
    return (
        *(
            replace(choice, title=f"{ticks[is_there]} {choice.title}")
            for choice, (_, _, is_there) in zip(choices, given, strict=True)
        ),
        usual,
    )


REVERSED = "reversed"
"""The choice of the other way round."""


def orders(columns: Iterable[Column[Any]], first: str, *, descending: bool) -> tuple[Choice, ...]:
    """The orders that a list can have: that which it begins with, called `first`, each column that
    can be sorted by, and the other way round."""
    turned = "first things first" if descending else "last things first"
    return lettered(
        (
            Choice("", first, help="as the list begins"),
            *(
                Choice(column.id, column.title.capitalize())
                for column in columns
                if column.order is not None and column.title
            ),
            Choice(REVERSED, "The other way round", "r", turned),
        ),
        taken=GROUPING,
    )


def _columns(titles: int, *, ascii: bool) -> tuple[Column[Choice], ...]:
    return (
        Column(id="letter", title="", text=lambda row, now: row.letter, width=1, joined=True),
        Column(
            id="title",
            title="",
            text=lambda row, now: plain(row.title, ascii),
            width=titles,
            least=8,
            style=lambda row: "muted" if row.refusal else "",
        ),
        Column(
            id="help",
            title="",
            text=lambda row, now: plain(row.refusal or row.help, ascii),
            width=8,
            grow=1,
            style=lambda row: "muted",
        ),
    )


class Menu(ModalView[str | None]):
    """The box; its result is the id of a choice, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("menu.close", "cancel", "Close"),
    ]

    rows = query_one(Table)

    def __init__(
        self, title: str, choices: Sequence[Choice], *, current: str = "", ascii: bool
    ) -> None:
        """`current` is the id of the choice that the cursor begins on; "" for the first of those
        that may be chosen."""
        super().__init__()
        self._heading = title
        self._choices = tuple(choices)
        self._current = current
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """A box with the choices in it."""
        with Box(id="menu", ascii=self._ascii):
            yield Table[Choice](
                _columns(self._titles, ascii=self._ascii),
                key=lambda choice: choice.id,
                ascii=self._ascii,
                header=False,
                markable=False,
            )

    def on_mount(self) -> None:
        """All there is to choose from."""
        box = self.query_one(Box)
        box.show_title(self._heading)
        box.show_keys(self._keys)
        self._fit()
        self.rows.replace(self._choices)
        may = next((each.id for each in self._choices if not each.refusal), "")
        self.rows.move_to(self._current or may)
        self.rows.focus()

    @property
    def _titles(self) -> int:
        """Cells of the longest title."""
        shown = (plain(choice.title, self._ascii) for choice in self._choices)
        return max(map(width_of, shown), default=0)

    @property
    def _keys(self) -> str:
        return f"{self._takes} or a letter chooses  {hint('menu.close')} closes"

    @property
    def _takes(self) -> str:
        return hint("menu.take")

    def on_resize(self) -> None:
        """As large as it has to be, and as there is room for."""
        self._fit()

    def _fit(self) -> None:
        box = self.query_one("#menu")
        told = (
            plain(printable(choice.refusal or choice.help), self._ascii) for choice in self._choices
        )
        words = max(map(width_of, told), default=0)
        edges = max(width_of(self._keys), width_of(printable(self._heading))) + EDGES
        wanted = max(LEAST, edges, self._titles + words + AROUND)
        box.styles.width = without_slivers(wanted, self.app.size.width)
        box.styles.height = min(len(self._choices) + FRAME, self.app.size.height - MARGIN)

    def on_key(self, event: events.Key) -> None:
        """A letter takes what has it."""
        letter = event.character if event.is_printable else None
        found = [choice for choice in self._choices if letter and choice.letter == letter]
        if found:
            event.stop()
            # Opposites have one letter: whichever may be done just now is meant.
            self._take(next((each for each in found if not each.refusal), found[0]))

    @on(Table.Chosen)
    def choose(self) -> None:
        """Enter: what the cursor is on."""
        if self.rows.current is not None:
            self._take(self.rows.current)

    def _take(self, choice: Choice) -> None:
        if choice.refusal:
            self.rows.move_to(choice.id)
            self.post_message(Said(f"{choice.title}: {choice.refusal}", "warning"))
        else:
            self.dismiss(choice.id)

    def action_cancel(self) -> None:
        """Close the menu without a choice."""
        self.dismiss(None)


class ColumnMenu(Menu):
    """The box of columns, each with a little box of its own: Space fills and empties that, too, and
    what opened it closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("mark", "tick", "Choose", priority=True),
        bind("columns", "cancel", "Close", priority=True),
    ]

    @property
    def _takes(self) -> str:
        return f"{hint('menu.take')}, {hint('mark')}"

    def action_tick(self) -> None:
        """What the cursor is on."""
        self.choose()


def ask_for_columns(
    app: App[Any],
    columns: Callable[[], Iterable[tuple[str, str, bool]]],
    choose: Callable[[str, bool], object],
    as_usual: Callable[[], object],
    *,
    ascii: bool,
    current: str = "",
    title: str = "Columns",
) -> None:
    """A menu of columns that stays until it is closed, or those are chosen that are usual.

    `columns` tells id and title of each, and whether it is there; `choose` is given the id of one,
    and whether it is to be there.
    """
    given = list(columns())

    def chosen(id: str | None) -> None:
        if id == USUAL_COLUMNS:
            as_usual()
        elif id is not None:
            choose(id, not {each: is_there for each, _, is_there in given}[id])
            ask_for_columns(app, columns, choose, as_usual, ascii=ascii, current=id, title=title)

    menu = ColumnMenu(title, column_choices(given), current=current, ascii=ascii)
    app.push_screen(menu, chosen)
