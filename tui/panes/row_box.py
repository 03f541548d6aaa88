"""A box over a pane with a heading and a table in it, to choose one of its rows or to mark some."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

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
"""Rows of the box besides those of the table: its border, the column titles."""
MOST_ROWS = 18

R = TypeVar("R")
T = TypeVar("T")


class RowBox(ModalView[T | None], Generic[R, T]):
    """The box; what Enter answers is said by subclasses, None is the answer of who closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("containers.next", "next", "Next"),
        bind("containers.close", "cancel", "Close"),
    ]

    rows = query_one("#container-rows", Table)

    def __init__(
        self,
        heading: str,
        columns: Sequence[Column[R]],
        rows: Sequence[R],
        *,
        key: Callable[[R], Hashable],
        ascii: bool,
        markable: bool = False,
        now: datetime | None = None,
    ) -> None:
        super().__init__()
        self.choices = list(rows)
        self._heading = heading
        self._columns = tuple(columns)
        self._key = key
        self._ascii = ascii
        self._markable = markable
        self._now = now

    def compose(self) -> ComposeResult:
        """A box with the list in it."""
        with Box(id="containers", width=58, ascii=self._ascii):
            table: Table[Any] = Table(
                self._columns,
                key=self._key,
                ascii=self._ascii,
                markable=self._markable,
                now=self._now,
                id="container-rows",
            )
            yield table

    @property
    def keys_told(self) -> str:
        """What keys do here, for the border of the box."""
        return (
            f"{hint('containers.read')} reads  {hint('containers.next')} next  "
            f"{hint('containers.close')} closes"
        )

    def on_mount(self) -> None:
        """Show what there is to choose from; the keys are the table's."""
        self.query_one(Box).show_title(self._heading)
        self.query_one(Box).show_keys(self.keys_told)
        self.put(self.choices)
        self.opened()
        self.rows.focus()

    def opened(self) -> None:
        """Called when the rows are there: put the cursor or marks where they belong."""

    def put(self, rows: Sequence[R]) -> None:
        """Show these rows."""
        self.choices = list(rows)
        height = min(MOST_ROWS, len(self.choices)) + FRAME
        self.query_one("#containers").styles.height = height
        self.rows.replace(self.choices)

    def action_next(self) -> None:
        """Move the cursor to the next row; the key is the one that opened the list."""
        self.rows.move_to_line((self.rows.cursor + 1) % max(1, len(self.choices)))

    def action_cancel(self) -> None:
        """Close the list without a choice."""
        self.dismiss(None)

    def tick(self, now: datetime) -> None:
        """Nothing here changes with the time."""
