"""The menu of filters that have a name: those of the settings, and those a list has of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one

from tui.bindings import bind
from tui.columns import Column
from tui.keys import hint
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.table import Table

FRAME = 3
"""Rows of the box besides the filters: its border, the column titles."""


class NamedFilter(NamedTuple):
    """One row of the menu."""

    number: int
    name: str
    text: str
    """The filter, as one would type it."""


def _columns() -> tuple[Column[NamedFilter], ...]:
    def number(row: NamedFilter, now: datetime) -> str:
        return str(row.number) if row.number < 10 else ""

    return (
        Column(id="number", title="", text=number, width=1, style=lambda row: "muted", joined=True),
        Column(
            id="name",
            title="NAME",
            text=lambda row, now: f"@{row.name}",
            width=14,
            grow=1,
            cut="middle",
        ),
        Column(
            id="text",
            title="FILTER",
            text=lambda row, now: row.text,
            width=24,
            grow=3,
            style=lambda row: "muted",
        ),
    )


class NamedFiltersScreen(ModalView[str | None]):
    """The box over the list; its result is the name of a filter, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("filters.next", "next", "Next"),
        bind("filters.close", "cancel", "Close"),
        *(bind(f"filters.put-{n}", f"choose_number({n})", system=True) for n in range(1, 10)),
    ]

    rows = query_one("#named-filters", Table)

    def __init__(self, filters: Mapping[str, str], *, current: str, ascii: bool) -> None:
        """`current` is the name of the one that is put on; "" for none."""
        super().__init__()
        self._filters = [
            NamedFilter(number, name, text)
            for number, (name, text) in enumerate(filters.items(), start=1)
        ]
        self._current = current
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """A box with the filters in it."""
        with Box(id="filters", width=58, ascii=self._ascii):
            yield Table[NamedFilter](
                _columns(),
                key=lambda row: row.name,
                ascii=self._ascii,
                markable=False,
                id="named-filters",
            )

    def on_mount(self) -> None:
        """The cursor is on the one that is put on."""
        box = self.query_one(Box)
        box.show_title("Filters")
        box.show_keys(
            f"{hint('filters.put')} filters  "
            f"{hint('filters.put-1')}-{hint('filters.put-9')} at once  "
            f"{hint('filters.next')} next  {hint('filters.close')} closes"
        )
        box.styles.height = len(self._filters) + FRAME
        self.rows.replace(self._filters)
        self.rows.move_to(self._current)
        self.rows.focus()

    @on(Table.Chosen, "#named-filters")
    def choose(self) -> None:
        """Enter: put on the filter under the cursor."""
        row = self.rows.current
        if row is not None:
            self.dismiss(row.name)

    def action_choose_number(self, number: int) -> None:
        """A digit: put on the filter with this number."""
        if number <= len(self._filters):
            self.dismiss(self._filters[number - 1].name)

    def action_next(self) -> None:
        """Move the cursor to the next filter; the key is the one that opened the menu."""
        self.rows.move_to_line((self.rows.cursor + 1) % max(1, len(self._filters)))

    def action_cancel(self) -> None:
        """Close the menu and leave the list as it is."""
        self.dismiss(None)
