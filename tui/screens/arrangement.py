"""Which workflows the list shows, in which order, and with which columns.

Nothing to see: the screen asks, and puts the answers into its widgets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import structs

from tui.columns import Column, workflow_columns
from tui.domain.node import ERROR, FAILED
from tui.domain.query import parse
from tui.domain.workflow import ListedWorkflow, WorkflowRef
from tui.ports.collections import Scope
from tui.screens.desk import Desk
from tui.session import Session
from tui.state.listing import Listing, newest_first
from tui.widgets.sorting import sorted_next

RESORT_EVERY = 5
"""Seconds between sorts anew where the key itself changes with time."""


def other_scope(desk: Desk) -> Scope:
    """Every namespace, or those of the place we began at where every one is shown."""
    own = desk.source.place.namespace if desk.source else "default"
    return replace(desk.scope, namespaces=() if desk.scope.namespaces else tuple(own.split(",")))


class Arrangement:
    """Filter, order and columns, and the workflows as they say."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.query = ""
        """As it was typed; "" for all."""
        self.sort_column = ""
        """The id of a column; "" is newest first."""
        self.descending = True
        self._seconds = 0
        self.columns = self._made_columns()
        """All columns, those included that have no room."""
        self.listing = Listing(desk.live, moment=desk.live.moment)

    @property
    def rows(self) -> Sequence[ListedWorkflow]:
        """What is shown, in its order."""
        return self.listing.rows

    def begin_anew(self) -> None:
        """Other workflows, or another source: filter and order stay."""
        self.columns = self._made_columns()
        self.listing = Listing(self._desk.live, moment=self._desk.live.moment)
        self.filter(self.query)
        self.sort()

    def remembered(self, session: Session) -> Session:
        """The session with filter and order in it."""
        return structs.replace(
            session, query=self.query, sort=self.sort_column, descending=self.descending
        )

    def filter(self, text: str) -> None:
        """Show what matches; a QueryError leaves everything as it is."""
        query = parse(text)
        self.query = text
        self.listing.filter(query.matches if text.strip() else None)

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by a column; "" is newest first, which begins descending, all others ascending."""
        self.sort_column = column
        self.descending = not column if descending is None else descending
        self.sort()

    def sort_by_next(self, step: int) -> None:
        """Sort by the next (1) or previous (-1) column that can be sorted by."""
        self.sort_by(sorted_next(self.columns, self.sort_column, step))

    def reverse(self) -> None:
        """The other way round."""
        self.descending = not self.descending
        self.sort()

    def sort(self) -> None:
        """Sort anew, as of now."""
        column = self._sorting
        if column is None or column.order is None:
            self.listing.sort(newest_first, reverse=self.descending)
        else:
            order, now = column.order, self._desk.now()
            self.listing.sort(lambda workflow: order(workflow, now), reverse=self.descending)

    def tick(self) -> bool:
        """A second went by; whether that was a reason to sort anew."""
        self._seconds += 1
        column = self._sorting
        if column is None or not column.ticks or self._seconds % RESORT_EVERY:
            return False
        self.sort()
        return True

    def failed_after(self, index: int, step: int) -> WorkflowRef | None:
        """The next (1) or previous (-1) workflow that failed, going round; None without any."""
        rows = self.rows
        for offset in range(1, len(rows) + 1):
            workflow = rows[(index + step * offset) % len(rows)]
            if workflow.phase in (FAILED, ERROR):
                return workflow.ref
        return None

    @property
    def _sorting(self) -> Column[ListedWorkflow] | None:
        return next((c for c in self.columns if c.id == self.sort_column), None)

    def _made_columns(self) -> tuple[Column[ListedWorkflow], ...]:
        """The columns, with what is being done to a workflow in front of its message."""
        pending = self._desk.pending

        def message(workflow: ListedWorkflow, now: datetime) -> str:
            doing = pending.of(workflow.ref)
            return f"{doing} … {workflow.reason}" if doing else workflow.reason

        made = workflow_columns(
            ascii=self._desk.ascii, namespaces=self._desk.scope.shows_namespaces
        )
        return tuple(replace(c, text=message) if c.id == "message" else c for c in made)
