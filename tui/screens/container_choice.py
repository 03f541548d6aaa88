"""A menu of containers: which of those that run in a pod is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import BindingType

from tui.bindings import bind
from tui.columns import Column
from tui.keys import hint
from tui.panes.row_box import RowBox
from tui.widgets.table import Table


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


class ContainerChoice(RowBox[_Row, str]):
    """The box; its result is the name of a container, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(bind(f"containers.read-{n}", f"choose_number({n})", system=True) for n in range(1, 10)),
    ]

    def __init__(self, title: str, names: Sequence[str], *, ascii: bool) -> None:
        """The cursor begins on the first of the names."""
        rows = [_Row(number, name) for number, name in enumerate(names, 1)]
        super().__init__(title, _columns(), rows, key=lambda row: row.name, ascii=ascii)

    @property
    def keys_told(self) -> str:
        """A digit chooses at once."""
        return (
            f"{hint('containers.read')} chooses  "
            f"{hint('containers.read-1')}-{hint('containers.read-9')} at once  "
            f"{hint('containers.next')} next  {hint('containers.close')} closes"
        )

    @on(Table.Chosen)
    def choose(self) -> None:
        """Enter: the container under the cursor."""
        row = self.rows.current
        if row is not None:
            self.dismiss(row.name)

    def action_choose_number(self, number: int) -> None:
        """A digit: the container with this number."""
        if number <= len(self.choices):
            self.dismiss(self.choices[number - 1].name)
