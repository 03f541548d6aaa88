"""What goes on in the background, and what became of what did: each task with its progress."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.message import Message

from tui.bindings import bind
from tui.columns import Column
from tui.context import AppContext
from tui.domain.transfers import transfer_words
from tui.keys import hint
from tui.ports.jobs import JobStanding, TaskStanding
from tui.view import ModalView
from tui.widgets.box import Box
from tui.widgets.status_line import StatusLine
from tui.widgets.table import Table

BESIDES = 2
"""Rows besides those of tasks: the titles, and what was said."""
STYLES = {"failed": "problem", "stopped": "warning", "done": "phase-succeeded", "waiting": "muted"}


class JobRow(NamedTuple):
    """A task of a job."""

    job: JobStanding
    number: int
    task: TaskStanding


def rows_of(standings: tuple[JobStanding, ...]) -> list[JobRow]:
    """A row for each task, those of the latest job first."""
    return [JobRow(job, n, task) for job in standings for n, task in enumerate(job.tasks)]


def words_of(row: JobRow, *, ascii: bool) -> str:
    """How far it is, or what became of it."""
    task = row.task
    if task.said:
        return task.said
    if task.phase != "running":
        return ""
    # Several at a time share the line: the rate of all of them says nothing of one.
    is_alone = len(row.job.tasks) == 1
    return transfer_words(
        task.done,
        task.total,
        row.job.rate if is_alone else None,
        row.job.seconds_left if is_alone else None,
        ascii=ascii,
    )


def _columns(*, ascii: bool) -> tuple[Column[JobRow], ...]:
    return (
        Column(
            id="task",
            title="WHAT",
            text=lambda row, now: f"{row.job.what} {row.task.title}",
            width=30,
            least=16,
            cut="middle",
        ),
        Column(
            id="state",
            title="STATE",
            text=lambda row, now: row.task.phase,
            width=8,
            style=lambda row: STYLES.get(row.task.phase, ""),
        ),
        Column(
            id="words",
            title="",
            text=lambda row, now: words_of(row, ascii=ascii),
            width=20,
            grow=1,
        ),
    )


class JobsScreen(ModalView[None]):
    """The list, which follows what happens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("jobs.close", "dismiss", "Close"),
        bind("jobs.stop", "stop", "Stop"),
    ]

    rows = query_one(Table)

    class Changed(Message):
        """Something has changed in the background."""

        def can_replace(self, message: Message) -> bool:
            return type(message) is type(self)

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        """Title and rows."""
        plain = self.context.ascii
        with Box(id="jobs", width=100, ascii=plain):
            yield Table[JobRow](
                _columns(ascii=plain),
                key=lambda row: (row.job.id, row.number),
                placeholder="nothing goes on in the background",
                ascii=plain,
                markable=False,
            )
            yield StatusLine(ascii=plain)

    def on_mount(self) -> None:
        """Show what there is, and follow it."""
        self.query_one(Box).show_title("Jobs")
        self.query_one(Box).show_keys(
            f"{hint('jobs.stop')} stops a job  {hint('jobs.close')} closes"
        )
        self._end_listening = self.context.jobs.listen(lambda: self.post_message(self.Changed()))
        self._show()
        self.rows.focus()

    def on_unmount(self) -> None:
        """Follow nothing any more."""
        self._end_listening()

    def on_jobs_screen_changed(self) -> None:
        """Show it as it is now."""
        self._show()

    def tick(self, now: datetime) -> None:
        """Speed and time left change also while nothing arrives."""
        if any(not job.is_over for job in self.context.jobs.standings):
            self._show()

    def _show(self) -> None:
        rows = rows_of(self.context.jobs.standings)
        self.rows.replace(rows)
        self.query_one(Box).fit(max(1, len(rows)) + BESIDES)

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    def action_stop(self) -> None:
        """End the job of the row under the cursor."""
        row = self.rows.current
        if row is None or not self.context.jobs.stop(row.job.id):
            self.query_one(StatusLine).say("that is over already", "warning")
