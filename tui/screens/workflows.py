"""The list of workflows: what runs, what failed, and one key to do something about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from msgspec import structs
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.screen import Screen

from tui.columns import Column, workflow_columns
from tui.domain.changes import ChangeSet
from tui.domain.query import parse
from tui.domain.workflow import ListedWorkflow, WorkflowRef
from tui.errors import QueryError
from tui.messages import GiveSource, OpenWorkflow, RunAction
from tui.screens.bindings import ACTION_BINDINGS
from tui.screens.desk import Desk
from tui.screens.headings import about_row, heading_of_list, why_empty
from tui.screens.reasons import Reasons
from tui.session import Session
from tui.sources.base import Live
from tui.state.listing import Listing, newest_first
from tui.widgets.header import HeaderLine
from tui.widgets.hints import Hints
from tui.widgets.query_bar import QueryBar
from tui.widgets.rows import Rows
from tui.widgets.sorting import sort_bindings
from tui.widgets.status_line import StatusLine

PROBLEMS = "phase:failed|error"
"""What `!` shows."""
RESORT_EVERY = 5
"""Seconds between sorts anew where the key itself changes with time."""


class WorkflowsScreen(Screen[None]):
    """All workflows of the scope, live."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="list.filter"),
        Binding("exclamation_mark", "problems", "Problems", key_display="!", id="list.problems"),
        Binding("l", "open('logs')", "Logs", id="workflow.logs"),
        Binding("a", "open('artifacts')", "Artifacts", id="workflow.artifacts"),
        Binding("d", "open('summary')", "Summary", show=False, id="workflow.summary"),
        Binding("y", "open('manifest')", "YAML", show=False, id="workflow.manifest"),
        *ACTION_BINDINGS,
        *sort_bindings("list"),
        Binding(
            "right_curly_bracket",
            "problem(1)",
            "Next problem",
            show=False,
            key_display="}",
            id="list.problem-next",
        ),
        Binding(
            "left_curly_bracket",
            "problem(-1)",
            "Previous problem",
            show=False,
            key_display="{",
            id="list.problem-previous",
        ),
        Binding("0", "namespaces", "All namespaces", show=False, id="list.all-namespaces"),
        Binding("c", "copy", "Copy name", show=False, id="workflow.copy-name"),
        Binding("escape", "unwind", "Unwind", show=False, id="list.unwind"),
    ]

    rows = query_one("#workflows", Rows)
    head = query_one("#head", HeaderLine)
    about = query_one("#about", HeaderLine)
    query_bar = query_one("#query", QueryBar)
    status = query_one(StatusLine)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._ascii = desk.settings.ascii
        self._reasons = Reasons(self, desk, self._reason_read)
        self._columns = self._made_columns()
        self._listing = Listing(desk.live)
        self._query = ""
        self._sort_column = ""
        self._descending = True
        self._seconds = 0

    def compose(self) -> ComposeResult:
        """Header, filter, list, what the cursor is on, hints."""
        yield HeaderLine(id="head", ascii=self._ascii)
        yield QueryBar(id="query", ascii=self._ascii)
        yield Rows[ListedWorkflow](
            self._columns,
            key=lambda workflow: workflow.ref,
            ascii=self._ascii,
            now=self.desk.now(),
            id="workflows",
        )
        yield HeaderLine(id="about", ascii=self._ascii)
        yield StatusLine(ascii=self._ascii, grows=True)
        yield Hints(ascii=self._ascii)

    def on_mount(self) -> None:
        """Show what is known already, then hear of changes."""
        self.desk.workflows_changed.subscribe(self, self.take_changes)
        self.scope_changed()
        self.rows.focus()

    # --- what the cluster tells ------------------------------------------------------------

    def scope_changed(self) -> None:
        """Other workflows, or another source: begin anew, keep filter and order."""
        self._columns = self._made_columns()
        self.rows.columns = self._columns
        self._listing = Listing(self.desk.live)
        self._apply_query(self._query)
        self._apply_sort()
        self.show_connection()

    def take_changes(self, changes: ChangeSet) -> None:
        """Redraw what changed: some rows, or the order."""
        if self.desk.pending:
            # What somebody acts on stays in sight, though it may not match the filter after.
            self._listing.keep(ref for ref in changes.changed if self.desk.pending.of(ref))
        change = self._listing.update(changes)
        if change.order:
            self.rows.replace(list(self._listing.rows))
        elif change:
            rows = self._listing.rows
            for index in change.rows:
                self.rows.update_item(index, rows[index])
        self.show_connection()

    def show_connection(self) -> None:
        """Header, placeholder and the line about the cursor's row."""
        self._show_head()
        self.rows.placeholder = why_empty(self.desk, self._query, self._listing.total)
        self._show_about()

    def tick(self, now: datetime) -> None:
        """A second went by."""
        self._seconds += 1
        column = self._sorting()
        if column is not None and column.ticks and self._seconds % RESORT_EVERY == 0:
            self._apply_sort()
        self.rows.tick(now)
        if not isinstance(self.desk.live.connection, Live):
            self._show_head()

    def _show_head(self) -> None:
        self.head.show(*heading_of_list(self.desk, self._listing))

    def _show_about(self) -> None:
        workflow = self.rows.current
        self._reasons.rest_on(workflow)
        if workflow is None:
            self.about.show([], [])
            return
        shown = f"{len(self._listing):,} of {self._listing.total:,} shown "
        self.about.show(
            about_row(workflow, self._reasons.of(workflow), self.desk.pending.of(workflow.ref)),
            [(shown, "muted")] if self._query else [],
        )

    def remembered(self, session: Session) -> Session:
        """The session with what this screen shows in it."""
        return structs.replace(
            session, query=self._query, sort=self._sort_column, descending=self._descending
        )

    def go_on(self, session: Session) -> None:
        """Show what was shown before."""
        self._set_query(session.query)
        self.sort_by(session.sort, descending=session.descending)

    # --- filter and order ------------------------------------------------------------------

    @on(QueryBar.Changed, "#query")
    def narrow(self, message: QueryBar.Changed) -> None:
        """Filter while typing."""
        self._apply_query(message.text)

    @on(QueryBar.Submitted, "#query")
    def keep_query(self) -> None:
        """Back to the list; the filter stays."""
        self.rows.focus()

    @on(QueryBar.Cancelled, "#query")
    def drop_query(self) -> None:
        """Back to the list as it was before."""
        self._apply_query("")
        self.rows.focus()

    def _apply_query(self, text: str) -> None:
        try:
            query = parse(text)
        except QueryError as error:
            self.query_bar.problem = error.what
            return
        self.query_bar.problem = ""
        self._query = text
        self._listing.filter(query.matches if text.strip() else None)
        self.rows.replace(list(self._listing.rows))
        self.show_connection()

    def action_filter(self) -> None:
        """Type what to look for."""
        self.query_bar.open(self._query)

    def action_problems(self) -> None:
        """Failed workflows only, or all again."""
        self._set_query("" if self._query == PROBLEMS else PROBLEMS)

    def _set_query(self, text: str) -> None:
        self.query_bar.text = text
        self._apply_query(text)

    def action_sort(self, step: int) -> None:
        """Sort by the next or previous column that can be sorted by."""
        names = [""] + [column.id for column in self._columns if column.order]
        at = names.index(self._sort_column) if self._sort_column in names else 0
        self.sort_by(names[(at + step) % len(names)])

    def sort_by(self, column: str, *, descending: bool | None = None) -> None:
        """Sort by a column; "" is newest first."""
        self._sort_column = column
        self._descending = not column if descending is None else descending
        self._apply_sort()

    def action_reverse(self) -> None:
        """The other way round."""
        self._descending = not self._descending
        self._apply_sort()

    def _made_columns(self) -> tuple[Column[ListedWorkflow], ...]:
        """The columns, with what is being done to a workflow in front of its message."""
        pending, reasons = self.desk.pending, self._reasons

        def message(workflow: ListedWorkflow, now: datetime) -> str:
            doing = pending.of(workflow.ref)
            return f"{doing} … {reasons.of(workflow)}" if doing else reasons.of(workflow)

        made = workflow_columns(ascii=self._ascii, namespaces=self.desk.scope.shows_namespaces)
        return tuple(replace(c, text=message) if c.id == "message" else c for c in made)

    @property
    def columns(self) -> tuple[Column[ListedWorkflow], ...]:
        """All columns, those included that have no room."""
        return self._columns

    def _sorting(self) -> Column[ListedWorkflow] | None:
        return next((c for c in self._columns if c.id == self._sort_column), None)

    def _apply_sort(self) -> None:
        column = self._sorting()
        if column is None or column.order is None:
            self._listing.sort(newest_first, reverse=self._descending)
        else:
            order, now = column.order, self.desk.now()
            self._listing.sort(lambda workflow: order(workflow, now), reverse=self._descending)
        self.rows.show_sort(self._sort_column, descending=self._descending)
        self.rows.replace(list(self._listing.rows))

    # --- keys ------------------------------------------------------------------------------

    @on(Rows.CursorMoved, "#workflows")
    def tell_selection(self) -> None:
        """Say all of what the list has no room for."""
        self._show_about()

    def _reason_read(self, ref: WorkflowRef) -> None:
        """Why one failed is known now."""
        self.take_changes(ChangeSet(changed=(ref,) if ref in self.desk.live else ()))

    @on(Rows.Chosen, "#workflows")
    def open_chosen(self) -> None:
        """Enter: a screen of its own."""
        self.action_open("")

    def action_open(self, pane: str) -> None:
        """Open the workflow under the cursor with one of its panes in front."""
        workflow = self.rows.current
        if workflow is not None:
            self.post_message(OpenWorkflow(workflow.ref, pane))
        elif pane == "summary" and self._is_without_any():
            self.post_message(GiveSource(demo=True))

    def _is_without_any(self) -> bool:
        """Whether the demo is offered, because there is nothing else to look at."""
        is_known = isinstance(self.desk.live.connection, Live)
        return self.desk.can_demo and is_known and not self._listing.total

    def action_act(self, action: str) -> None:
        """Do something to what is marked, else to what the cursor is on."""
        refs = self._chosen_refs()
        if refs:
            self.post_message(RunAction(action, refs))

    def _chosen_refs(self) -> tuple[WorkflowRef, ...]:
        marks = self.rows.marks
        if marks:
            return tuple(w.ref for w in self._all() if w.ref in marks)
        return (self.rows.current.ref,) if self.rows.current is not None else ()

    def _all(self) -> Iterable[ListedWorkflow]:
        return (self.desk.live[ref] for ref in self.desk.live)

    def action_problem(self, step: int) -> None:
        """To the next or previous workflow that failed."""
        rows, at = self._listing.rows, self.rows.cursor
        for offset in range(1, len(rows) + 1):
            workflow = rows[(at + step * offset) % len(rows)]
            if workflow.phase in ("Failed", "Error"):
                self.rows.move_to(workflow.ref)
                return
        self.desk.say("no failed workflow here")

    def action_namespaces(self) -> None:
        """Every namespace, or back to the one we began with."""
        scope = self.desk.scope
        own = self.desk.source.place.namespace if self.desk.source else "default"
        wanted = () if scope.namespaces else tuple(own.split(","))
        self.desk.watch_scope(replace(scope, namespaces=wanted))

    def action_copy(self) -> None:
        """Send the name to the clipboard of the terminal."""
        workflow = self.rows.current
        if workflow is not None:
            self.desk.copy(workflow.metadata.name)

    def action_unwind(self) -> None:
        """Esc: first the filter, then the marks."""
        if self._query:
            self._set_query("")
        elif self.rows.marks:
            self.rows.action_unmark()
