"""A menu of containers: which of those that run in a pod is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.getters import query_one

from tui.bindings import bind
from tui.columns import Column
from tui.keys import hint
from tui.view import ModalView
from tui.widgets.header import HeaderLine
from tui.widgets.table import Table

FRAME = 4
"""Rows of the box besides the containers: its border, the title, the column titles."""


class _Row(NamedTuple):
    number: int
    name: str


def _columns() -> tuple[Column[_Row], ...]:
    return (
        Column(
            id="number",
            title="",
            text=lambda row, now: str(row.number) if row.number < 10 else "",
            width=1,
            style=lambda row: "muted",
            joined=True,
        ),
        Column(
            id="name",
            title="CONTAINER",
            text=lambda row, now: row.name,
            width=20,
            grow=1,
            cut="middle",
        ),
    )


class ContainerChoice(ModalView[str | None]):
    """The box; its result is the name of a container, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("containers.next", "next", "Next"),
        bind("containers.close", "cancel", "Close"),
        *(bind(f"containers.read-{n}", f"choose_number({n})", system=True) for n in range(1, 10)),
    ]

    rows = query_one(Table)

    def __init__(self, title: str, names: Sequence[str], *, ascii: bool) -> None:
        """The cursor begins on the first of the names."""
        super().__init__()
        self._title = title
        self._names = tuple(names)
        self._ascii = ascii

    def compose(self) -> ComposeResult:
        """A box with the names in it."""
        with Vertical(id="containers"):
            yield HeaderLine(ascii=self._ascii)
            yield Table[_Row](
                _columns(), key=lambda row: row.name, ascii=self._ascii, markable=False
            )

    def on_mount(self) -> None:
        """All there is to choose from."""
        box = self.query_one("#containers")
        self.query_one(HeaderLine).show([(self._title, "heading")])
        box.border_subtitle = (
            f"{hint('containers.read')} chooses  "
            f"{hint('containers.read-1')}-{hint('containers.read-9')} at once  "
            f"{hint('containers.next')} next  {hint('containers.close')} closes"
        )
        box.styles.height = len(self._names) + FRAME
        self.rows.replace([_Row(number, name) for number, name in enumerate(self._names, 1)])
        self.rows.focus()

    @on(Table.Chosen)
    def choose(self) -> None:
        """Enter: the container under the cursor."""
        row = self.rows.current
        if row is not None:
            self.dismiss(row.name)

    def action_choose_number(self, number: int) -> None:
        """A digit: the container with this number."""
        if number <= len(self._names):
            self.dismiss(self._names[number - 1])

    def action_next(self) -> None:
        """Move the cursor to the next container."""
        self.rows.move_to_line((self.rows.cursor + 1) % max(1, len(self._names)))

    def action_cancel(self) -> None:
        """Close the menu without a choice."""
        self.dismiss(None)
